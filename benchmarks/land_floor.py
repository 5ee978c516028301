"""The floor of landing: every export to UTF-8, read by DuckDB, written as Parquet, and nothing else.

    python benchmarks/land_floor.py EXPORTS OUT

No lineage, no rejects, no count, no drift: what no landing can do without.
"""

import argparse
import codecs
from pathlib import Path

import duckdb

BLOCK = 1 << 22  # characters


def land_file(con: duckdb.DuckDBPyConnection, source: Path, target: Path) -> None:
    """One export to one Parquet file of text columns. CSV is CP932 with two title lines, or UTF-8, as simulated."""
    if source.suffix == ".parquet":
        reader = f"select columns(*)::varchar from read_parquet({_literal(source)})"  # noqa: S608
    elif source.suffix in (".jsonl", ".json", ".ndjson"):
        reader = f"from read_json({_literal(source)}, format = 'newline_delimited')"
    else:
        with source.open("rb") as file:
            is_utf8 = file.read(3) == codecs.BOM_UTF8 or _decodes(file.read(BLOCK))
        if not is_utf8:
            transcoded = target.with_suffix(".csv")
            with (
                source.open(encoding="cp932", newline="") as text,
                transcoded.open("w", encoding="utf-8", newline="") as out,
            ):
                while block := text.read(BLOCK):
                    out.write(block)
            source = transcoded
        skip = 0 if is_utf8 else 2
        reader = f"from read_csv({_literal(source)}, all_varchar = true, header = true, quote = '\"', escape = '\"', skip = {skip})"
    con.execute(f"copy ({reader}) to {_literal(target)} (format parquet, compression zstd)")


def _decodes(block: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exports", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"autoinstall_known_extensions": False, "preserve_insertion_order": False}) as con:
        for number, source in enumerate(sorted(path for path in args.exports.rglob("*") if path.is_file())):
            land_file(con, source, args.out / f"{number:03}_{source.parent.name}.parquet")


if __name__ == "__main__":
    main()
