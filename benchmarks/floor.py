"""The floor: SQL for DuckDB alone that makes the marts (but what stands on them, see compare.py) from landed batches in one go, without dbt.

python benchmarks/floor.py --landing DIR --seeds DIR --as-of "2026-03-31 15:00:00" --out marts.duckdb
python benchmarks/floor.py --warehouse warehouse.duckdb --out values.duckdb    (kpi_values alone, from the rows that KPIs count)
"""

import argparse
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

SCRIPTS = Path(__file__).parent / "floor"


def statements(script: str) -> Iterator[str]:
    """The statements of a script, in order; every one ends in a semicolon at the end of a line."""
    for part in re.split(r";[ ]*\n", script):
        if re.sub(r"--[^\n]*", "", part).strip():
            yield part.strip()


def run_floor(landing: Path, seeds: Path, as_of: str, out: Path, *, activities: bool = False) -> dict[str, float]:
    """Build `out` anew: schemas marts and restricted. Returns wall seconds per statement, by its first line of SQL.

    `as_of` is `YYYY-MM-DD HH:MM:SS` in UTC. `activities` adds main.activities, which no mart reads.
    """
    scripts = sorted(SCRIPTS.glob("[0-9]_*.sql")) + ([SCRIPTS / "activities.sql"] if activities else [])
    with _new_file(out) as con:
        for name, value in (("landing", str(landing)), ("seeds", str(seeds)), ("as_of", as_of)):
            con.execute(f"set variable {name} = ?", [value])
        con.execute("create schema restricted")
        return _run(con, scripts)


def run_kpi_floor(warehouse: Path, out: Path) -> dict[str, float]:
    """Build `out` anew: marts.kpi_values, from what the warehouse's KPIs count. Returns wall seconds as run_floor does."""
    with _new_file(out) as con:
        con.execute(f"attach '{str(warehouse).replace(chr(39), chr(39) * 2)}' as warehouse (read_only)")
        return _run(con, [SCRIPTS / "kpi_values.sql"])


def _new_file(out: Path) -> duckdb.DuckDBPyConnection:
    out.unlink(missing_ok=True)
    con = duckdb.connect(str(out), config={"autoinstall_known_extensions": False})
    con.execute("set timezone = 'UTC'")
    con.execute("set preserve_insertion_order = false")
    con.execute("create schema marts")
    return con


def _run(con: duckdb.DuckDBPyConnection, scripts: list[Path]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for script in scripts:
        for statement in statements(script.read_text(encoding="utf-8")):
            began = time.monotonic()
            try:
                con.execute(statement)
            except duckdb.Error as error:
                raise RuntimeError(f"{script.name}: {error}\n{statement[:300]}") from error
            title = re.sub(r"^(--[^\n]*\n)*", "", statement).split("\n")[0]
            seconds[title] = time.monotonic() - began
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landing", type=Path)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--as-of")
    parser.add_argument(
        "--warehouse", type=Path, help="make kpi_values from the rows that its KPIs count, and nothing else"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--activities", action="store_true", help="also make the table of all activities")
    parser.add_argument("--timings", action="store_true", help="print the slowest statements")
    args = parser.parse_args()
    if args.warehouse:
        seconds = run_kpi_floor(args.warehouse, args.out)
    elif args.landing and args.seeds and args.as_of:
        seconds = run_floor(args.landing, args.seeds, args.as_of, args.out, activities=args.activities)
    else:
        parser.error("give --landing, --seeds and --as-of, or --warehouse")
    if args.timings:
        for title, elapsed in sorted(seconds.items(), key=lambda item: -item[1])[:25]:
            print(f"{elapsed:8.3f} s  {title}", file=sys.stderr)


if __name__ == "__main__":
    main()
