"""The week's brief and the alert on new S1 mismatches: filled from a published version, and no value of an export is more than text."""

from pathlib import Path

import pytest

from orchestration.config import load_config
from orchestration.digest import Digest, Section, make_digest, new_incidents, to_html, to_markdown, write_digests
from orchestration.notify import incidents_found
from orchestration.publish import publish
from orchestration.query import QueryError
from orchestration.warehouse import Workspace
from tests.orchestration.conftest import audited_candidate
from tests.support import Built

HOSTILE = "<img src=x onerror=alert(1)> | [pay](http://evil.example) @channel `x`"


def test_the_brief_is_filled_in_both_languages(sample_company: Built, tmp_path: Path) -> None:
    digests = write_digests(sample_company.config, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"digest.{language}.{kind}" for language in ("ja", "en") for kind in ("md", "html")
    }
    filled = {section.heading for section in digests["en"].sections if section.rows}
    assert {"Mismatches with the most money at stake", "Numbers (last whole week and the one before)"} <= filled
    assert any(heading.startswith("The teams' two numbers") for heading in filled)
    assert len((tmp_path / "digest.en.md").read_text(encoding="utf-8").splitlines()) < 80  # a page
    for language in ("ja", "en"):
        page = (tmp_path / f"digest.{language}.html").read_text(encoding="utf-8")
        assert "<script" not in page and "src=" not in page
    assert [len(section.rows) for section in digests["ja"].sections] == [
        len(one.rows) for one in digests["en"].sections
    ]


def test_values_are_text() -> None:
    digest = Digest("title", "as of", "none", [Section("heading", ("a",), [(HOSTILE,)])])
    page, text = to_html(digest, "en"), to_markdown(digest)
    assert "<img" not in page and "&lt;img" in page
    assert "<img" not in text and "\\|" in text and "\\[pay\\]" in text and "\\@channel" in text and "\\`x" in text


def test_an_incident_is_told_once(workspace: Workspace) -> None:
    """One new, one that is seen again in part, one resolved: only the first is news."""
    audited_candidate(workspace, "r1")
    publish(workspace)
    assert new_incidents(workspace.config) == ["B01 連携漏れ / Not in the CRM (OPS): 1, 1,000 JPY"]


def test_no_incident_is_no_message(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    assert not incidents_found(workspace.config, [])
    assert not caplog.text


def test_without_a_version_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "tasuki.toml").write_text('[company]\nname = "試験"\n', encoding="utf-8")
    with pytest.raises(QueryError, match="tasuki run"):
        make_digest(load_config(tmp_path / "tasuki.toml"), "ja")
