"""Tell people: that a run failed, of new S1 mismatches, the week's brief. To a Slack-compatible webhook where one is configured."""

import json
import logging
import os
import urllib.error
import urllib.request

from orchestration.config import Config

log = logging.getLogger("tasuki")
TIMEOUT_SECONDS = 10
TEXT_LIMIT = 4_000  # as much as Slack recommends
SHOWN_INCIDENTS = 10


def run_failed(config: Config, run_id: str, message: str) -> bool:
    """Log the failure and post it. Returns whether a webhook took it. The webhook's URL is a secret: never logged."""
    text = f"Tasuki: the run for {config.company.name} failed and published nothing (run {run_id}). {message}"
    log.error("%s", text[:TEXT_LIMIT])
    return post(config, text)


def incidents_found(config: Config, incidents: list[str]) -> bool:
    """Post the S1 incidents that a version is the first to see. Returns whether a webhook took them."""
    if not incidents:
        return False
    more = len(incidents) - SHOWN_INCIDENTS
    lines = [f"Tasuki: {len(incidents)} new S1 incident(s) at {config.company.name}", *incidents[:SHOWN_INCIDENTS]]
    lines += [f"and {more} more: tasuki mismatches --severity S1"] if more > 0 else []
    return post(config, "\n".join(lines))


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
    request = urllib.request.Request(  # noqa: S310
        url, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            return bool(response.status < 300)
    except urllib.error.HTTPError as error:
        log.error("the webhook in %s answered %s", config.notify.webhook_env, error.code)
    except (OSError, ValueError) as error:  # the text of some errors carries the URL
        log.error("the webhook in %s cannot be reached: %s", config.notify.webhook_env, type(error).__name__)
    return False
