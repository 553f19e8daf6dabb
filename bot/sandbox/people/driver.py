"""A person as a program: the people's API for tests, which wait for events and never sleep."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from bot.sandbox.rules.protocol import Json

PATIENCE_S = 120.0
"""What comes is never waited for so long, however slow the machine; what does not come costs it once."""
_LOADING = 128


class ActRefused(Exception):
    """The stand-in did not let the person do it."""

    def __init__(self, status: int, error: Json) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('message')} {error.get('fields') or ''}".strip())
        self.status = status
        self.code: str = error.get("code", "")
        self.fields: dict[str, str] = error.get("fields") or {}


class Visitor:
    """One person looking at the chat; every event since `visit` began is in `events`, oldest first."""

    def __init__(self, session: aiohttp.ClientSession, page_url: str, state: Json) -> None:
        self._session = session
        self._page_url = page_url
        self._arrived = asyncio.Condition()
        self.state = state
        self.id: str = state["me"]["id"]
        self.events: list[Json] = []

    @classmethod
    @asynccontextmanager
    async def visit(cls, page_url: str, username: str) -> AsyncGenerator[Visitor]:
        """Be somebody, by username, until the block is left.

        Raises:
            LookupError: Nobody has that name.
        """
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            async with session.get(f"{page_url}/people") as response:
                people: list[Json] = (await response.json())["people"]
            found = next((one["user"]["id"] for one in people if one["user"]["username"] == username), None)
            if found is None:
                raise LookupError(f"nobody here is called {username}")
            async with session.ws_connect(f"{page_url}/people/{found}/events") as socket:
                await socket.receive_json()
                async with session.get(f"{page_url}/people/{found}/state") as response:
                    person = cls(session, page_url, await response.json())
                listener = asyncio.create_task(person._listen(socket))
                try:
                    yield person
                finally:
                    listener.cancel()
                    await asyncio.gather(listener, return_exceptions=True)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            async with self._arrived:
                self.events.append(frame.json())
                self._arrived.notify_all()

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the people's API; None for an empty answer.

        Raises:
            ActRefused: With its code and fields.
        """
        url = f"{self._page_url}/people/{self.id}{path}"
        async with self._session.request(method, url, json=body, raise_for_status=False) as response:
            answer: Any = await response.json() if response.content_type == "application/json" else None
            if response.status >= 400:  # noqa: PLR2004 - HTTP
                raise ActRefused(response.status, answer["error"] if answer else {})
            return answer

    # Waiting: past events count too, so that nothing is missed between an act and its wait.

    async def _first(self, fits: Callable[[Json], bool], *, timeout_s: float, start: int = 0) -> Json:
        """Give the first event that fits.

        Raises:
            TimeoutError: None came.
        """
        async with asyncio.timeout(timeout_s), self._arrived:
            while True:
                for event in self.events[start:]:
                    if fits(event):
                        return event
                start = len(self.events)
                await self._arrived.wait()

    async def wait_for_event(
        self, name: str, fits: Callable[[Json], bool] = lambda _data: True, *, timeout_s: float = PATIENCE_S
    ) -> Json:
        """Give the data of the first event of this name that fits.

        Raises:
            TimeoutError: None came.
        """
        event = await self._first(lambda one: one["event"] == name and fits(one["data"]), timeout_s=timeout_s)
        return event["data"]

    async def wait_for(self, fits: Callable[[Json], bool], *, timeout_s: float = PATIENCE_S) -> Json:
        """Give the first state of any message that fits, as it was created or edited.

        Raises:
            TimeoutError: None came.
        """
        event = await self._first(lambda one: _shows_message(one) and fits(one["data"]), timeout_s=timeout_s)
        return event["data"]

    async def outcome(self, interaction_id: str, *, timeout_s: float = PATIENCE_S) -> Json:
        """Give the event ``interaction.answer`` or ``interaction.failed`` of an act.

        Raises:
            TimeoutError: The stand-in said nothing of it.
        """
        names = {"interaction.answer", "interaction.failed"}
        return await self._first(
            lambda one: one["event"] in names and one["data"]["interaction_id"] == interaction_id, timeout_s=timeout_s
        )

    async def answer(self, interaction_id: str, *, timeout_s: float = PATIENCE_S) -> Json:
        """Give the message that an act led to: new, filled after "thinking", or the pressed one as it then was.

        Raises:
            TimeoutError: There was none.
        """
        outcome = await self.outcome(interaction_id, timeout_s=timeout_s)
        message_id = outcome["data"]["message_id"]
        start = next(
            place
            for place, one in enumerate(self.events)
            if one["event"] == "interaction.create" and one["data"]["interaction_id"] == interaction_id
        )
        event = await self._first(
            lambda one: _shows_message(one) and one["data"]["id"] == message_id and not one["data"]["flags"] & _LOADING,
            timeout_s=timeout_s,
            start=start,
        )
        return event["data"]

    # Looking.

    def channel(self, name: str) -> str:
        """Give the id of a channel or thread by its name, as it was when the visit began.

        Raises:
            LookupError: This person sees none of that name.
        """
        for guild in self.state["guilds"]:
            for channel in guild["channels"]:
                if channel["name"] == name:
                    return channel["id"]
        raise LookupError(f"no channel called {name}")

    @property
    def direct_message(self) -> str:
        """The id of the open direct message with the bot."""
        bot = self.state["bot"]["user"]["id"]
        return next(one["id"] for one in self.state["direct_messages"] if bot in [it["id"] for it in one["recipients"]])

    @property
    def guild(self) -> str:
        return self.state["guilds"][0]["id"]

    async def messages(self, channel: str) -> list[Json]:
        return (await self.call("GET", f"/channels/{channel}/messages"))["messages"]

    async def commands(self, channel: str) -> list[Json]:
        return (await self.call("GET", f"/channels/{channel}/commands"))["commands"]

    async def fetch(self, url: str) -> bytes:
        """Download an attachment or a picture by the address in a message."""
        async with self._session.get(url) as response:
            return await response.read()

    # Acting; what leads to an interaction gives its id.

    async def say(self, channel: str, content: str, *, attachments: Iterable[str] = ()) -> Json:
        body = {"content": content, "attachments": list(attachments)}
        return (await self.call("POST", f"/channels/{channel}/messages", body))["message"]

    async def upload(self, filename: str, data: bytes) -> str:
        """Upload a file; give the id that options, messages and forms take."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("file", io.BytesIO(data), filename=filename)
        async with self._session.post(f"{self._page_url}/people/{self.id}/attachments", data=form) as response:
            return (await response.json())["attachment"]["id"]

    async def slash(self, channel: str, command: str, **options: Any) -> str:
        body = {"command": command, "options": options}
        return (await self.call("POST", f"/channels/{channel}/slash", body))["interaction_id"]

    async def autocomplete(self, channel: str, command: str, focused: str, **options: Any) -> list[Json]:
        body = {"command": command, "options": options, "focused": focused}
        return (await self.call("POST", f"/channels/{channel}/autocomplete", body))["choices"]

    async def press(self, message: Json, custom_id: str) -> str:
        return await self._use(message, "press", {"custom_id": custom_id})

    async def choose(self, message: Json, custom_id: str, *values: str) -> str:
        return await self._use(message, "choose", {"custom_id": custom_id, "values": list(values)})

    async def context_menu(self, message: Json, command: str) -> str:
        return await self._use(message, "menu", {"command": command})

    async def user_menu(self, channel: str, user: str, command: str) -> str:
        path = f"/channels/{channel}/users/{user}/menu"
        return (await self.call("POST", path, {"command": command}))["interaction_id"]

    async def _use(self, message: Json, act: str, body: Json) -> str:
        path = f"/channels/{message['channel_id']}/messages/{message['id']}/{act}"
        return (await self.call("POST", path, body))["interaction_id"]

    async def modal(self, interaction_id: str, *, timeout_s: float = PATIENCE_S) -> Json:
        """Wait for the modal that an act opened."""
        return await self.wait_for_event(
            "modal.open", lambda modal: modal["interaction_id"] == interaction_id, timeout_s=timeout_s
        )

    async def submit(self, modal: Json, **values: Any) -> str:
        path = f"/modals/{modal['interaction_id']}/submit"
        return (await self.call("POST", path, {"values": values}))["interaction_id"]

    async def react(self, message: Json, emoji: str) -> None:
        await self.call("PUT", f"/channels/{message['channel_id']}/messages/{message['id']}/reactions/{emoji}")

    async def delete(self, message: Json) -> None:
        await self.call("DELETE", f"/channels/{message['channel_id']}/messages/{message['id']}")


def _shows_message(event: Json) -> bool:
    return event["event"] in {"message.create", "message.update"}


def controls(message: Json) -> list[Json]:
    """Give every button and menu of a message, in reading order."""
    found: list[Json] = []

    def look(components: list[Json]) -> None:
        for one in components:
            if "custom_id" in one or one.get("url"):
                found.append(one)
            look(one.get("components") or [])
            if one.get("accessory"):
                look([one["accessory"]])

    look(message["components"])
    return found


def control(message: Json, label: str) -> str:
    """Give the custom_id of the button with this label.

    Raises:
        LookupError: There is none.
    """
    for one in controls(message):
        if one.get("label") == label and "custom_id" in one:
            return one["custom_id"]
    raise LookupError(f"no button called {label}")
