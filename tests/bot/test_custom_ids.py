"""Every custom id that a message of an earlier version may carry still leads to what it led to.

A row here never changes: its message may be years old. A new kind of button gets a new row.
"""

import pytest

from bot.views import buttons, edit, own_data, queue, reported, setting_controls, settings, terms

CONTROLS = (
    buttons.JobButton,
    buttons.DraftButton,
    own_data.ForgetButton,
    queue.QueueButton,
    reported.LockSelect,
    setting_controls.SettingControl,
    terms.AcceptButton,
)
PATTERNS = {kind.__name__: kind.__discord_ui_compiled_template__ for kind in CONTROLS}
PATTERNS |= {"edit form": edit.CUSTOM_ID, "settings form": settings.FORM}

JOB = "00004K"

POSTED = [
    *(
        (f"v1:{JOB}:{action}", "JobButton", {"job": JOB, "action": action})
        for action in (
            "reroll",
            "edit",
            "recipe",
            "spoiler",
            "delete",
            "cancel",
            "show",
            "tell",
            "report",
            "look",
            "restore",
            "remove",
        )
    ),
    (f"v1:draft:{JOB}", "DraftButton", {"draft": JOB}),
    ("v1:forget:18446744073709551615", "ForgetButton", {"user": "18446744073709551615"}),
    (f"v1:{JOB}:lock", "LockSelect", {"job": JOB}),
    (f"v1:terms:1.0-b:{JOB}", "AcceptButton", {"version": "1.0-b", "draft": JOB}),
    ("v1:terms:1:none", "AcceptButton", {"version": "1", "draft": "none"}),
    ("v1:queue:show:mine:0:", "QueueButton", {"action": "show", "whose": "mine", "page": "0", "job": ""}),
    (
        f"v1:queue:cancel:server:12:{JOB}",
        "QueueButton",
        {"action": "cancel", "whose": "server", "page": "12", "job": JOB},
    ),
    ("v1:queue:pause:server:0:", "QueueButton", {"action": "pause", "whose": "server", "page": "0", "job": ""}),
    ("v1:set:page:who", "SettingControl", {"act": "page", "argument": "who"}),
    ("v1:set:denied", "SettingControl", {"act": "denied", "argument": None}),
    ("v1:set:limits:person", "SettingControl", {"act": "limits", "argument": "person"}),
    ("v1:set:open_limit", "SettingControl", {"act": "open_limit", "argument": None}),
    ("v1:set:spoilers:off", "SettingControl", {"act": "spoilers", "argument": "off"}),
    ("v1:set:priority:1234567890", "SettingControl", {"act": "priority", "argument": "1234567890"}),
    (f"v1:{JOB}:edited", "edit form", {"id": JOB, "action": "edited"}),
    (f"v1:{JOB}:remixed", "edit form", {"id": JOB, "action": "remixed"}),
    ("v1:set:denied", "settings form", {"form": "denied"}),
    ("v1:set:limits:server", "settings form", {"form": "limits:server"}),
    ("v1:set:limits:person", "settings form", {"form": "limits:person"}),
]


@pytest.mark.parametrize(("custom_id", "kind", "parts"), POSTED, ids=[f"{row[1]} {row[0]}" for row in POSTED])
def test_a_custom_id_that_was_posted_is_read_as_it_was_meant(custom_id, kind, parts):
    match = PATTERNS[kind].fullmatch(custom_id)
    assert match is not None
    assert match.groupdict() == parts


@pytest.mark.parametrize(
    ("custom_id", "kind"), [row[:2] for row in POSTED], ids=[f"{row[1]} {row[0]}" for row in POSTED]
)
def test_no_other_button_or_menu_takes_it_too(custom_id, kind):
    """discord.py calls everything whose pattern matches, so two would both answer; forms come by another door."""
    forms = {"edit form", "settings form"}
    others = {
        name
        for name, pattern in PATTERNS.items()
        if (name in forms) == (kind in forms) and pattern.fullmatch(custom_id)
    }
    assert others == {kind}


def test_every_button_under_a_message_has_its_row():
    """A look without a row here would be one whose id nobody promised to keep."""
    posted = {parts["action"] for _, kind, parts in POSTED if kind == "JobButton"}
    assert posted == set(buttons.LOOKS)
