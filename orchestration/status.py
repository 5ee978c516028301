"""Is there anything to do? Answered from files alone, within a second, without dbt or Dagster."""

from orchestration.atomic import read_json_if_whole
from orchestration.config import Config
from orchestration.landing import pending_files
from orchestration.publish import current_version, why_damaged
from orchestration.warehouse import Workspace, batch_ids, default_as_of, inputs, is_built, registry_rows


def why_run(config: Config, as_of: str | None = None) -> str | None:
    """Why the current version is not what a run would publish now; None where it is.

    Compared with the version that is current, not with the last run: after a rollback or a failed run there is work.
    """
    version = current_version(config)
    if version is None:
        return "nothing is published yet"
    folder = config.published_dir / "versions" / version
    manifest = read_json_if_whole(folder / "manifest.json")
    if manifest is None or why_damaged(folder):
        return "the current version is damaged"
    if not is_built(Workspace(config)):
        return "the warehouse is not whole: its latest build did not end well, was of a part, or was removed"
    if pending := pending_files(config):
        return f"{len(pending)} new or changed file(s), such as {pending[0]}"
    now = inputs(config)
    if changed := sorted(name for name, value in now.items() if manifest["inputs"].get(name) != value):
        return f"changed since the current version: {', '.join(changed)}"
    rows = registry_rows(config)
    if manifest["batches"] != batch_ids(rows):
        return "the current version was made from other batches"
    if manifest["as_of"] != (as_of or default_as_of(config, rows)):
        return "the current version is of another as_of"
    return None
