"""Parquet: every column as text, so that a table lands alike whatever its export's format.

Timestamps become `YYYY-MM-DDTHH:MM:SS[.f]`, with a Z where the column is zoned (UTC); booleans true or false; decimals
exact; floating-point numbers without a fraction as whole numbers (pandas writes whole numbers with gaps so), NaN null; nested
values JSON text; bytes UTF-8 text, or hexadecimal in a column where one value is no UTF-8. A corrupt file is one reject: a part of it cannot be trusted.
"""

import re

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.batches import Job, ReadOutcome, reject_whole_file
from orchestration.landing.drift import Shape
from orchestration.landing.names import ColumnNames
from orchestration.landing.sql import NO_VALUES_OF_FOLDERS, connect, copy_to_batch, identifier, literal


def land_parquet(job: Job) -> ReadOutcome:
    """Write the batch of a Parquet file."""
    try:
        rows = pq.read_metadata(job.source).num_rows
        try:
            return _land(job, rows, are_bytes_text=True)
        except duckdb.InvalidInputException:  # some are not
            return _land(job, rows, are_bytes_text=False)
    except (pa.ArrowException, OSError, duckdb.Error, UnicodeDecodeError) as error:
        if _is_of_the_machine(error, job):
            raise
        reason = re.sub(r"\s+", " ", str(error))[:300]
        return reject_whole_file(job, f"not a readable Parquet file: {reason}")


def _is_of_the_machine(error: Exception, job: Job) -> bool:
    # A full disk, a share that went away, too little memory: another run may well read the file, which was rejected for good.
    if isinstance(error, OSError):
        return error.errno is not None  # what pyarrow says of a file has none
    return isinstance(error, (MemoryError, duckdb.OutOfMemoryException)) or str(job.tmp) in str(error)


def _land(job: Job, rows: int, *, are_bytes_text: bool) -> ReadOutcome:
    path = literal(str(job.source), is_path=True)
    source = f"read_parquet({path}, binary_as_string = {are_bytes_text}, {NO_VALUES_OF_FOLDERS})"
    with connect() as connection:
        return _land_source(connection, job, rows, source)


def _land_source(connection: duckdb.DuckDBPyConnection, job: Job, rows: int, source: str) -> ReadOutcome:
    described = connection.execute(f"describe select * from {source}").fetchall()  # noqa: S608
    hexadecimal = {name for name, kind, *_ in described if kind == "BLOB" and not _is_text(connection, source, name)}
    names = ColumnNames.of([name for name, *_ in described], dict(job.feed.columns), job.feed.declared)
    types = [kind for _, kind, *_ in described]
    columns = [
        f"{_as_text(identifier(name), 'HEX' if name in hexadecimal else kind)} as {identifier(column)}"
        for (name, *_), kind, column in zip(described, types, names.names, strict=True)
    ]
    kinds = {column: kind for column, raw in zip(names.names, types, strict=True) if (kind := _kind(raw))}
    notes = [
        f"column {column} holds bytes that are not UTF-8, landed as hexadecimal"
        for (name, *_), column in zip(described, names.names, strict=True)
        if name in hexadecimal
    ]
    outcome = ReadOutcome(rows, rows, Shape(tuple(names.names), kinds), "parquet", names.notes + notes)
    landed = copy_to_batch(connection, job, columns, source, outcome)
    if landed != rows:
        raise OSError(f"its footer promises {rows:,} rows, {landed:,} can be read")
    return outcome


def _is_text(connection: duckdb.DuckDBPyConnection, source: str, name: str) -> bool:
    column = identifier(name)
    query = f"select count({column}) = count(try(decode({column}))) from {source}"  # noqa: S608
    return connection.execute(query).fetchall() == [(True,)]


def _as_text(column: str, kind: str) -> str:
    if kind == "HEX":
        return f"nullif(lower(hex({column})), '')"
    if kind == "BLOB":
        return f"nullif(decode({column}), '')"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"replace(cast(make_timestamp(epoch_us({column})) as varchar), ' ', 'T') || 'Z'"
    if kind.startswith("TIMESTAMP"):
        return f"replace(cast({column} as varchar), ' ', 'T')"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({column}) as varchar)"
    if kind in ("DOUBLE", "FLOAT"):
        return f"nullif(regexp_replace(cast({column} as varchar), '\\.0$', ''), 'nan')"
    return f"nullif(cast({column} as varchar), '')"


def _kind(kind: str) -> str | None:
    if kind == "BOOLEAN":
        return "boolean"
    if kind.startswith(("DATE", "TIMESTAMP")):
        return "date or time"
    if (
        kind.startswith(("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "UHUGEINT"))
        or kind.endswith("INT")
        or "INTEGER" in kind
    ):
        return "number"
    return "text" if kind == "VARCHAR" else None
