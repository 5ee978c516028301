"""The floor: SQL for DuckDB alone that makes the marts (but what stands on them, see compare.py) from landed batches in one go, without dbt.

python benchmarks/floor.py --landing DIR --seeds DIR --as-of "2026-03-31 15:00:00" --out marts.duckdb
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
    out.unlink(missing_ok=True)
    scripts = sorted(SCRIPTS.glob("[0-9]_*.sql")) + ([SCRIPTS / "activities.sql"] if activities else [])
    seconds: dict[str, float] = {}
    with duckdb.connect(str(out), config={"autoinstall_known_extensions": False}) as con:
        con.execute("set timezone = 'UTC'")
        con.execute("set preserve_insertion_order = false")
        for name, value in (("landing", str(landing)), ("seeds", str(seeds)), ("as_of", as_of)):
            con.execute(f"set variable {name} = ?", [value])
        for schema in ("marts", "restricted"):
            con.execute(f"create schema {schema}")
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
    parser.add_argument("--landing", type=Path, required=True)
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--activities", action="store_true", help="also make the table of all activities")
    parser.add_argument("--timings", action="store_true", help="print the slowest statements")
    args = parser.parse_args()
    seconds = run_floor(args.landing, args.seeds, args.as_of, args.out, activities=args.activities)
    if args.timings:
        for title, elapsed in sorted(seconds.items(), key=lambda item: -item[1])[:25]:
            print(f"{elapsed:8.3f} s  {title}", file=sys.stderr)


if __name__ == "__main__":
    main()
