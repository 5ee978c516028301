"""Input that contradicts itself: it may be told as a mismatch, but only faults of our own build may stop a company."""

from pathlib import Path

import pytest

from orchestration.landing.land import land_all
from orchestration.simulation import simulate
from tests.conftest import Company
from tests.support import sample_config, settle


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
    settle(sample / "exports")
    done = company.tasuki("run")
    company.close()
    assert done.code == 0, done.err
