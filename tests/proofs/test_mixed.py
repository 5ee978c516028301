"""Input that contradicts itself: it may be told as a mismatch, but only faults of our own build may stop a company."""

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

from orchestration.landing.land import land_all
from orchestration.simulation import simulate
from tests.conftest import Company
from tests.support import sample_config, settle

SCRAMBLED = 0.08  # of the fields


@pytest.mark.prove
@pytest.mark.parametrize("seed", [1, 3, 5, 7])
def test_two_companies_under_the_same_record_ids_are_published(tmp_path: Path, seed: int) -> None:
    """What a CRM gives that was loaded again with other records: ids, histories, merges and closes that do not fit together."""
    sample_config(tmp_path)
    company, sample = Company(tmp_path), tmp_path / "var" / "sample"
    simulate(sample, people=500, seed=seed)
    settle(sample / "exports")
    assert not [result.error for result in land_all(company.config) if result.error]
    simulate(sample, people=700, seed=seed + 1)
    assert_published(company)


@pytest.mark.prove
@pytest.mark.parametrize("seed", [1, 3, 5, 7])
def test_a_company_of_scrambled_fields_is_published(tmp_path: Path, seed: int) -> None:
    """Any field may hold another record's value or none: ids, stages, dates and amounts alike. Some records come twice."""
    sample_config(tmp_path)
    company, sample = Company(tmp_path), tmp_path / "var" / "sample"
    simulate(sample, people=500, seed=seed)
    chance = random.Random(seed)
    for path in sorted((sample / "exports").rglob("*.*")):
        (scramble_json if path.suffix == ".jsonl" else scramble_csv)(path, chance)
    assert_published(company)


def assert_published(company: Company) -> None:
    settle(company.root / "var" / "sample" / "exports")
    done = company.tasuki("run")
    company.close()
    assert done.code == 0, done.err


def scramble_csv(path: Path, chance: random.Random) -> None:
    """Two title lines and CP932 where customer success writes so."""
    content = path.read_bytes()
    is_utf8 = content.startswith(b"\xef\xbb\xbf") or path.name.isascii()
    encoding, lines = ("utf-8-sig", 1) if is_utf8 else ("cp932", 3)
    rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    records = rows[lines:]
    if not records:
        return
    known = [list(record) for record in records]
    for record in records:
        for column in range(len(record)):
            if chance.random() < SCRAMBLED:
                record[column] = "" if chance.random() < 0.15 else chance.choice(known)[column]
    again = [chance.choice(known) for _ in range(len(records) // 50)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([*rows[:lines], *records, *again])
    path.write_bytes(out.getvalue().encode(encoding))


def scramble_json(path: Path, chance: random.Random) -> None:
    """The same of JSON lines, whose properties lie one level deeper."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    known = [json.loads(json.dumps(record)) for record in records]
    for record in records:
        mix(record, chance.choice(known), chance)
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")


def mix(record: dict[str, Any], other: dict[str, Any], chance: random.Random) -> None:
    for name, value in record.items():
        theirs = other.get(name)
        if isinstance(value, dict):
            mix(value, theirs if isinstance(theirs, dict) else {}, chance)
        elif chance.random() < SCRAMBLED:
            record[name] = theirs
