"""Whether the floor made what the warehouse made: every mart that it makes, row by row, both ways.

python benchmarks/compare.py warehouse.duckdb floor.duckdb
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

# The floor does not check its input, and only the publisher knows when and with which failed checks it publishes.
NOT_COMPARED = {"data_status": {"cast_failures", "published_at", "failed_checks"}}

# Marts that stand on the others: the floor does not make them, and the benchmark times them apart. The names of KPIs, bridge and
# mismatches begin so; the others are whole names.
ABOVE_THE_FLOOR = ("kpi_", "mismatch", "alignment_scores", "handed_over_leads")


@dataclass(frozen=True)
class Difference:
    """Rows of one mart that only one side has. `example` is one of them."""

    table: str
    rows: int
    only_warehouse: int
    only_floor: int
    example: str


def compare(warehouse: Path, floor: Path, mart: str | None = None) -> list[Difference]:
    """Every mart of the warehouse against the floor's, or one alone, duplicates counted. A table the floor lacks is a difference.

    What stands above the floor is not compared unless it is named.
    """
    found = []
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        con.execute("set enable_progress_bar = false")
        for name, path in (("warehouse", warehouse), ("floor", floor)):
            con.execute(f"attach '{str(path).replace(chr(39), chr(39) * 2)}' as {name} (read_only)")
        tables = con.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = 'warehouse' and table_schema in ('marts', 'restricted') order by all"
        ).fetchall()
        tables = [
            (schema, table)
            for schema, table in tables
            if (table == mart if mart else not table.startswith(ABOVE_THE_FLOOR))
        ]
        there = set(
            con.execute(
                "select table_schema, table_name from information_schema.tables where table_catalog = 'floor'"
            ).fetchall()
        )
        for schema, table in tables:
            rows = _count(con, f"from warehouse.{schema}.{table}")
            if (schema, table) not in there:
                found.append(Difference(table, rows, rows, 0, "the floor has no such table"))
                continue
            columns = [
                f'"{row[0]}"'
                for row in con.execute(f"describe warehouse.{schema}.{table}").fetchall()
                if row[0] not in NOT_COMPARED.get(table, ())
            ]
            chosen = ", ".join(columns)
            sides = [f"select {chosen} from {side}.{schema}.{table}" for side in ("warehouse", "floor")]  # noqa: S608
            gone, added = f"({sides[0]} except all {sides[1]})", f"({sides[1]} except all {sides[0]})"
            counts = _count(con, f"from {gone}"), _count(con, f"from {added}")
            example = ""
            if any(counts):
                row = con.execute(f"from {gone if counts[0] else added} limit 1").fetchone()
                example = str(dict(zip(columns, row or (), strict=False)))
            found.append(Difference(table, rows, *counts, example))
    return found


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    row = con.execute(f"select count(*) {source}").fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("floor", type=Path)
    parser.add_argument("--mart", help="this one alone")
    args = parser.parse_args()
    found = compare(args.warehouse, args.floor, args.mart)
    for one in found:
        print(
            f"{one.table:20} {one.rows:>10,} rows   only warehouse {one.only_warehouse:>8,}   only floor {one.only_floor:>8,}"
        )
        if one.example:
            print(f"    {one.example}")
    sys.exit(any(one.only_warehouse or one.only_floor for one in found))


if __name__ == "__main__":
    main()
