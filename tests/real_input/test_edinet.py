"""The EDINET code list, real CP932: landed without loss, and the registry that gives accounts their corporate number."""

import csv
import re
import unicodedata
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from orchestration.config import load_config
from tests.support import REPO, SHARED_DATA, Builder, Built, land, sample_config, settle

EDINET = SHARED_DATA / "edinet"
EXAMPLE = REPO / "docs" / "examples" / "edinet.toml"
COMPANIES = 40

pytestmark = pytest.mark.skipif(not EDINET.is_dir(), reason=f"the EDINET data is absent: {EDINET}")


def registry() -> list[tuple[str, str]]:
    """(name, corporate number or '') of every organisation, as Python reads the file."""
    with (EDINET / "edinet_organisations_cp932.csv").open(encoding="cp932", newline="") as file:
        return [(row[6], row[12]) for row in list(csv.reader(file))[2:]]


def numbers_by_name() -> dict[str, set[str]]:
    """Name without spaces -> its corporate numbers ('' where an entry has none)."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, number in registry():
        found[re.sub(r"\s", "", unicodedata.normalize("NFKC", name))].add(number)
    return found


def shared_names() -> dict[str, list[str]]:
    """The names that two companies with corporate numbers bear."""
    numbers = {name: sorted(found - {""}) for name, found in numbers_by_name().items()}
    return {name: found for name, found in numbers.items() if len(found) > 1}


def spellings(name: str) -> list[str]:
    """How people write 株式会社X into a CRM."""
    core = name.removeprefix("株式会社")
    return [name, f"株式会社　{core}", f"(株){core}", f"㈱{core}", f"（株） {core}", f"{core}", f" {name} "]


def unique_names() -> dict[str, str]:
    """Companies called 株式会社X whose name, with or without its legal form, nobody else bears: name -> number."""
    all_names = numbers_by_name()
    cores: dict[str, int] = defaultdict(int)
    for name in all_names:
        cores[name.replace("株式会社", "").casefold()] += 1
    plain = re.compile(r"株式会社[ぁ-んァ-ヶー一-龠]{3,}")
    found = {
        name: min(numbers)
        for name, numbers in all_names.items()
        if plain.fullmatch(name) and len(numbers) == 1 and min(numbers) and cores[name.removeprefix("株式会社")] == 1
    }
    step = len(found) // COMPANIES
    return dict(sorted(found.items())[::step][:COMPANIES])


@pytest.fixture(scope="module")
def company(builder: Builder) -> Built:
    """Accounts named after registry entries: many spellings without number, and the names that two companies bear."""
    company = Built(builder.root / "edinet")
    company.root.mkdir()
    example = EXAMPLE.read_text(encoding="utf-8")
    section = example[example.index("[systems.edinet]") :].replace("../../../shared/data/edinet", str(EDINET))
    sample_config(company.root, "\n" + section)
    rows = [
        (f"spelling-{place}-{number}", spelling, "")
        for place, (name, number) in enumerate(unique_names().items())
        for spelling in spellings(name)
    ]
    rows = [(f"{record}-{place}", name, number) for place, (record, name, number) in enumerate(rows)]
    for place, (name, numbers) in enumerate(shared_names().items()):
        rows += [(f"twin-{place}-{number}", name, number) for number in numbers]
        rows.append((f"nameless-{place}", name, ""))
    target = company.exports / "salesforce" / "accounts_20260331T150000Z.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Id", "Name", "Corporate_Number__c", "CreatedDate", "LastModifiedDate", "IsDeleted"])
        moment = "2026-03-01T00:00:00.000Z"
        writer.writerows((record, name, number, moment, moment, "false") for record, name, number in rows)
    settle(company.exports)
    results = {f"{result.system}.{result.table}": result for result in land(company)}
    landed = results["edinet.organisations"]
    assert (landed.rows_in, landed.rows_landed, landed.rows_rejected) == (8010, 8010, 0)
    assert results["salesforce.accounts"].rows_landed == len(rows)
    builder.build(company, select="+con_accounts +account_records +mismatches_in_records")
    return company


def accounts(company: Built, records: str) -> list[tuple[str, str, str | None, bool]]:
    """(record, account key, corporate number, is registered) of the CRM accounts whose id begins with `records`."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return connection.execute(
            """
            SELECT r.record_id, a.account_key, a.corporate_number, a.is_registered
            FROM conformed.account_records AS r JOIN conformed.con_accounts AS a USING (account_key)
            WHERE r.record_type = 'crm_account' AND starts_with(r.record_id, ?)
            ORDER BY 1
            """,
            [records],
        ).fetchall()


def test_the_example_is_a_configuration(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("../../../shared/data/edinet", str(EDINET))
    (tmp_path / "edinet.toml").write_text(text.replace("../../var/", f"{tmp_path}/"), encoding="utf-8")
    for system in ("hubspot", "salesforce"):
        (tmp_path / "sample" / "exports" / system).mkdir(parents=True)
    feed = load_config(tmp_path / "edinet.toml").feed("edinet", "organisations")
    assert (feed.encoding, feed.skip_lines, feed.sets_as_of) == ("cp932", 1, False)


def test_the_list_is_landed_as_it_was_written(company: Built) -> None:
    batches = company.config.landing_dir / "edinet" / "organisations"
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT \"提出者名\", coalesce(\"提出者法人番号\", '') FROM read_parquet('{batches}/*.parquet', union_by_name = true)"  # noqa: S608
            " WHERE _row_number IS NOT NULL ORDER BY _row_number"
        ).fetchall()
        text = connection.execute(
            f"SELECT count(*) FROM (FROM read_parquet('{batches}/*.parquet', union_by_name = true)) AS t"  # noqa: S608
            " WHERE contains(cast(t AS varchar), chr(65533))"
        ).fetchone()
    assert sorted(rows) == sorted(registry())
    assert text == (0,), "no replacement character"


def test_accounts_without_number_get_it_from_the_registry(company: Built) -> None:
    found = accounts(company, "spelling-")
    assert len(found) == COMPANIES * len(spellings(""))
    wrong = [row for row in found if row[2] != row[0].split("-")[2] or not row[3]]
    assert not wrong
    assert len({account_key for _, account_key, _, _ in found}) == COMPANIES, "all spellings are one account"


def test_one_name_with_two_numbers_stays_two_accounts(company: Built) -> None:
    twins = accounts(company, "twin-")
    assert len(shared_names()) >= 20
    assert all(number == record.split("-")[2] and is_registered for record, _, number, is_registered in twins)
    assert len({account_key for _, account_key, _, _ in twins}) == len(twins)


def test_such_a_name_alone_gives_no_number(company: Built) -> None:
    nameless = accounts(company, "nameless-")
    assert len(nameless) == len(shared_names())
    assert all(number is None and not is_registered for _, _, number, is_registered in nameless)
    others = {account_key for _, account_key, _, _ in accounts(company, "twin-")}
    assert not others & {account_key for _, account_key, _, _ in nameless}


def test_the_catalogue_finds_one_company_in_many_accounts_and_nothing_else(company: Built) -> None:
    """A09 names every spelling after the first of each company; two numbers under one name, and a name without number, are no fault."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        found = connection.execute(
            "SELECT rule_code, crm_record_id, crm_value FROM mismatches.mismatches_in_records"
        ).fetchall()
    records = sorted(record for record, _, _, _ in accounts(company, "spelling-"))
    companies = defaultdict(list)
    for record in records:
        companies[record.split("-")[2]].append(record)
    further = {
        ("A09", record, f"same company as {first}") for first, *others in companies.values() for record in others
    }
    assert set(found) == further
    assert len(found) == len(further) == COMPANIES * (len(spellings("")) - 1)
