"""A whole body around every field that has a bound, and the values at its edge."""

from bot.sandbox.rules.bodies import BODIES, QUERIES
from bot.sandbox.rules.bounds import Measure
from bot.sandbox.rules.bounds_table import FAMILIES

M = Measure
TYPES = {kind: type_ for family in FAMILIES.values() for type_, kind in reversed(family.items())}
ROUTES = {kind: route for route, kind in reversed((BODIES | QUERIES).items())}
ROOTS = dict.fromkeys(("message callback", "autocomplete callback", "modal callback"), "callback")
"""Kinds that are the body of a route under another name."""

PICTURE = {"url": "https://a.b/c.png"}
OPTION = {"label": "A", "value": "a"}
OPTIONS = [{"label": str(number), "value": str(number)} for number in range(30)]
TEXT = {"type": 10, "content": "a"}
INPUT = {"type": 4, "custom_id": "i", "style": 1}
POLL_TEXT = {"text": "a"}
POLL_ANSWERS = [{"poll_media": POLL_TEXT}]
BUTTON = {"type": 2, "style": 1, "label": "B", "custom_id": "b"}
NAMED = {"name": "a", "description": "a"}
BY_ID = ("user", "role", "mentionable", "channel")

WHOLE = {
    **{key: {"content": "a"} for key in ("message", "answer", "webhook message", "post", "message edit")},
    "reference": {"message_id": "1", "fail_if_not_exists": False},
    "attachment": {"id": "0"},
    "poll": {"question": POLL_TEXT, "answers": POLL_ANSWERS},
    "poll answer": {"poll_media": POLL_TEXT},
    "embed": {"title": "a"},
    "embed field": {"name": "a", "value": "a"},
    "action row": {"components": [BUTTON]},
    "button": BUTTON,
    "emoji": {"id": "1"},
    "string select": {"custom_id": "s", "options": OPTIONS[:25]},
    **{key: {"custom_id": "s"} for key in (f"{one} select" for one in BY_ID)},
    **{f"default {one}": {"type": one.replace("mentionable", "user"), "id": "1"} for one in BY_ID},
    **dict.fromkeys(("select option", "group option"), OPTION),
    "section": {"components": [TEXT], "accessory": {"type": 11, "media": PICTURE}},
    "text display": {"content": "a"},
    "media gallery": {"items": [{"media": PICTURE}]},
    **{key: {"media": PICTURE} for key in ("thumbnail", "gallery item")},
    "file": {"file": {"url": "attachment://a.png"}},
    "media": PICTURE,
    "container": {"components": [TEXT]},
    "modal": {"custom_id": "m", "title": "T", "components": [{"type": 18, "label": "L", "component": INPUT}]},
    "label": {"label": "L", "component": INPUT},
    "text input": INPUT,
    **{key: {"custom_id": "c"} for key in ("file upload", "checkbox")},
    **{key: {"custom_id": "c", "options": OPTIONS[:10]} for key in ("radio group", "checkbox group")},
    "callback": {"type": 4, "data": {"content": "a"}},
    "message callback": {"data": {"content": "a"}},
    "autocomplete callback": {"data": {"choices": []}},
    "modal callback": {"data": {"custom_id": "m", "title": "T", "components": [TEXT]}},
    "suggestions": {"choices": []},
    "suggestion": {"name": "a", "value": "a"},
    "command edit": {"description": "a"},
    **dict.fromkeys(("command", "sub-command", "group"), NAMED),
    **dict.fromkeys((f"{one} option" for one in ("string", "integer", "number", "channel", "other")), NAMED),
    "string choice": {"name": "a", "value": "a"},
    "integer choice": {"name": "a", "value": 1},
    "number choice": {"name": "a", "value": 0.5},
    "thread": {"name": "a", "type": 11},
    "thread from a message": {"name": "a"},
    "direct message": {"recipient_id": "1"},
    **{key: {} for key in QUERIES.values()},
}
"""The least of each kind that is fine, without its type; nothing for a kind that is not named."""

WITH = {
    ("message", "components"): {"content": None, "flags": 1 << 15},
    ("button", "url"): {"style": 5, "custom_id": None},
    ("button", "sku_id"): {"style": 6, "custom_id": None, "label": None},
    ("emoji", "name"): {"id": "1"},
    ("string select", "min_values"): {"max_values": 25},
    ("file upload", "min_values"): {"max_values": 10},
    ("user select", "default_values"): {"max_values": 25},
    ("text input", "min_length"): {"max_length": 4000},
    ("string option", "min_length"): {"max_length": 6000},
}
"""What a value at its bound needs beside it, so that nothing else is wrong."""


def layout(component):
    return {"content": None, "flags": 1 << 15, "components": [component]}


def row(component):
    return {"components": [{"type": 1, "components": [component]}]}


def labelled(component):
    return {"components": [{"type": 18, "label": "L", "component": component}]}


LAYOUTS = ("action row", "container", "section", "text display", "media gallery", "file", "separator")
INSIDE = {
    "post": ("thread", lambda one: {"message": one}),
    "mentions": ("message", lambda one: {"allowed_mentions": one}),
    "reference": ("message", lambda one: {"message_reference": one}),
    "attachment": ("message", lambda one: {"attachments": [one]}),
    "poll": ("message", lambda one: {"poll": one}),
    "poll answer": ("poll", lambda one: {"answers": [one]}),
    "poll text": ("poll", lambda one: {"question": one}),
    "poll emoji": ("poll text", lambda one: {"text": "a", "emoji": one}),
    "embed": ("message", lambda one: {"embeds": [one]}),
    "embed field": ("embed", lambda one: {"fields": [one]}),
    "embed picture": ("embed", lambda one: {"image": one}),
    **{f"embed {name}": ("embed", lambda one, name=name: {name: one}) for name in ("author", "footer", "provider")},
    **dict.fromkeys(LAYOUTS, ("message", layout)),
    "thumbnail": ("section", lambda one: {"accessory": one}),
    "gallery item": ("media gallery", lambda one: {"items": [one]}),
    "media": ("gallery item", lambda one: {"media": one}),
    **dict.fromkeys(("button", "string select", *(f"{one} select" for one in BY_ID)), ("message", row)),
    "emoji": ("button", lambda one: {"emoji": one}),
    "select option": ("string select", lambda one: {"options": [one]}),
    **{f"default {one}": (f"{one} select", lambda default: {"default_values": [default]}) for one in BY_ID},
    "answer": ("callback", lambda one: {"data": one}),
    "suggestions": ("callback", lambda one: {"type": 8, "data": one}),
    "suggestion": ("suggestions", lambda one: {"choices": [one]}),
    "modal": ("callback", lambda one: {"type": 9, "data": one}),
    "label": ("modal", lambda one: {"components": [one]}),
    **dict.fromkeys(("text input", "file upload", "radio group", "checkbox group", "checkbox"), ("modal", labelled)),
    "group option": ("checkbox group", lambda one: {"options": [one]}),
    **dict.fromkeys(FAMILIES["option"].values(), ("command", lambda one: {"options": [one]})),
    **{
        f"{one} choice": (f"{one} option", lambda choice: {"choices": [choice]})
        for one in ("string", "integer", "number")
    },
}
"""What each kind lies in, and how, up to the body of a route."""

SETS = {
    "parse": ["users", "roles", "everyone"],
    "contexts": [0, 1],
    "integration_types": [0, 1],
    "channel_types": [0, 5],
}


def item(field, kind, number):
    """Give one entry of a list that is fine there."""
    match field:
        case "components" if kind == "action row":
            return BUTTON | {"custom_id": str(number)}
        case "components" if kind == "modal":
            return {"type": 18, "label": "L", "component": INPUT | {"custom_id": str(number)}}
        case "components":
            return TEXT
        case "options" if kind.endswith(("select", " group")):
            return OPTIONS[number]
        case "options":
            return NAMED | {"type": 1 if kind == "group" else 3, "name": f"o{number}"}
        case "choices":
            return {
                "name": str(number),
                "value": number if kind in {"integer option", "number option"} else str(number),
            }
        case "default_values":
            return {"type": kind.removesuffix(" select").replace("mentionable", "role"), "id": str(number)}
        case "":
            return {"name": f"c{number}"} | ({"description": "a"} if number < 100 else {"type": 2 + number // 115})
        case _ if field in SETS:
            return SETS[field][number]
        case _:
            whole = {"embeds": {"title": "a"}, "attachments": {"id": str(number)}, "answers": POLL_ANSWERS[0]}
            whole |= {"fields": {"name": "a", "value": "a"}, "items": {"media": PICTURE}}
            return whole.get(field, str(number + 1))


def values(bound, kind):
    """Give a field's last values that are fine and its first that are not, and which it is; None is its absence."""
    least, most = bound.least, bound.most
    match bound.measure:
        case M.TEXT | M.KEY | M.TRIMMED | M.NONCE | M.VALUE:
            yield from (("x" * most, True), ("x" * (most + 1), False))
            if least:
                yield from (("x" * least, True), ("x" * (least - 1), False))
        case M.ADDRESS:
            yield from (("https://a.b/".ljust(most, "x"), True), ("https://a.b/".ljust(most + 1, "x"), False))
        case M.ITEMS | M.UNIQUE:
            sizes = {number: (least or 0) <= number <= (most or number) for number in edges(least, most)}
            yield from (([item(bound.field, kind, at) for at in range(number)], fine) for number, fine in sizes.items())
            if bound.measure == M.UNIQUE:
                yield [item(bound.field, kind, 0)] * 2, False
        case M.ENTRIES:
            yield from (({f"l{at}": "x" for at in range(number)}, number == most) for number in (most, most + 1))
        case M.EMBED_TEXT:
            yield from (
                ([{"description": "x" * 4000}, {"description": "x" * 2000}], True),
                ([{"title": "x"}, {"description": "x" * 3000}, {"description": "x" * 3000}], False),
            )
        case M.NUMBER | M.BITS | M.DECIMAL:
            inner = range(-(2**63) if least is None else least, 2**63 if most is None else most + 1)
            yield from ((one, one in inner) for one in edges(least, most))
            if bound.measure != M.BITS:  # of which the description knows nothing but numbers
                yield "x", False
        case M.CHOICE:
            yield from ((one, True) for one in bound.among)
            yield "x" if isinstance(bound.among[0], str) else 99, False
        case M.SNOWFLAKE:
            yield from (("0", True), ("x", False))
        case M.PART:
            yield 5, False
    if bound.required and not bound.field.endswith("[]"):
        yield None, False


def edges(least, most):
    """Give the numbers on both sides of both bounds."""
    low = () if least is None else (least - 1, least)
    return sorted({*low, *(() if most is None else (most, most + 1))})


ELSEWHERE = {("text input", "label"): ("modal", row)}
"""An input with a label of its own stands in no label."""


def built(bound, kind, value):
    """Give the root's kind, its whole body with the value in it, and the value's place."""
    if kind == "commands":
        return (kind, value, ()) if not bound.field else (kind, [value], (0,))
    name, inner = bound.field.removesuffix("[]").removesuffix(".*"), ()
    thing = WHOLE.get(kind, {}) | WITH.get((kind, name), {})
    if bound.field.endswith("[]"):
        value, inner = [value], (0,)
    elif bound.field.endswith(".*"):
        value, inner = {"de": value}, ("de",)
    thing[name] = value
    if value is None:
        del thing[name]
    root, body = marked(kind, thing, ELSEWHERE.get((kind, name)))
    return root, body, (*place_of(thing, body), name, *inner)


def marked(kind, thing, inside=None):
    """Put an object where its kind belongs, up to the body of a route; give what that is, too."""
    if kind in TYPES:
        thing.setdefault("type", TYPES[kind])
    if kind not in INSIDE:
        return ROOTS.get(kind, kind), thing
    outer, put = inside or INSIDE[kind]
    return marked(outer, WHOLE.get(outer, {}) | put(thing))


def place_of(thing, body, path=()):
    """Find the very object in a body."""
    if body is thing:
        return path
    parts = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return next((found for step, one in parts if (found := place_of(thing, one, (*path, step))) is not None), None)
