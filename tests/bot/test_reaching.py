"""The first words with Discord, and what is remembered of the last ones."""

import os

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app
from bot.errors import StoreError
from bot.store.key import folder_key


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"url": 1}', b'{"url": "\xff"}', b""])
async def test_an_answer_that_is_not_discord_s_is_said_and_asked_for_again(monkeypatch, caplog, answer):
    """A login page of somebody's network, say: it goes away."""
    monkeypatch.setattr(app, "REACH_DELAYS_S", (0.0,))
    answers = [answer, b'{"url": "wss://gateway.example"}']

    async def gateway(_request):
        return web.Response(body=answers.pop(0))

    application = web.Application()
    application.router.add_get("/gateway", gateway)
    async with TestServer(application) as server:
        assert await app._gateway(str(server.make_url("")).rstrip("/")) == "wss://gateway.example"
    assert "what answers there is not Discord" in caplog.text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\0" * 64, None])
def test_what_is_remembered_of_the_commands_may_be_anything(tmp_path, content):
    """Then Discord is told again."""
    path = tmp_path / "commands.sha256"
    path.mkdir() if content is None else path.write_bytes(content)
    assert not app._read(path)
    assert not app._read(tmp_path / "absent")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_key_that_is_no_file_is_one_line(tmp_path, make):
    """And is not waited for."""
    make(tmp_path / "hash.key")
    with pytest.raises(StoreError, match=r"hash\.key: is a .*, where a file is expected; restore a copy"):
        folder_key(tmp_path / "hash.key")
