"""One stage of the pipeline in a process of its own, without Dagster.

python -m benchmarks.stage land|prepare|publish --config tasuki.toml
"""

import argparse
import json
from pathlib import Path

from orchestration.config import Config, load_config

RUN_ID = "benchmark"


def land(config: Config) -> None:
    """Land every feed."""
    from orchestration.landing import land_all

    problems = [result.error for result in land_all(config) if result.error]
    if problems:
        raise SystemExit("\n".join(problems))


def prepare(config: Config) -> None:
    """What comes before dbt. Prints its environment and variables as JSON."""
    from orchestration import warehouse

    workspace = warehouse.Workspace(config)
    warehouse.prepare(workspace)
    as_of = warehouse.default_as_of(config, warehouse.registry_rows(config))
    warehouse.begin_build(workspace, RUN_ID, as_of)
    print(
        json.dumps(
            {
                "as_of": as_of,
                "env": warehouse.dbt_environment(workspace, as_of),
                "vars": warehouse.dbt_vars(config),
                "warehouse": str(workspace.warehouse),
                "seeds": str(workspace.seeds),
                "target": str(workspace.target),
            }
        )
    )


def publish(config: Config) -> None:
    """Write the candidate, audit it with Great Expectations, switch it in."""
    from expectations.runner import run_suites
    from orchestration import publish as publishing
    from orchestration import warehouse

    workspace = warehouse.Workspace(config)
    warehouse.finish_build(workspace, [])
    candidate = publishing.write_candidate(workspace, RUN_ID)
    results = run_suites(candidate / publishing.MARTS_FILE, config.expectations)
    blocked = [result["check"] for result in results if result["blocks"] and not result["passed"]]
    publishing.record_audit(candidate, not blocked, results)
    publishing.publish(workspace)


STAGES = {"land": land, "prepare": prepare, "publish": publish}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("--config", type=Path, required=True)
    args = parser.parse_args()
    STAGES[args.stage](load_config(args.config))


if __name__ == "__main__":
    main()
