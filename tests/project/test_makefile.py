"""The Makefile hands the configuration's path on whole. The programs it calls are stand-ins that say what they were given."""

import os
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).parents[2]
STAND_IN = """#!/bin/sh
for word in "$(basename "$0")" "$@"; do printf '<%s>' "$word"; done >> "{told}"
printf '%s\\n' " TASUKI_CONFIG=$TASUKI_CONFIG DAGSTER_HOME=$DAGSTER_HOME" >> "{told}"
echo "{home}"
"""


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("folder", ["plain", "a space", "営業 (1) & 'co'"])
def test_a_path_with_spaces_reaches_the_commands(tmp_path: Path, folder: str, relative: bool) -> None:
    company, programs = tmp_path / folder, tmp_path / "bin"
    company.mkdir()
    programs.mkdir()
    told = tmp_path / "told"
    for name in ("tasuki", "dagster"):
        (programs / name).write_text(STAND_IN.format(told=told, home=company / "home"), encoding="utf-8")
        (programs / name).chmod(0o755)
    toml = company / "tasuki.toml"
    given = os.path.relpath(toml, REPO) if relative else str(toml)
    assignments = [f"BIN={os.path.relpath(programs, REPO)}", f"CONFIG={given}"]
    outer = ("TASUKI_CONFIG", "DAGSTER_HOME", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    env = {name: value for name, value in os.environ.items() if name not in outer}
    command = ["make", "--silent", "--old-file=setup", *assignments, "run", "dev"]
    subprocess.run(command, cwd=REPO, env=env, check=True, capture_output=True)
    simulate, run, home, dagster = told.read_text(encoding="utf-8").splitlines()
    assert f"<tasuki><simulate><--if-missing><--config><{given}> " in simulate
    assert f"<tasuki><run><--config><{given}> " in run
    assert f"<tasuki><dagster-home><--config><{given}> " in home
    assert dagster.startswith("<dagster><dev>")
    assert dagster.endswith(f"TASUKI_CONFIG={toml} DAGSTER_HOME={company / 'home'}")
