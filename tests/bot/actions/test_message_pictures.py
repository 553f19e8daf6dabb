"""Pictures are found wherever in a message they stand."""

from types import SimpleNamespace

import discord
import pytest

from bot.actions.message_pictures import pictures_among, pictures_in

CDN = "https://cdn.discordapp.com/attachments/1/2"
AUTHOR = {"id": "5", "username": "a", "discriminator": "0", "avatar": None, "global_name": None}


class State(SimpleNamespace):
    """As much of a client as a message needs."""

    def _get_guild(self, _id):
        return None

    def store_user(self, data, **_):
        return discord.User(state=self, data=data)

    def __getattr__(self, _name):
        return None


def message(**data):
    """A message of discord.py's own, from what Discord sends."""
    whole = {
        "id": "9",
        "channel_id": "7",
        "type": 0,
        "content": "",
        "author": AUTHOR,
        "attachments": [],
        "embeds": [],
        "edited_timestamp": None,
        "pinned": False,
        "mention_everyone": False,
        "tts": False,
        "timestamp": "2026-11-29T12:00:00+00:00",
        "components": [],
    }
    return discord.Message(state=State(), channel=SimpleNamespace(id=7, type=None, guild=None), data={**whole, **data})


def attachment(name, kind=None, number=1):
    given = {} if kind is None else {"content_type": kind}
    return {
        "id": str(number),
        "filename": name,
        "size": 10,
        "url": f"{CDN}/{name}",
        "proxy_url": f"{CDN}/{name}",
        **given,
    }


def urls(found):
    return [picture.url.removeprefix(f"{CDN}/") for picture in found]


def media(name):
    return {"media": {"url": f"{CDN}/{name}", "proxy_url": f"{CDN}/{name}", "content_type": "image/png"}}


EMBED = {
    "type": "rich",
    "image": {"url": f"{CDN}/e.png?ex=1&is=2&hm=3", "proxy_url": f"{CDN}/e.png", "width": 8, "height": 8},
}
GALLERY = {"type": 12, "id": 3, "items": [{**media("g.png"), "description": None, "spoiler": False}]}
SECTION = {
    "type": 9,
    "id": 4,
    "components": [{"type": 10, "id": 5, "content": "x"}],
    "accessory": {"type": 11, "id": 6, "description": None, "spoiler": False, **media("t.png")},
}
FILE = {"type": 13, "id": 7, "spoiler": False, "file": media("f.png")["media"], "name": "f.png", "size": 10}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"attachments": [attachment("a.png", "image/png")]}, ["a.png"]),
        ({"attachments": [attachment("a.png")]}, ["a.png"]),
        ({"attachments": [attachment("a.bin", "application/octet-stream")]}, ["a.bin"]),
        ({"attachments": [attachment("A.AVIF", "video/mp4")]}, ["A.AVIF"]),
        ({"attachments": [attachment("a.txt", "text/plain; charset=utf-8")]}, []),
        ({"embeds": [EMBED]}, ["e.png?ex=1&is=2&hm=3"]),
        ({"components": [{"type": 17, "id": 1, "components": [GALLERY, SECTION, FILE]}]}, ["g.png", "t.png", "f.png"]),
        (
            {
                "type": 0,
                "message_reference": {"type": 1, "channel_id": "7", "message_id": "8"},
                "message_snapshots": [
                    {
                        "message": {
                            "type": 0,
                            "content": "",
                            "timestamp": "2026-11-29T12:00:00+00:00",
                            "flags": 0,
                            "edited_timestamp": None,
                            "attachments": [attachment("s.png", "image/png")],
                            "embeds": [EMBED],
                            "components": [GALLERY],
                        }
                    }
                ],
            },
            ["s.png", "e.png?ex=1&is=2&hm=3", "g.png"],
        ),
    ],
)
def test_a_picture_is_found_wherever_it_stands(data, found):
    """Attached, typed or not; in an embed, in a gallery, beside a section, as a file; and in what was forwarded."""
    assert urls(pictures_in(message(**data))) == found


def test_a_picture_is_found_in_the_message_that_is_answered():
    """Behind what the message has itself; one that is gone has none."""
    answer = message(attachments=[attachment("own.png", "image/png")])
    answered = message(attachments=[attachment("theirs.png", "image/png"), attachment("own.png", "image/png")])
    answer.reference = SimpleNamespace(resolved=answered)
    assert urls(pictures_in(answer)) == ["own.png", "theirs.png"]
    answer.reference = SimpleNamespace(
        resolved=discord.DeletedReferencedMessage.__new__(discord.DeletedReferencedMessage)
    )
    assert urls(pictures_in(answer)) == ["own.png"]


def test_what_says_that_it_is_a_picture_comes_first():
    files = [
        SimpleNamespace(**attachment(name) | {"content_type": kind}) for name, kind in [("x", None), ("y", "image/png")]
    ]
    assert urls(pictures_among(files)) == ["y", "x"]
