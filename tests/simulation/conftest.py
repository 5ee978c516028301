"""Simulated companies that several tests look at; small, and made once."""

from pathlib import Path

import pytest

from orchestration.simulation import simulate

PEOPLE = 800


@pytest.fixture(scope="session")
def default_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with every kind of conflict."""
    folder = tmp_path_factory.mktemp("default")
    simulate(folder, people=PEOPLE, seed=7)
    return folder


@pytest.fixture(scope="session")
def clean_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company without conflicts."""
    folder = tmp_path_factory.mktemp("clean")
    simulate(folder, people=PEOPLE, seed=7, conflicts="none")
    return folder
