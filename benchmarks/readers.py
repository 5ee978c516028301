"""How long readers of the published marts wait for one KPI, month and segment while others read too.

What is asked for stands in the query's text, as BI tools write it: DuckDB passes over parts of a table by literals, but not by parameters.

python benchmarks/readers.py published/current/tasuki.duckdb
"""

import argparse
import random
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import duckdb

READERS = 8
QUERIES = 100  # of each reader, without a pause between them

SERIES = "select distinct kpi_code, period_start, segment from marts.kpi_values where grain = 'month' order by all"
QUERY = """
    select segment_value, view, basis, member, statistic, numerator, denominator, value, target, previous_value, last_year_value
    from marts.kpi_values
    where kpi_code = '{}' and grain = 'month' and period_start = '{}' and segment = '{}'
"""


@dataclass(frozen=True)
class Waits:
    """Milliseconds that queries took, from the query to its last row."""

    queries: int
    median: float
    p95: float
    longest: float


def measure_readers(marts: Path, readers: int = READERS, queries: int = QUERIES) -> Waits:
    """Ask `queries` random questions in each of `readers` processes at once. Raises ValueError where a month has no KPI."""
    with duckdb.connect(str(marts), read_only=True) as con:
        questions = con.execute(SERIES).fetchall()
    if not questions:
        raise ValueError(f"{marts} has no KPI values by month")
    with ProcessPoolExecutor(readers, mp_context=get_context("spawn")) as pool:
        begin_at = time.time() + 3  # all readers are up by then
        asked = [random.Random(reader).choices(questions, k=queries) for reader in range(readers)]  # noqa: S311
        waits = sorted(
            wait for found in pool.map(_read, [marts] * readers, asked, [begin_at] * readers) for wait in found
        )
    return Waits(len(waits), *(waits[int(share * (len(waits) - 1))] for share in (0.5, 0.95, 1)))


def _read(marts: Path, questions: list[tuple[object, ...]], begin_at: float) -> list[float]:
    waits = []
    with duckdb.connect(str(marts), read_only=True) as con:
        con.execute(QUERY.format(*questions[0])).fetchall()  # the file's catalog is read when it is first asked
        time.sleep(max(0, begin_at - time.time()))
        for question in questions:
            began = time.perf_counter()
            rows = con.execute(QUERY.format(*question)).fetchall()
            waits.append((time.perf_counter() - began) * 1000)
            assert rows, question
    return waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("marts", type=Path)
    print(measure_readers(parser.parse_args().marts))


if __name__ == "__main__":
    main()
