"""Faults that no life carries: of our own build, spoiled in the warehouse; and of deliveries, made by hand."""

import csv
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.definitions_lock import definitions, read_lock, unsigned
from tests.mismatches.catalogue import ELSEWHERE, write_down
from tests.support import REPO, Builder, Built, land, settle, simulated

FIRST, NEXT = "20260331T150000Z", "20260404T150000Z"
A_DAY_BEFORE = "20260403T150000Z"  # marketing's second delivery: it lags by just as much as it may
AS_OF = "2026-04-04 15:00:00"
SUNDAYS = {"20260228": 90, "20260307": 150, "20260314": 154, "20260321": 149, "20260328": 151, "20260404": 700}
# Feed of the CRM -> its rows of the last Sunday; the Sundays before it are as above
WEEKLY = {"tasks": 700, "lead_history": 260, "events": 10, "campaign_members": 40}
SHORT = [f"2025-{month:02d}" for month in range(2, 7)]
LARGEST, SMALLEST = 251, 51  # the mean of the Sundays in between and just as many rows more, or fewer, as may come
QUEUE = "00GJ00000000001AAA"


MONTHS = [f"2025-{month:02d}-01" for month in range(2, 7)]
FIVE = "(SELECT unnest([" + ", ".join(f"DATE '{month}'" for month in MONTHS) + "]) AS period_start)"
RESTATED = "INSERT INTO marts.kpi_restatements BY NAME SELECT publish_no, as_of, 'shared' AS view, 'flow' AS basis, 'month' AS grain, period_start, 'sum' AS statistic, 1 AS numerator_difference, 0 AS denominator_difference, 1 AS old_numerator, 2 AS new_numerator"
PRESENT = f"FROM history.publishes CROSS JOIN {FIVE} WHERE is_present"
VALUES = "UPDATE marts.kpi_values SET numerator"
MONTHLY = f"view = 'shared' AND grain = 'month' AND period_start IN (FROM {FIVE})"
RATES = "kpi_code = 'opp_rate' AND view = 'shared' AND basis = 'period'"
LARGE = f"(grain, period_start) IN (SELECT grain, period_start FROM marts.kpi_values WHERE {RATES} AND segment = 'all' AND is_mature AND grain IN ('month', 'fiscal_quarter', 'fiscal_year') AND denominator >= 30 ORDER BY ALL DESC LIMIT 5)"
SMALL = f"(grain, period_start) IN (SELECT grain, period_start FROM marts.kpi_values WHERE {RATES} AND segment = 'all' AND is_mature AND (grain = 'week' OR grain = 'month' AND denominator < 30))"
BRIDGE = f"INSERT INTO marts.kpi_bridge SELECT * REPLACE ({{}}) FROM marts.kpi_bridge WHERE kpi_code = 'mql_cnt' AND grain = 'month' AND period_start IN (FROM {FIVE}) AND segment = 'all' AND component = 'numerator' AND side = 'sales' QUALIFY row_number() OVER (PARTITION BY period_start ORDER BY step_no) = 1"
COPIED = ("leads", "people", "accounts", "stage_events", "handoffs")

# Rule -> what spoils a warehouse in so many places, and what each detail that is reported of them begins with.
SPOILT = {
    "F06": ("UPDATE kpis.attr_rev SET numerator = numerator + 1 WHERE rowid IN (SELECT min(rowid) FROM kpis.attr_rev WHERE member = 'linear' AND view = 'shared' GROUP BY split_part(subject_id, '|', 1) ORDER BY 1 LIMIT 5)", ["linear"] * 5),
    "F10": (f"{RESTATED}, 'attr_rev' AS kpi_code, 'linear' AS member, 'all' AS segment, 'new_events' AS cause {PRESENT}", [f"linear {month}" for month in MONTHS]),
    "H05": (f"{RESTATED}, 'mql_cnt' AS kpi_code, '' AS member, 'all' AS segment, 'unexplained' AS cause {PRESENT}", [f"mql_cnt shared flow  month {month} sum" for month in MONTHS]),
    "H06": (BRIDGE.format("'unexplained' AS reason, 1 AS count"), [f"mql_cnt {month} numerator" for month in MONTHS]),
    "H07": (f"{VALUES} = 2 * denominator WHERE {RATES} AND {LARGE}", ["opp_rate period  "] * 5),
    "H08": ("; ".join(f"INSERT INTO marts.{mart} SELECT * FROM marts.{mart} LIMIT 1" for mart in COPIED), [f"{mart} rows" for mart in COPIED]),
    "H09": (f"{VALUES} = numerator + 1 WHERE kpi_code = 'opp_cnt' AND segment = 'all' AND {MONTHLY}", [f"opp_cnt shared flow  month {month}" for month in MONTHS]),
    "H10": (f"{VALUES} = 2 * denominator WHERE kpi_code = 'approach_rate' AND {MONTHLY}", [f"approach_rate shared cohort  month {month} " for month in MONTHS]),
}  # fmt: skip
# Rule -> what comes just short of it: each of several ways, of which nothing is reported.
NEARLY = {
    "F06": {"a touch gives to another one of its deal": "UPDATE kpis.attr_rev AS credits SET numerator = credits.numerator + moved.amount FROM (SELECT rowid AS id, CASE WHEN touch_no = 1 THEN 1 ELSE -1 END AS amount FROM (SELECT rowid, row_number() OVER deal AS touch_no, count(*) OVER (PARTITION BY split_part(subject_id, '|', 1)) AS touch_cnt FROM kpis.attr_rev WHERE member = 'linear' AND view = 'shared' AND numerator >= 1 WINDOW deal AS (PARTITION BY split_part(subject_id, '|', 1) ORDER BY rowid)) WHERE touch_no <= 2 AND touch_cnt >= 2) AS moved WHERE credits.rowid = moved.id"},
    "F10": {
        "a segment's share alone": f"{RESTATED}, 'attr_rev' AS kpi_code, 'linear' AS member, 'channel' AS segment, 'new_events' AS cause {PRESENT}",
        "what an earlier version changed": f"{RESTATED}, 'attr_rev' AS kpi_code, 'linear' AS member, 'all' AS segment, 'new_events' AS cause {PRESENT}".replace("SELECT publish_no", "SELECT publish_no - 1 AS publish_no"),
    },
    "H05": {
        "its cause is known": f"{RESTATED}, 'mql_cnt' AS kpi_code, '' AS member, 'all' AS segment, 'late_row' AS cause {PRESENT}",
        "a segment's share alone": f"{RESTATED}, 'mql_cnt' AS kpi_code, '' AS member, 'channel' AS segment, 'unexplained' AS cause {PRESENT}",
    },
    "H06": {
        "a residual of 0": BRIDGE.format("'unexplained' AS reason, 0 AS count, 0 AS amount"),
        "a segment alone": BRIDGE.format("'unexplained' AS reason, 1 AS count, 'channel' AS segment"),
    },
    "H07": {
        "just 100 %": f"{VALUES} = denominator WHERE {RATES} AND {LARGE}",
        "above it on a base below 30, or in a week": f"{VALUES} = 2 * denominator WHERE {RATES} AND {SMALL}",
    },
    "H08": {
        "as many rows, of other content": "UPDATE marts.leads SET persona = 'other'",
        "a row less here and in what it is made of": "DELETE FROM marts.people WHERE rowid = 0; DELETE FROM conformed.seen_people WHERE rowid = 0",
    },
    "H09": {"the total and a part of each segment": f"{VALUES} = numerator + 1 WHERE kpi_code = 'opp_cnt' AND {MONTHLY} AND (segment, segment_value, period_start) IN (SELECT segment, min(segment_value), period_start FROM marts.kpi_values WHERE kpi_code = 'opp_cnt' AND {MONTHLY} GROUP BY segment, period_start)"},
    "H10": {"all that set out": f"{VALUES} = denominator WHERE kpi_code = 'approach_rate' AND {MONTHLY}"},
}  # fmt: skip
UNSIGNED = ["hot_lead", "mql_cnt", "won_cnt", "win_rate_cohort", "countable"]
REFORMATTED = {"H04": {"a comment, and other spaces": ""}}


@pytest.fixture(scope="module")
def spoilt(builder: Builder, clean: Built) -> Built:
    """A copy of the company without conflicts whose build went wrong in many places, and of which two definitions are unsigned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TASUKI_UNSIGNED_DEFINITIONS", ",".join(UNSIGNED))
        return rebuilt(builder, clean, "spoilt", [sql for sql, _ in SPOILT.values()])


@pytest.fixture(scope="module")
def nearly_spoilt(builder: Builder, clean: Built) -> Built:
    """Another copy, in which all is just as it may be; a definition has another format and a comment."""
    project = builder.root / "reformatted"
    for folder in ("dbt_project/models", "dbt_project/macros", "seeds"):
        shutil.copytree(REPO / folder, project / folder)
    path = project / "dbt_project" / "models" / "kpis" / "mql_cnt.sql"
    path.write_text("-- why\n" + path.read_text(encoding="utf-8").replace("    ", "  "), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "TASUKI_UNSIGNED_DEFINITIONS",
            ",".join(unsigned(definitions(project), read_lock(REPO / "definitions.lock"))),
        )
        return rebuilt(builder, clean, "nearly-spoilt", [sql for ways in NEARLY.values() for sql in ways.values()])


def rebuilt(builder: Builder, clean: Built, name: str, changes: list[str]) -> Built:
    """A copy of the company, changed; what reports faults of our own build is built again."""
    company = Built(builder.root / name, clean.summary)
    shutil.copytree(clean.root, company.root)
    with duckdb.connect(str(company.warehouse)) as connection:
        for statement in (each for change in changes for each in change.split("; ")):
            (changed,) = connection.execute(statement).fetchone() or (0,)
            assert changed, statement
    builder.build(
        company, select="mismatch_group_f mismatch_group_h mismatch_findings mismatches_in_records mismatches_found"
    )
    return company


def reported(company: Built, rule: str) -> set[tuple[str, str, str]]:
    """Records and detail of what a rule reports."""
    query = """
        SELECT coalesce(ma_record_id, ''), coalesce(crm_record_id, ''), coalesce(detail, '')
        FROM mismatches.mismatches_found WHERE rule_code = ?
    """
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return set(connection.execute(query, [rule]).fetchall())


@dataclass
class Case:
    """What one rule found of the faults that were made for it, and of what comes just short of them."""

    rule: str
    wanted: list[str]  # what each detail begins with
    found: list[str]
    near: list[str]
    reported: int

    @property
    def missed(self) -> int:
        """Faults that the rule does not report."""
        counted = Counter(self.wanted)
        return sum(max(n - sum(one.startswith(begin) for one in self.found), 0) for begin, n in counted.items())

    @property
    def false(self) -> list[str]:
        """What else it reports."""
        return [one for one in self.found if not one.startswith(tuple(self.wanted))]


def details(company: Built, rule: str) -> list[str]:
    return sorted(detail for _, _, detail in reported(company, rule))


def of_our_own_build(rule: str, spoilt: Built, nearly: Built) -> Case:
    wanted = UNSIGNED if rule == "H04" else SPOILT[rule][1]
    return Case(rule, wanted, details(spoilt, rule), [*(NEARLY | REFORMATTED)[rule]], len(details(nearly, rule)))


@pytest.mark.parametrize("rule", [*SPOILT, "H04"])
def test_a_fault_of_our_own_build_is_reported_and_nothing_else(
    clean: Built, spoilt: Built, nearly_spoilt: Built, rule: str
) -> None:
    assert not reported(clean, rule)
    case = of_our_own_build(rule, spoilt, nearly_spoilt)
    assert (case.missed, case.false, case.reported) == (0, [], 0), case


@dataclass(frozen=True)
class ByHand:
    """A company without conflicts, and the records of its second delivery that were tampered with."""

    company: Built
    names: dict[str, str]


@pytest.fixture(scope="module")
def delivered(builder: Builder) -> ByHand:
    """A second delivery four days later, of marketing and sales only; a few of their rows are not as they were."""
    company = simulated(builder.root / "by-hand", people=300, seed=22, conflicts="none")
    _weekly_forms(company)
    _weekly_mails(company)
    _weekly_rows(company)
    _source_counts(company)
    _deals_in_thousands(company)
    names = _tamper(company)
    for system, moment in (("hubspot", A_DAY_BEFORE), ("salesforce", NEXT)):
        for path in sorted((company.exports / system).glob(f"*_{FIRST}*")):
            again = path.with_name(path.name.replace(FIRST, moment))
            if not again.exists():
                shutil.copyfile(path, again)
    settle(company.exports)
    land(company)
    _mails_again(company)
    settle(company.exports)
    land(company)
    builder.build(company, as_of=AS_OF)
    return ByHand(company, names)


def _tamper(company: Built) -> dict[str, str]:
    leads, deals, roles = (_rows(company, name) for name in ("leads", "opportunities", "opportunity_contact_roles"))
    rejected = next(row for row in leads if row["Status"] == "Rejected" and row["HubSpot_Contact_ID__c"])
    in_hands = next(row for row in leads if row["Status"].startswith("Working") and row["IsConverted"] == "false")
    early = next(row for row in deals if row["IsWon"] == "false" and row["IsClosed"] == "true" and _lead_of(leads, row))
    won = next(row for row in deals if row["IsWon"] == "true")
    current = next(row for row in deals if row["IsClosed"] == "false")
    changed = {
        rejected["Id"]: {"IsDeleted": "true"},
        in_hands["Id"]: {"OwnerId": QUEUE},
        early["Id"]: {"CreatedDate": "2024-04-01T01:00:00.000+0000"},
        won["Id"]: {"FS_Accepted_At__c": "2026-03-31T01:00:00.000+0000"},
    }
    _write(company, "leads", [_changed(row) | changed.get(row["Id"], {}) for row in leads])
    _write(
        company, "opportunities",
        [_changed(row) | changed.get(row["Id"], {}) | {"Amount": str(int(row["Amount"]) // 1000)} for row in deals],
    )  # fmt: skip
    _write(
        company, "opportunity_contact_roles",
        [row | {"Note__c": "new"} | ({"IsDeleted": "true"} if row["OpportunityId"] == current["Id"] else {}) for row in roles],
    )  # fmt: skip
    _write(
        company,
        "contacts",
        [{name: value for name, value in row.items() if name != "Department"} for row in _rows(company, "contacts")],
    )
    _write(company, "campaigns", [row | {"StartDate": "2026年4月"} for row in _rows(company, "campaigns")])
    _write(company, "accounts", [row | {"NumberOfEmployees": "約300名"} for row in _rows(company, "accounts")])
    _write(
        company,
        "users",
        [
            {"Dept" if name == "Department" else name: value for name, value in row.items()}
            for row in _rows(company, "users")
        ],
    )
    _write(
        company, "opportunity_history", [dict(reversed(row.items())) for row in _rows(company, "opportunity_history")]
    )
    return {
        "ma of the deleted": rejected["HubSpot_Contact_ID__c"], "deleted lead": rejected["Id"], "queued lead": in_hands["Id"],
        "ma of the queued": in_hands["HubSpot_Contact_ID__c"], "early deal": early["Id"], "its lead": _lead_of(leads, early),
        "won deal": won["Id"], "deal without roles": current["Id"],
    }  # fmt: skip


def _lead_of(leads: list[dict[str, str]], deal: dict[str, str]) -> str:
    return next((row["Id"] for row in leads if row["ConvertedOpportunityId"] == deal["Id"]), "")


def _weekly_forms(company: Built) -> None:
    """Five Sundays of the feed, a hundred and some forms each, and then seven hundred."""
    folder = company.exports / "hubspot"
    (path,) = folder.glob(f"form_submissions_{FIRST}*")
    known = path.read_text(encoding="utf-8").splitlines()
    for week, (day, count) in enumerate(SUNDAYS.items()):
        forms = (json.loads(known[n % len(known)]) | {"conversion_id": f"w{week}-{n}"} for n in range(count))
        lines = (json.dumps(form, ensure_ascii=False) + "\n" for form in forms)
        (folder / f"form_submissions_{day}T150000Z.jsonl").write_text("".join(lines), encoding="utf-8")


def _weekly_mails(company: Built) -> None:
    """The same Sundays of another feed, which ends just below what would be reported."""
    folder = company.exports / "hubspot"
    (path,) = folder.glob(f"email_events_{FIRST}*")
    head, *known = path.read_text(encoding="utf-8").splitlines()
    for week, (day, count) in enumerate(SUNDAYS.items()):
        counted = LARGEST if day == max(SUNDAYS) else count
        mails = [f'"{9_000_000 + 1_000 * week + n}",' + known[n % len(known)].split(",", 1)[1] for n in range(counted)]
        (folder / f"email_events_{day}T150000Z.csv").write_text("\n".join([head, *mails]) + "\n", encoding="utf-8")


def _mails_again(company: Built) -> None:
    """The last of them once more, in another order: another file by its content, of the same name."""
    (path,) = (company.exports / "hubspot").glob(f"email_events_{max(SUNDAYS)}*")
    head, *mails = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *reversed(mails)]) + "\n", encoding="utf-8")


def _weekly_rows(company: Built) -> None:
    """Feeds of the CRM that end with far more or fewer rows, and one of the MA that ends just above what would be reported."""
    for table, last in WEEKLY.items():
        known = _rows(company, table)
        for week, (day, count) in enumerate(SUNDAYS.items()):
            rows = (known[n % len(known)] for n in range(last if day == max(SUNDAYS) else count))
            path = company.exports / "salesforce" / f"{table}_{day}T150000Z.csv"
            _write_rows(path, [row | {"Id": f"{row['Id'][:4]}W{week}{n:09d}AAA"} for n, row in enumerate(rows)])
    folder = company.exports / "hubspot"
    (path,) = folder.glob(f"contact_property_history_{FIRST}*")
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    for day, count in SUNDAYS.items():
        some = lines[: SMALLEST if day == max(SUNDAYS) else count]
        (folder / f"contact_property_history_{day}T150000Z.csv").write_text(
            "\n".join([head, *some]) + "\n", encoding="utf-8"
        )


def _deals_in_thousands(company: Built) -> None:
    """Marketing has four of the deals, and then in thousands, as sales has: a fifth would be reported."""
    (path,) = (company.exports / "hubspot").glob(f"deals_{FIRST}*")
    for moment, unit in ((FIRST, 1), (A_DAY_BEFORE, 1000)):
        deals = []
        for n, deal in enumerate([row for row in _rows(company, "opportunities") if row["Amount"]][:4]):
            changed = {
                "createdate": "2026-02-24T03:00:01.000Z",
                "lastmodifieddate": f"2026-03-{30 + unit // 1000}T03:00:01.000Z",
            }
            deals.append({
                "id": str(910000 + n), "salesforceopportunityid": deal["Id"], "amount": str(int(deal["Amount"]) // unit),
                "deal_currency_code": "JPY", **changed, "archived": "false", "_fivetran_active": "true",
            })  # fmt: skip
        _write_rows(path.with_name(path.name.replace(FIRST, moment)), deals)


def _source_counts(company: Built) -> None:
    """The CRM counts its own leads: of five months it has three more; of others as many as came here, one less, and a month still runs."""
    counted = Counter(row["CreatedDate"][:7] for row in _rows(company, "leads"))
    lines = ["counted_system,table_name,month_on,row_cnt,counted_at"]
    for month, more in (dict.fromkeys(SHORT, 3) | {"2025-07": 0, "2025-08": -1, max(counted): 50}).items():
        lines.append(f"salesforce,crm_lead,{month}-01,{counted[month] + more},2026-04-04T12:00:00Z")
    path = company.exports / "cs" / f"load_log_{NEXT}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(company: Built, table: str) -> list[dict[str, str]]:
    (path,) = (company.exports / "salesforce").glob(f"{table}_{FIRST}*")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _changed(row: dict[str, str]) -> dict[str, str]:
    return row | dict.fromkeys(("LastModifiedDate", "SystemModstamp"), "2026-04-01T05:00:00.000+0000")


def _write(company: Built, table: str, rows: list[dict[str, str]]) -> None:
    _write_rows(company.exports / "salesforce" / f"{table}_{NEXT}.csv", rows)


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("rule", "ma", "crm", "detail"),
    [
        ("I02", "ma of the deleted", "deleted lead", ""),
        ("B01", "ma of the deleted", "", ""),
        ("B07", "ma of the queued", "queued lead", "queue"),
        ("B16", "", "deal without roles", ""),
        ("C03", "", "early deal", "mql after opportunity"),
        ("C04", "", "early deal", ""),
        ("D15", "", "won deal", "before_accepted"),
    ],
)
def test_a_delivery_made_by_hand_is_reported(delivered: ByHand, rule: str, ma: str, crm: str, detail: str) -> None:
    names = delivered.names
    found = reported(delivered.company, rule)
    assert len(found) == 1, found
    ((found_ma, found_crm, found_detail),) = found
    assert found_crm == (names[crm] if crm else "")
    assert not ma or found_ma == names[ma]
    assert found_detail == (names["its lead"] if rule == "C04" else detail)


# Rule -> what the delivery has for it, and what it has just short of it.
FEEDS = {
    "B15": ([f"salesforce.crm_lead {month}" for month in SHORT], ["as many as there", "one more than there", "a month that still runs"]),
    "I01": (["cs"], ["marketing, 24 hours behind"]),
    "I06": (
        ["salesforce.opportunities amount", "salesforce.contacts department", "salesforce.campaigns start_date", "salesforce.accounts number_of_employees", "salesforce.users department"],
        ["a new column", "four rows in thousands", "another order"],
    ),
    "I07": (
        ["hubspot.form_submissions 2026-04-05", *(f"salesforce.{table} 2026-04-05" for table in WEEKLY)],
        ["a hundred rows above the mean, the file read twice that day", "a hundred rows below it"],
    ),
}  # fmt: skip


def of_a_delivery(rule: str, delivered: ByHand) -> Case:
    wanted, near = FEEDS[rule]
    case = Case(rule, wanted, details(delivered.company, rule), near, 0)
    case.reported = len(case.false)  # the same company has both
    return case


@pytest.mark.parametrize("rule", FEEDS)
def test_a_feed_that_is_not_as_it_was_is_reported_and_nothing_else(delivered: ByHand, rule: str) -> None:
    case = of_a_delivery(rule, delivered)
    assert (case.missed, case.false) == (0, []), case


@pytest.mark.prove
def test_it_is_written_down(spoilt: Built, nearly_spoilt: Built, delivered: ByHand) -> None:
    """Writes what it counts to docs/mismatches-proved.md."""
    cases = [of_our_own_build(rule, spoilt, nearly_spoilt) for rule in (*SPOILT, "H04")]
    cases += [of_a_delivery(rule, delivered) for rule in FEEDS]
    assert {case.rule for case in cases} == ELSEWHERE
    lines = ["| rule | planted | caught | false | near misses | reported |", "|---|---:|---:|---:|---|---:|"]
    lines += [
        f"| {case.rule} | {len(case.wanted)} | {len(case.wanted) - case.missed} | {len(case.false)} | {'; '.join(case.near)} | {case.reported} |"
        for case in sorted(cases, key=lambda case: case.rule)
    ]
    write_down("By hand", "\n".join(lines) + "\n")


def test_what_needs_the_stale_system_is_suppressed_and_says_so(delivered: ByHand) -> None:
    with duckdb.connect(str(delivered.company.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "SELECT rule_code, systems, evaluation, open_cnt FROM marts.mismatch_rules"
        ).fetchall()
    with_cs = {rule for rule, systems, _, _ in rows if "cs" in systems and ("ma" in systems or "crm" in systems)}
    suppressed = {rule for rule, _, evaluation, _ in rows if evaluation == "suppressed"}
    assert suppressed == with_cs >= {"B04", "C07", "G01", "G02", "G03", "G04", "G05"}
    assert not any(
        count for rule, _, _, count in rows if rule in suppressed
    )  # the amounts would make every contract differ
