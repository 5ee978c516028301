"""Every mismatch of the answer key: what the readings of docs/mismatches.md find in the truth, and what was planted beside."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from orchestration.simulation.clock import add_months, from_date, to_date
from orchestration.simulation.key import (
    mismatches_a,
    mismatches_b,
    mismatches_c,
    mismatches_d,
    mismatches_g,
)
from orchestration.simulation.key.figures import GRAINS, TOTAL, period_start
from orchestration.simulation.key.mismatches import Facts, Reading
from orchestration.simulation.measures import Measure

READINGS: dict[str, Reading] = {
    **mismatches_a.READINGS,
    **mismatches_b.READINGS,
    **mismatches_c.READINGS,
    **mismatches_d.READINGS,
    **mismatches_g.READINGS,
}
# The rules of severity S1 and S2 that find faults of records: groups A to G and I.
SEVERE = """
    A01 A02 A05 A06 A07 A08 A09 B01 B02 B03 B04 B06 B07 B09 B10 B12 B14 B15 B16 C01 C03 C04 C05 C06 C08 C09 C11 C12 C13 C14
    D01 D02 D03 D04 D05 D06 D07 D08 D10 D16 E01 E02 E04 E07 F03 F06 F07 F09 G01 G02 G03 G04 I01 I02 I03 I05 I06 I07 I08
"""
MISMATCH_COLUMNS = ("rule_code", "ma_record_id", "crm_record_id", "detail", "cause")
NEAR_MISS_COLUMNS = ("rule_code", "ma_record_id", "crm_record_id", "why")


def mismatch_rows(
    facts: Facts, kpis: list[tuple[object, ...]], measures: list[Measure]
) -> list[tuple[str, str, str, str, str]]:
    """Rule, records, detail and cause of every mismatch; the cause is `life` where nobody planted it for this rule.

    ValueError where a planted fault is none by the reading of its rule, or a planted near miss is one.
    """
    planted = {(fault.rule, fault.ma, fault.crm, fault.detail): fault.cause for fault in facts.world.faults}
    found = {(rule, *row) for rule, reading in READINGS.items() for row in reading(facts)}
    wrong = sorted(row for row in planted if row[0] in READINGS and row not in found)
    near = {(miss.rule, record) for miss in facts.world.near_misses for record in (miss.ma, miss.crm) if record}
    wrong += sorted(row for row in {*found, *planted} if {(row[0], row[1]), (row[0], row[2])} & near)
    if wrong:
        raise ValueError(f"planted, but not as docs/mismatches.md has it: {wrong[:10]}")
    rows = [(*row, planted.get(row, "life")) for row in found | set(planted)]
    rows += [
        ("H03", "", "", measure.detail, "a number of a report that is off") for measure in measures if measure.is_wrong
    ]
    rows += [("H07", "", "", detail, "life") for detail in _rates_above_one(facts, kpis)]
    return sorted(rows)


def mismatch_rate(facts: Facts, mismatches: list[tuple[str, str, str, str, str]]) -> Iterator[tuple[object, ...]]:
    """Rows of the key's KPI values: of the people, deals and contracts that count, those of which a severe mismatch names a record."""
    severe = [row for row in mismatches if row[0] in SEVERE.split()]
    ma, crm = {row[1] for row in severe}, {row[2] for row in severe}
    people = [who.person for who in facts.counted]
    named = [
        any(record.id in ma for record in person.ma)
        or any(lead.id in crm for lead in person.leads)
        or any(contact.id in crm for contact in person.contacts)
        for person in people
    ]
    named += [deal.opportunity.id in crm for deal in facts.deals]
    named += [contract.id in crm for contract in facts.world.contracts]
    hits, count = sum(named), len(named)
    for grain in GRAINS:
        start = to_date(period_start(facts.today, grain))
        yield (
            "mismatch_rate", "shared", "period", "", grain, start, *TOTAL, "rate", hits, count, round(hits / count, 10),
            count, None,
        )  # fmt: skip


_TWO_BASES = (
    "accept_rate",
    "mql_rate",
    "opp_rate",
    "win_rate_cohort",
)  # more may convert in a period than set out in it


def _rates_above_one(facts: Facts, kpis: list[tuple[object, ...]]) -> Iterator[str]:
    """H07: rates of a period that is over, of at least 30, above 100 %."""
    for row in kpis:
        code, view, basis, member, grain, start, segment, _, statistic, numerator, denominator = map(str, row[:11])
        if (code in _TWO_BASES and (view, basis, segment) == ("shared", "period", "all") and denominator
                and Fraction(numerator) > Fraction(denominator) >= 30 and _is_over(facts, grain, start)):  # fmt: skip
            yield f"{code} {basis} {member} {grain} {start} {statistic}"


def _is_over(facts: Facts, grain: str, start: str) -> bool:
    return add_months(from_date(date.fromisoformat(start)), GRAINS[grain]) <= facts.today
