"""Files of the simulated exports: the vendors' CSV and JSONL, customer success's CP932 CSV, or Parquet for scale."""

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from orchestration.simulation.clock import JST, utc
from orchestration.simulation.render import TABLES, Row, Table

Format = Literal["export", "parquet"]
_HUBSPOT_TOP = {"id", "archived"}


class Drop:
    """One delivery of every table, extracted at one instant. Use as a context manager."""

    def __init__(self, exports: Path, at: int, fmt: Format) -> None:
        self.at = at
        self._fmt = fmt
        self._exports = exports
        self._stack = ExitStack()
        self._files: dict[str, IO[Any]] = {}
        self._parquet: dict[str, pq.ParquetWriter] = {}
        self.counts: dict[str, int] = defaultdict(int)

    def __enter__(self) -> "Drop":
        for name, table in TABLES.items():
            path = self._path(table)
            path.parent.mkdir(parents=True, exist_ok=True)
            if self._fmt == "parquet":
                self._parquet[name] = self._stack.enter_context(
                    pq.ParquetWriter(path, _schema(name), compression="zstd")
                )
            else:
                encoding = {"bom": "utf-8-sig", "cs": "cp932"}.get(table.shape, "utf-8")
                file = self._stack.enter_context(path.open("w", encoding=encoding, newline=""))
                self._files[name] = file
                if table.shape != "jsonl":
                    self._write_head(table, file)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _path(self, table: Table) -> Path:
        ending = "parquet" if self._fmt == "parquet" else "jsonl" if table.shape == "jsonl" else "csv"
        return self._exports / table.system / f"{table.file}_{utc(self.at):%Y%m%dT%H%M%SZ}.{ending}"

    def _write_head(self, table: Table, file: IO[Any]) -> None:
        end = "\r\n" if table.shape == "cs" else "\n"
        if table.shape == "cs":
            file.write(f"{table.file}{end}出力日時: {utc(self.at + JST):%Y/%m/%d %H:%M}{end}")
        csv.writer(file, lineterminator=end).writerow(table.columns)

    def write(self, name: str, rows: Sequence[Row]) -> None:
        """Append rows to a table."""
        if not rows:
            return
        table = TABLES[name]
        self.counts[name] += len(rows)
        if self._fmt == "parquet":
            columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
            self._parquet[name].write_table(pa.table(columns, schema=_schema(name)))
        elif name == "contacts":
            self._files[name].writelines(_hubspot_object(table.columns, row) for row in rows)
        elif table.shape == "jsonl":
            self._files[name].writelines(
                json.dumps(dict(zip(table.columns, _nulls(row), strict=True)), ensure_ascii=False) + "\n"
                for row in rows
            )
        else:
            csv.writer(self._files[name], lineterminator="\r\n" if table.shape == "cs" else "\n").writerows(rows)

    def write_mail(self, events: pa.Table) -> None:
        """Append mail events."""
        self.counts["email_events"] += len(events)
        if self._fmt == "parquet":
            self._parquet["email_events"].write_table(events.cast(_schema("email_events")))
            return
        text = pa.table({name: events[name].cast(pa.string()) for name in events.column_names})
        file = self._files["email_events"]
        file.flush()
        options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
        pa_csv.write_csv(text, file.buffer, options)  # type: ignore[attr-defined]
        file.buffer.flush()  # type: ignore[attr-defined]


def _schema(name: str) -> pa.Schema:
    if name != "email_events":
        return pa.schema([(column, pa.string()) for column in TABLES[name].columns])
    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [("id", pa.int64()), ("contact_id", pa.int64()), ("recipient", text), ("type", pa.dictionary(pa.int8(), pa.string())),
         ("created", pa.int64()), ("email_campaign_id", pa.int64())]
    )  # fmt: skip


def _nulls(row: Row) -> list[str | None]:
    return [value or None for value in row]


def _hubspot_object(columns: tuple[str, ...], row: Row) -> str:
    """A contact as HubSpot's API gives it: one JSON object on a line."""
    values = dict(zip(columns, _nulls(row), strict=True))
    properties = {name: value for name, value in values.items() if name not in _HUBSPOT_TOP}
    shown = {
        "id": values["id"],
        "properties": properties,
        "createdAt": values["createdate"],
        "updatedAt": values["lastmodifieddate"],
        "archived": values["archived"] == "true",
    }
    return json.dumps(shown, ensure_ascii=False) + "\n"
