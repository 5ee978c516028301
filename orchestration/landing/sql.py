"""DuckDB as a file converter: an in-memory connection that reads a source and writes a batch."""

import re

import duckdb

from orchestration.landing.batches import Job, ReadOutcome

# For a reader of files: a folder called `column=value` is a name like any other, and no value of that column.
NO_VALUES_OF_FOLDERS = "hive_partitioning = false"


def connect() -> duckdb.DuckDBPyConnection:
    """A fresh in-memory connection; one per file, since a corrupt file can spoil its connection.

    Numbering the rows is serial: more threads would wait for each other at a third more processor time.
    """
    return duckdb.connect(":memory:", config={"threads": 1})


def identifier(name: str) -> str:
    """A quoted column name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str, *, is_path: bool = False) -> str:
    """A quoted text; in a path, characters that mean a pattern are made to mean themselves."""
    if is_path:
        text = re.sub(r"([*?\[])", r"[\1]", text)
    return "'" + text.replace("'", "''") + "'"


def copy_to_batch(
    connection: duckdb.DuckDBPyConnection, job: Job, columns: list[str], source: str, outcome: ReadOutcome
) -> int:
    """Copy the expressions `columns` of `source` with lineage into the batch's temporary file; the rows written."""
    batch_id, loaded_at, extracted_at, source_file = job.lineage()
    lineage = [
        f"{literal(batch_id)} as _batch_id",
        f"timestamp '{loaded_at.isoformat(sep=' ')}' as _loaded_at",
        f"timestamp '{extracted_at.isoformat(sep=' ')}' as _extracted_at",
        f"{literal(source_file)} as _source_file",
        "row_number() over () as _row_number",
    ]
    metadata = ", ".join(f"{key}: {literal(value)}" for key, value in job.metadata(outcome).items())
    select = f"select {', '.join(columns + lineage)} from {source}"  # noqa: S608
    target = literal(str(job.tmp))
    counted = connection.execute(
        f"copy ({select}) to {target} "
        # the second version's encodings of text and numbers leave little to compress, so that the least effort does
        f"(format parquet, parquet_version v2, compression zstd, compression_level 1, kv_metadata {{{metadata}}})"
    ).fetchone()
    return int(counted[0]) if counted else 0
