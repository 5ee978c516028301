"""The mismatch rules of a built company against its answer key: rule by rule, to the record and the detail."""

import csv
from collections import Counter
from dataclasses import dataclass, field

import duckdb

from tests.support import REPO, Built

MODELS = REPO / "dbt_project" / "models" / "mismatches"
PROVED = REPO / "docs" / "mismatches-proved.md"
Row = tuple[str, str, str]  # MA record, CRM record, detail


# What the simulated company cannot do: faults of our own build, of the connectors and of a source's own counts (a row lost on
# the way would be a record less in the key), and a rate above 100 %. They have their cases in test_by_hand.py.
ELSEWHERE = {"B15", "F06", "F10", "H04", "H05", "H06", "H07", "H08", "H09", "H10", "I01", "I06", "I07"}


@dataclass
class Verdict:
    """What one rule found of what it should find."""

    rule: str
    planted: Counter[Row] = field(default_factory=Counter)
    found: Counter[Row] = field(default_factory=Counter)
    near: list[Row] = field(default_factory=list)
    entailed: int = 0  # of what is planted: by ordinary lives, or by the fault of another rule

    @property
    def missed(self) -> list[Row]:
        """Rows of the key that the rule does not report."""
        return sorted((self.planted - self.found).elements())

    @property
    def false(self) -> list[Row]:
        """Rows that the rule reports and the key does not have."""
        return sorted((self.found - self.planted).elements())

    @property
    def caught(self) -> int:
        """Rows of the key that the rule reports."""
        return sum((self.planted & self.found).values())

    def __str__(self) -> str:
        line = (
            f"{self.rule}  planted {sum(self.planted.values()):>4}  caught {self.caught:>4}  false {len(self.false):>4}"
        )
        return f"{line}  near misses {len(self.near):>3} (reported {len(self.reported_near)})"

    @property
    def reported_near(self) -> list[Row]:
        """Near misses of which the rule reports a record."""
        records = {record for ma, crm, _ in self.found for record in (ma, crm) if record}
        return [miss for miss in self.near if {miss[0], miss[1]} & records]


def rules() -> dict[str, str]:
    """Rule code -> model, of the rules that exist."""
    return {file.stem[:3].upper(): file.stem for file in sorted(MODELS.glob("[a-i][0-9][0-9]_*.sql"))}


def verdicts(company: Built) -> list[Verdict]:
    """One verdict per rule."""
    found = {rule: Verdict(rule) for rule in rules()}
    for row in _key(company, "mismatches"):
        verdict = found[row["rule_code"]]
        verdict.planted[(row["ma_record_id"], row["crm_record_id"], row["detail"])] += 1
        verdict.entailed += row["cause"] == "life"
    for row in _key(company, "near_misses"):
        found[row["rule_code"]].near.append((row["ma_record_id"], row["crm_record_id"], row["why"]))
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        for rule, ma, crm, detail in connection.execute(
            """
            SELECT rule_code, coalesce(ma_record_id, ''), coalesce(crm_record_id, ''), coalesce(detail, '')
            FROM mismatches.mismatches_found
            """
        ).fetchall():
            found[rule].found[(ma, crm, detail)] += 1
    return list(found.values())


def _key(company: Built, name: str) -> list[dict[str, str]]:
    with (company.answer_key / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(found: list[Verdict]) -> str:
    """The verdicts as a table, with examples of what is wrong."""
    lines = []
    for verdict in found:
        lines.append(str(verdict))
        lines += [f"     missed {row}" for row in verdict.missed[:3]] + [
            f"     false  {row}" for row in verdict.false[:3]
        ]
    return "\n".join(lines)


def add_up(runs: list[list[Verdict]]) -> str:
    """What several companies add up to, as a table of Markdown: one line per rule."""
    lines = [
        "| rule | planted | of these entailed | caught | missed | false | near misses | reported |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for of_rule in zip(*runs, strict=True):
        counts = [
            (
                sum(v.planted.values()),
                v.entailed,
                v.caught,
                len(v.missed),
                len(v.false),
                len(v.near),
                len(v.reported_near),
            )
            for v in of_rule
        ]
        lines.append(
            f"| {of_rule[0].rule} | " + " | ".join(str(sum(column)) for column in zip(*counts, strict=True)) + " |"
        )
    return "\n".join(lines) + "\n"


def write_down(heading: str, table: str) -> None:
    """Put the table in the place of the one below this heading of docs/mismatches-proved.md."""
    before, of_it = PROVED.read_text(encoding="utf-8").split(f"## {heading}\n")
    told, _, rest = of_it.partition("| rule |")
    _, mark, after = rest.partition("\n## ")
    page = f"{before}## {heading}\n{told}{table}" + (f"\n## {after}" if mark else "")
    PROVED.write_text(page, encoding="utf-8")
