"""Numbers as the company's BI tool shows them: some as the definitions have them, some off by one."""

import csv
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = (
    "kpi_code",
    "view",
    "basis",
    "member",
    "grain",
    "period_start",
    "segment",
    "segment_value",
    "value",
    "source",
)
_EACH = 5


@dataclass(frozen=True)
class Measure:
    """One number of a report: what it is a number of, in the order of the seed's columns, and its value."""

    place: tuple[str, ...]
    value: int
    is_wrong: bool

    @property
    def detail(self) -> str:
        """How rule H03 names it."""
        return " ".join(self.place[:-2]) + f" {self.place[-2]}={self.place[-1]}"


def measures_of(kpis: list[tuple[object, ...]]) -> list[Measure]:
    """Monthly numbers of new leads in total: of the last full months, by turns right and off by one."""
    rows = [
        row for row in kpis if row[:5] == ("lead_new", "shared", row[2], "", "month") and row[6] == "all" and row[11] != ""
    ]  # fmt: skip
    rows = sorted(rows, key=lambda row: str(row[5]))[-1 - 2 * _EACH : -1]
    return [
        Measure(tuple(str(cell) for cell in row[:8]), int(str(row[11])) + place % 2, bool(place % 2))
        for place, row in enumerate(rows)
    ]


def write_measures(folder: Path, measures: list[Measure]) -> None:
    """The numbers as the project's seed of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bi_measures.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([*measure.place, measure.value, "ダッシュボード"] for measure in measures)
