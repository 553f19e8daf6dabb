"""What somebody sees of jobs: the messages as they are now, whose job each is of, and whether it is over."""

import json
import re

from bot.job import ID_PATTERN
from tests.journey.people import labels


def latest(observer):
    """Every public message as the observer sees it now, by id, without those that were removed."""
    seen = {}
    for event in observer.events:
        if event["event"] in {"message.create", "message.update"} and not event["data"]["flags"] & 64:
            seen[event["data"]["id"]] = event["data"]
        elif event["event"] == "message.delete":
            seen.pop(event["data"]["id"], None)
    return seen


def is_over(message):
    """Whether a job's message shows an end: pictures, or why there are none."""
    return "Reroll" in labels(message)


def job_of(message):
    """The job in the custom ids of a message's buttons; None where there is none."""
    found = re.search(f'"v1:({ID_PATTERN}):', json.dumps(message["components"]))
    return found and found[1]
