"""How a test reads what people see."""

from contextlib import asynccontextmanager

from bot.sandbox.people.driver import control, controls

ASIDE = {"Show", "Tell me when done"}
"""Buttons that come and go with how long something takes."""


def labels(message):
    """The labels of the buttons that there are, those behind the menu last."""
    found = [one["label"] for one in controls(message) if "label" in one]
    found += [entry["label"] for entries in _menus(message).values() for entry in entries]
    return [label for label in found if label not in ASIDE]


def _menus(message):
    """The entries of its menus of rare buttons, by custom id."""
    found = controls(message)
    return {one["custom_id"]: one["options"] for one in found if one.get("custom_id", "").endswith(":more")}


async def use(person, message, label):
    """Press a button, or choose it in the menu; the id of the interaction."""
    for menu, entries in _menus(message).items():
        for entry in entries:
            if entry["label"] == label:
                return await person.choose(message, menu, entry["value"])
    return await person.press(message, control(message, label))


async def delete(person, message):
    """Have a message deleted, as whoever is asked once and says yes."""
    return await person.submit(await person.modal(await use(person, message, "Delete")))


async def draw_form(person, form, *, rating=None, **values):
    """Send the form of words, take this rating if one is given, and press Draw; the id of that interaction."""
    screen = await person.answer(await person.submit(form, **values))
    if rating is not None:
        [menu] = [one["custom_id"] for one in controls(screen) if one["custom_id"].endswith(":rating")]
        screen = await person.answer(await person.choose(screen, menu, rating))
    return await person.press(screen, control(screen, "Draw"))


async def words_form(person, screen):
    """The form of words, opened from the private message."""
    return await person.modal(await person.press(screen, control(screen, "Words …")))


def fields(form):
    """What a form was opened with, by custom_id."""
    found = {}
    for label in form["components"]:
        field = label["component"]
        chosen = [option["value"] for option in field.get("options", ()) if option.get("default")]
        found[field["custom_id"]] = chosen[0] if chosen else field.get("value", "")
    return found


async def send_report(person, message, reason="other", said=""):
    """Report a picture: the form, with a reason of its list."""
    form = await person.modal(await use(person, message, "Report"))
    return await person.submit(form, reason=[reason], words=said)


def job_of(message):
    """The public id of the job that a message is about."""
    return next(one["custom_id"].split(":")[1] for one in controls(message) if "custom_id" in one)


def walk(components):
    """Every component, however deep."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))


def words(message):
    """Everything that can be read in a message."""
    return "\n".join([message["content"], *(c["content"] for c in walk(message["components"]) if c["type"] == 10)])


def gallery(message):
    """The items of its gallery; empty where there is none."""
    return [item for c in walk(message["components"]) if c["type"] == 12 for item in c["items"]]


async def accept_terms(person, channel="general"):
    """Read the terms, and accept them as everybody does once."""
    terms = await person.answer(await person.slash(person.channel(channel), "terms"))
    await person.answer(await person.press(terms, control(terms, "Accept")))


async def result_of(person, interaction_id):
    """The message of an interaction once it is a result."""
    outcome = await person.outcome(interaction_id)
    assert outcome["event"] == "interaction.answer", outcome
    message_id = outcome["data"]["message_id"]
    return await person.wait_for(lambda m: m["id"] == message_id and "Recipe" in labels(m))


async def refusal_of(person, interaction_id):
    """The sentence of a private no."""
    message = await person.answer(interaction_id)
    assert message["flags"] & 64, "a refusal is private"
    return message["content"]


async def shown(person, interaction_id):
    """A private message that an act led to, or what it became."""
    message = await person.answer(interaction_id)
    assert message["flags"] & 64, "only the person may see it"
    return message


async def import_settings(admin, data):
    """Import a file and say yes to what it would change, if anything; give what is answered."""
    file = await admin.upload("settings.toml", data)
    question = await shown(admin, await admin.slash(admin.channel("general"), "settings import", file=file))
    if "would change" not in question["content"]:
        return question
    return await shown(admin, await admin.press(question, control(question, "Import")))


@asynccontextmanager
async def settings(admin):
    """The settings screen for a test; afterwards everything is as shipped again."""
    try:
        yield await shown(admin, await admin.slash(admin.channel("general"), "settings show"))
    finally:
        await import_settings(admin, b"# as shipped")


async def choose(admin, screen, act, *values):
    """Choose in a menu of the settings, and give the screen as it is then."""
    return await shown(admin, await admin.choose(screen, f"v1:set:{act}", *values))


async def turn(admin, screen, act):
    """Press a button of the settings, and give the screen as it is then."""
    return await shown(admin, await admin.press(screen, f"v1:set:{act}"))
