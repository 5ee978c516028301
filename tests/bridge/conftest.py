"""The company with conflicts, and its marts where a published version lies."""

import duckdb
import pytest

from orchestration.atomic import write_json
from orchestration.publish import MARTS_FILE
from tests.support import Built, sample_config


@pytest.fixture(scope="session")
def published(conflicted: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A company whose current version holds the marts that `tasuki bridge` reads."""
    root = tmp_path_factory.mktemp("bridge")
    folder = sample_config(root).published_dir
    version = folder / "versions" / "1"
    version.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{conflicted.warehouse}' AS w (READ_ONLY)")
        connection.execute(f"ATTACH '{version / MARTS_FILE}' AS p")
        connection.execute("CREATE SCHEMA p.marts")
        for mart in ("calendar", "kpi_catalogue", "kpi_values", "kpi_bridge", "kpi_bridge_rows", "kpi_bridge_reasons"):
            connection.execute(f"CREATE TABLE p.marts.{mart} AS FROM w.marts.{mart}")  # noqa: S608
    write_json({"version": "1"}, version / "manifest.json")
    (folder / "current").symlink_to(version)
    return Built(root)
