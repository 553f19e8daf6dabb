"""Every custom id that a message of an earlier version may carry still leads to what it led to.

A row here never changes: its message may be years old. A new kind of button gets a new row.
"""

import pytest

from bot.views import (
    buttons,
    deleting,
    edit,
    edit_screen,
    more,
    operator,
    own_data,
    queue,
    reported,
    reporting,
    setting_controls,
    settings,
    terms,
)

PATTERNS = {
    "component": {
        **{action: buttons.of_job(action) for action in buttons.LOOKS},
        "more": buttons.MENU,
        "make": more.MAKE,
        "form": edit_screen.PRESS,
        "which": edit_screen.WHICH,
        "draft": buttons.DRAFT,
        "forget": own_data.FORGET,
        "queue": queue.PRESS,
        "operator": operator.PRESS,
        "lock": reported.LOCK,
        "setting": setting_controls.CONTROL,
        "accept": terms.ACCEPT,
    },
    "form": {
        "edited": edit.EDITED,
        "filled": edit.FILLED,
        "deleted": deleting.DELETED,
        "reported": reporting.REPORTED,
        "remixed": edit.REMIXED,
        "settings": settings.FORM,
        "operator": operator.SENT,
    },
}

JOB = "00004K"
FREQUENT = "reroll properly edit recipe vary enlarge extend detail"
ON_A_JOB = f"{FREQUENT} exactly redraw spoiler delete cancel show tell report withdraw look restore remove"

POSTED = [
    *(("component", f"v1:{JOB}:{action}", action, {"job_id": JOB}) for action in ON_A_JOB.split()),
    ("component", f"v1:{JOB}:more", "more", {"job_id": JOB}),
    *(
        ("component", f"v1:{JOB}:{kind}:3", "make", {"job_id": JOB, "kind": kind, "number": "3"})
        for kind in (
            *("subtle", "strong", "larger", "double"),
            *("extend_out", "extend_left", "extend_right", "extend_up", "extend_down"),
            *("detail_face", "detail_centre", "detail_top", "detail_bottom"),
        )
    ),
    ("component", f"v1:draft:{JOB}", "draft", {"draft_id": JOB}),
    ("component", "v1:forget:18446744073709551615", "forget", {"user_id": "18446744073709551615"}),
    *(
        ("component", f"v1:op:{act}", "operator", {"act": act})
        for act in ("show", "pause", "resume", "drain", "open", "reload", "announce", "block", "unblock")
    ),
    *(("form", f"v1:op:{act}", "operator", {"act": act}) for act in ("announce", "block", "unblock")),
    ("component", f"v1:{JOB}:lock", "lock", {"job_id": JOB}),
    ("component", f"v1:terms:1.0-b:{JOB}", "accept", {"version": "1.0-b", "draft_id": JOB}),
    ("component", "v1:terms:1:none", "accept", {"version": "1", "draft_id": ""}),
    (
        "component",
        "v1:queue:show:mine:0:",
        "queue",
        {"action": "show", "whose": "mine", "page": "0", "job_id": ""},
    ),
    (
        "component",
        f"v1:queue:cancel:server:12:{JOB}",
        "queue",
        {"action": "cancel", "whose": "server", "page": "12", "job_id": JOB},
    ),
    (
        "component",
        "v1:queue:pause:server:0:",
        "queue",
        {"action": "pause", "whose": "server", "page": "0", "job_id": ""},
    ),
    ("component", "v1:set:page:who", "setting", {"act": "page", "argument": "who"}),
    ("component", "v1:set:denied", "setting", {"act": "denied", "argument": ""}),
    ("component", "v1:set:limits:person", "setting", {"act": "limits", "argument": "person"}),
    ("component", "v1:set:open_limit", "setting", {"act": "open_limit", "argument": ""}),
    ("component", "v1:set:spoilers:off", "setting", {"act": "spoilers", "argument": "off"}),
    ("component", "v1:set:others_draw:off", "setting", {"act": "others_draw", "argument": "off"}),
    ("component", "v1:set:import:0123456789abcdef", "setting", {"act": "import", "argument": "0123456789abcdef"}),
    ("component", "v1:set:leave", "setting", {"act": "leave", "argument": ""}),
    ("component", "v1:set:priority:1234567890", "setting", {"act": "priority", "argument": "1234567890"}),
    ("form", f"v1:{JOB}:edited", "edited", {"job_id": JOB}),
    *(
        ("component", f"v1:form:{JOB}:{act}", "form", {"form_id": JOB, "act": act})
        for act in ("draw", "words", "style", "numbers", "rating")
    ),
    ("component", "v1:form:which", "which", {}),
    *(
        ("form", f"v1:form:{JOB}:{act}", "filled", {"form_id": JOB, "act": act})
        for act in ("words", "style", "numbers")
    ),
    ("form", f"v1:{JOB}:reported", "reported", {"job_id": JOB}),
    ("form", f"v1:{JOB}:deleted", "deleted", {"job_id": JOB}),
    ("form", f"v1:{JOB}:remixed", "remixed", {"form_id": JOB}),
    ("form", "v1:set:denied", "settings", {"form": "denied"}),
    ("form", "v1:set:limits:server", "settings", {"form": "limits:server"}),
    ("form", "v1:set:limits:person", "settings", {"form": "limits:person"}),
]


@pytest.mark.parametrize(("kind", "custom_id", "name", "parts"), POSTED, ids=[" ".join(row[:2]) for row in POSTED])
def test_a_custom_id_that_was_posted_is_read_as_it_was_meant(kind, custom_id, name, parts):
    """And nothing else of its kind takes it: the first route that matches answers."""
    matches = {one: match for one, pattern in PATTERNS[kind].items() if (match := pattern.fullmatch(custom_id))}
    assert matches.keys() == {name}
    assert matches[name].groupdict(default="") == parts


def test_every_button_under_a_message_has_its_row():
    """A look without a row here would be one whose id nobody promised to keep."""
    assert set(ON_A_JOB.split()) == set(buttons.LOOKS)
