"""Damaged exports: never a traceback, every record accounted for, undamaged rows as they were."""

import pytest
from damage import HEADER, clean_rows, variant

from orchestration.landing import land_feed


def check(make_company, number):
    hurt = variant(number)
    company = make_company(f"v{number}")
    company.put(hurt.file_name, hurt.content)
    result = land_feed(company.config, company.config.feed("crm", "contacts"))
    assert result.error is None, f"{hurt.name}: {result.error}"
    assert len(result.batches) == 1, hurt.name
    batch = result.batches[0]
    assert batch.rows_in == batch.rows_landed + batch.rows_rejected, hurt.name
    assert company.select("count(*)") == [(batch.rows_landed,)], hurt.name
    assert len(company.rejects()) == batch.rows_rejected, hurt.name
    if hurt.intact:
        landed = {tuple(row) for row in company.select(", ".join(HEADER))}
        expected = {tuple(row) for row in clean_rows() if row[0] in hurt.intact}
        assert expected <= landed, f"{hurt.name}: {sorted(expected - landed)[:3]} did not land"


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_forty_damaged_variants(make_company, first):
    for number in range(first, first + 10):
        check(make_company, number)


@pytest.mark.prove
@pytest.mark.parametrize("first", range(0, 200, 20))
def test_two_hundred_damaged_variants(make_company, first):
    for number in range(1_000 + first, 1_020 + first):
        check(make_company, number)
