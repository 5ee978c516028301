"""Tell people: that a run failed, of new S1 mismatches, the week's brief. To a Slack-compatible webhook where one is configured."""

import json
import logging
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from orchestration.atomic import read_json_if_whole, write_json
from orchestration.config import Config

log = logging.getLogger("tasuki")
TIMEOUT_SECONDS = 10
TEXT_LIMIT = 4_000  # as much as Slack recommends
SHOWN_INCIDENTS = 10
TOLD = "told.json"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A post that is redirected would be asked for without its text, and a page to log in at takes it for told."""

    def redirect_request(self, *_: Any) -> None:
        """None: the answer is an error."""


def run_failed(config: Config, run_id: str, message: str) -> bool:
    """Log the failure and post it. Returns whether a webhook took it. The webhook's URL is a secret: never logged."""
    text = f"Tasuki: the run for {config.company.name} failed and published nothing (run {run_id}). {message}"
    log.error("%s", text[:TEXT_LIMIT])
    return post(config, text)


@dataclass(frozen=True)
class Incident:
    """What several mismatches have in common. `openings`: which mismatch is open since when."""

    text: str
    openings: frozenset[str]


def incidents_found(config: Config, incidents: list[Incident], unresolved: set[str]) -> bool:
    """Post the open S1 incidents of which none was told yet. Returns whether a webhook took them.

    What was told is kept in the home folder, until it is resolved: an incident that no webhook took is told with the next version.
    """
    path = config.home_dir / TOLD
    told = set((read_json_if_whole(path) or {}).get("openings", []))  # a damaged one is as none
    news = [incident for incident in incidents if not incident.openings & told]
    if not news:
        return False
    more = len(news) - SHOWN_INCIDENTS
    lines = [f"Tasuki: {len(news)} new S1 incident(s) at {config.company.name}"]
    lines += [incident.text for incident in news[:SHOWN_INCIDENTS]]
    lines += [f"and {more} more: tasuki mismatches --severity S1"] if more > 0 else []
    if not post(config, "\n".join(lines)):
        return False
    told |= {opening for incident in incidents for opening in incident.openings}
    write_json({"openings": sorted(told & unresolved)}, path)
    return True


def post(config: Config, text: str) -> bool:
    """Post a plain text, cut to TEXT_LIMIT, to the webhook. False where none is configured or it does not take it."""
    # Slack reads <…> as a link or a mention
    text = text[:TEXT_LIMIT].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if config.notify.webhook_env is None:
        return False
    url = os.environ.get(config.notify.webhook_env, "")
    if not url.startswith(("https://", "http://")):
        log.error("notify.webhook_env: the environment variable %s holds no URL", config.notify.webhook_env)
        return False
    try:
        request = urllib.request.Request(  # noqa: S310
            url, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as response:
            return bool(response.status < 300)
    except urllib.error.HTTPError as error:
        log.error("the webhook in %s answered %s", config.notify.webhook_env, error.code)
    except (OSError, ValueError, HTTPException) as error:  # the text of some errors carries the URL
        log.error("the webhook in %s cannot be reached: %s", config.notify.webhook_env, type(error).__name__)
    return False
