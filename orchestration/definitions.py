"""The code location: `defs` for the company that TASUKI_CONFIG names (default: tasuki.toml where Dagster was started)."""

import os
from pathlib import Path

from orchestration.config import load_config
from orchestration.defs.company import build_definitions
from orchestration.warehouse import Workspace

defs = build_definitions(Workspace(load_config(Path(os.environ.get("TASUKI_CONFIG", "tasuki.toml")))))
