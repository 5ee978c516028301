"""The run-failure hook: a log line always, a webhook where configured, its URL nowhere."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.config import Config, load_config
from orchestration.notify import Incident, incidents_found, run_failed


@pytest.fixture
def posted() -> Iterator[tuple[str, list[Any]]]:
    """A webhook on this machine, and what was posted to it."""
    bodies: list[Any] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response({"/secret": 200, "/moved": 302}.get(self.path, 500))
            self.send_header("Location", "/login")
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", bodies
    server.shutdown()
    server.server_close()


def company(root: Path) -> Config:
    (root / "t.toml").write_text('[company]\nname = "試験"\n[notify]\nwebhook_env = "TEST_HOOK"\n', encoding="utf-8")
    return load_config(root / "t.toml")


def test_posts_and_logs(
    tmp_path: Path,
    posted: tuple[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url, bodies = posted
    monkeypatch.setenv("TEST_HOOK", f"{url}/secret")
    assert run_failed(company(tmp_path), "run-1", "Failed: audit <!channel>.")
    assert (
        list(bodies[0]) == ["text"]
        and "試験" in bodies[0]["text"]
        and "Failed: audit &lt;!channel&gt;." in bodies[0]["text"]
    )
    assert "run-1" in caplog.text and "/secret" not in caplog.text


def test_a_post_that_is_redirected_is_not_taken(
    tmp_path: Path,
    posted: tuple[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A page to log in at answers 200 to whoever comes: nobody was told."""
    monkeypatch.setenv("TEST_HOOK", f"{posted[0]}/moved")
    assert not run_failed(company(tmp_path), "run-1", "Failed.")
    assert "TEST_HOOK answered 302" in caplog.text


@pytest.mark.parametrize("path", ["/broken", None])
def test_a_webhook_that_fails_is_logged_without_its_url(
    tmp_path: Path,
    posted: tuple[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    path: str | None,
) -> None:
    url = f"{posted[0]}{path}" if path else "http://127.0.0.1:9/broken"
    monkeypatch.setenv("TEST_HOOK", url)
    assert not run_failed(company(tmp_path), "run-1", "Failed.")
    assert "TEST_HOOK" in caplog.text and "broken" not in caplog.text
    monkeypatch.delenv("TEST_HOOK")
    assert not run_failed(company(tmp_path), "run-1", "Failed.")
    assert "holds no URL" in caplog.text


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/services/sec ret", "http://127.0.0.1:secret/", "http://[secret/"])
def test_an_address_that_is_none_is_logged_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    monkeypatch.setenv("TEST_HOOK", url)
    assert not run_failed(company(tmp_path), "run-1", "Failed.")
    assert "TEST_HOOK" in caplog.text and "sec" not in caplog.text


def test_a_damaged_note_of_what_was_told_is_made_anew(
    tmp_path: Path, posted: tuple[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = company(tmp_path)
    monkeypatch.setenv("TEST_HOOK", f"{posted[0]}/secret")
    incidents = [Incident("An S1", frozenset({"m1"}))]
    config.home_dir.mkdir(parents=True)
    (config.home_dir / "told.json").write_text('{"openi', encoding="utf-8")
    assert incidents_found(config, incidents, {"m1"})
    assert not incidents_found(config, incidents, {"m1"})
