"""What a human does here, as JSON over HTTP and one WebSocket a person: the contract of page and tests.

Conventions
    Every id is a string of digits. Users, roles, members, channels, messages, components, commands and attachments
    have
    **Discord's own shapes** (developer documentation, API v10), so ``flags & 64`` is ephemeral, ``flags & 128`` is
    "thinking", ``flags & 32768`` is a layout of components. Times are ISO 8601. ``{me}`` is the id of the person who
    acts.
    Bodies are JSON, answers are JSON; 204 has no body. There is no log-in: whoever reaches the loopback port may be
    anybody.

    A refusal is what Discord's client would not have let the person do::

        400 {"error": {"code": "invalid_options", "message": "Some options need another value.",
                       "fields": {"seed": "At most 4294967295.", "count": "This option is required."}}}

    ``message`` is a sentence to show; ``fields`` (by option name or custom_id) is present only when a field is at
    fault. Codes:
    ``invalid_body`` ``invalid_options`` 400 · ``forbidden`` ``age_restricted`` 403 · ``unknown_user``
    ``unknown_guild`` ``unknown_channel`` ``unknown_message`` ``unknown_command`` ``unknown_component``
    ``unknown_modal``
    ``unknown_attachment`` ``unknown_role`` 404 · ``did_not_respond`` 504.

Reading
    ``GET /people`` — whom one may speak as::

        {"people": [{"user": {"id": "1101", "username": "ada", "global_name": "Ada", "avatar": null, ...},
                     "title": "admin"}],
         "bot": {"user": {...}, "application_id": "2001", "online": true},
         "clock": {"now": "2026-01-02T03:04:05.678000+00:00", "advanced_s": 0.0},
         "welcome": {"text": "...", "starting": "...", "examples": [{"label": "A picture", "line": "/draw a cat"}],
                     "people": [{"user_id": "1101", "text": "..."}]}}           null where the plan has none

    ``GET /people/{me}/state`` — everything that person sees, once; the events keep it up to date::

        {"me": {user}, "bot": {as above}, "clock": {as above},
         "guilds": [{"id": "1000", "name": "Atelier", "owner_id": "1101",
                     "permissions": "2147483647",                    mine in the guild, as a decimal string of bits
                     "roles": [{"id": "1000", "name": "@everyone", "permissions": "...", "position": 0, ...}],
                     "members": [{"user": {user}, "nick": null, "roles": ["1202"], "permissions": "...", ...}],
                     "channels": [{channel}, ...]}],                 only those I may see; threads are channels as
                     well
         "direct_messages": [{channel, "type": 1 or 3, "recipients": [{user}]}]}      the others

    A channel is Discord's (``type`` 0 text, 1 direct message, 2 voice, 4 category, 5 announcement, 11 public thread,
    12 private
    thread, 13 stage, 15 forum, 16 media; ``nsfw``, ``parent_id``, ``position``, ``topic``, ``permission_overwrites``,
    ``thread_metadata``)
    plus ``"permissions"``: mine in it. A thread has no ``nsfw`` of its own: look at the parent.

    ``GET /people/{me}/channels/{channel}/messages?before=ID&after=ID&limit=50`` — oldest first, ephemerals only my
    own::

        {"messages": [{message}, ...]}

    A message is Discord's: ``id channel_id author content timestamp edited_timestamp flags components embeds
    attachments
    mentions mention_roles mention_everyone interaction_metadata {id, type, user, name} message_reference type``.
    ``name`` is
    the command that was used. Media in ``components`` are resolved: ``media.url`` can be fetched here.

    ``GET /people/{me}/channels/{channel}/messages/{message}`` — one of them.

    ``GET /people/{me}/channels/{channel}/commands`` — what I may use here (context, permissions and age restriction
    applied)::

        {"commands": [{"id": "3001", "type": 1, "name": "imagine", "description": "...", "nsfw": false,
                       "options": [{"type": 3, "name": "character", "description": "...", "required": false,
                                    "autocomplete": true, "min_length": 1, "max_length": 100},
                                   {"type": 4, "name": "count", "min_value": 1, "max_value": 4, ...},
                                   {"type": 3, "name": "shape", "choices": [{"name": "square", "value": "1:1"}],
                                   ...}]},
                      {"id": "3002", "type": 3, "name": "Recipe", "description": ""}]}

    ``type`` 1 slash, 2 context menu of a user, 3 context menu of a message. Option types: 1 sub-command, 2 group, 3
    string,
    4 integer, 5 boolean, 6 user, 7 channel, 8 role, 9 mentionable, 10 number, 11 attachment.

Acting
    ``POST /people/{me}/attachments`` — multipart, one part ``file`` → 200 ``{"attachment": {"id", "filename", "size",
    "content_type", "url", "width", "height"}}``. The id is what an attachment option, a message or a file upload
    takes.

    ``POST /people/{me}/channels/{channel}/messages`` — say something::

        {"content": "hello", "attachments": ["501"], "reply_to": "9001"}    → 200 {"message": {message}}

    ``POST /people/{me}/channels/{channel}/slash`` — run a slash command; ``command`` is its full name, sub-commands
    included::

        {"command": "imagine", "options": {"character": "firefly", "count": 2, "guidance": 5.5, "private": true,
                                           "owner": "1102", "where": "1302", "role": "1202", "image": "501"}}
        {"command": "settings rating set", "options": {"limit": "sensitive"}}
        → 202 {"interaction_id": "7001"}

    ``POST /people/{me}/channels/{channel}/autocomplete`` — what has been typed so far; waits for the bot (3 s at
    most)::

        {"command": "imagine", "options": {"subject": "1girl", "character": "fire"}, "focused": "character"}
        → 200 {"interaction_id": "7002", "choices": [{"name": "firefly (honkai: star rail)", "value": "firefly"}]}
        → 504 did_not_respond

    ``POST /people/{me}/channels/{channel}/messages/{message}/press`` — a button: ``{"custom_id": "reroll:1"}`` → 202
    as above
    ``POST /people/{me}/channels/{channel}/messages/{message}/choose`` — a select menu:
    ``{"custom_id": "limit", "values": ["safe"]}`` (ids for user, role and channel menus) → 202
    ``POST /people/{me}/channels/{channel}/messages/{message}/menu`` — its context menu: ``{"command": "Recipe"}`` →
    202
    ``POST /people/{me}/channels/{channel}/users/{user}/menu`` — a user's context menu: ``{"command": "Profile"}`` →
    202

    ``POST /people/{me}/modals/{interaction_id}/submit`` — the modal that this interaction opened, values by
    custom_id::

        {"values": {"tags": "smile, night", "rating": ["safe"], "files": ["501"], "agree": true}} → 202

    Text input: a string. Select, file upload and checkbox group: a list of strings (ids for users, roles, channels,
    files).
    Radio group: a string or null. Checkbox: a boolean. What is left out is empty, or the default of the component.
    A submitted modal may be submitted again only if the bot did not answer.
    ``DELETE /people/{me}/modals/{interaction_id}`` — close it unsent → 204

    ``PUT`` and ``DELETE /people/{me}/channels/{channel}/messages/{message}/reactions/{emoji}`` → 204: my reaction, an
    emoji of Unicode; a message's ``reactions`` are Discord's ``[{"emoji", "count", "me", ...}]``, ``me`` is the bot
    ``DELETE /people/{me}/channels/{channel}/messages/{message}`` → 204: mine, anybody's with Manage Messages; an
    ephemeral one
    is only dismissed from my own view.
    ``POST /people/{me}/channels/{channel}/threads`` — ``{"name": "Sketches", "message_id": "9001"}`` (``message_id``
    optional), in a forum ``{"name": "...", "content": "first message"}`` → 200 ``{"channel": {channel}}``
    ``POST /people/{me}/direct-messages`` — ``{"recipient_id": "2001"}`` → 200 ``{"channel": {channel}}``, opened if
    need be: with the bot, with another person, or with ``"recipient_ids"`` a group (``type`` 3)
    ``PUT`` and ``DELETE /people/{me}/installation`` — install the bot for oneself: its commands of integration type 1
    are then offered in every server and private channel that their contexts name → 204

Administration (403 without the right that Discord asks for)
    ``PATCH /people/{me}/channels/{channel}`` — any of ``{"nsfw": true, "spoiler": true, "name": "art", "topic":
    "..."}``, of a thread ``{"archived": true}`` → 200 ``{"channel"}``
    ``DELETE /people/{me}/channels/{channel}`` → 204
    ``POST /people/{me}/guilds/{guild}/channels`` — ``{"name": "new", "type": 0, "nsfw": false, "parent_id": null}`` →
    200
    ``PUT /people/{me}/channels/{channel}/overwrites/{role_or_user}`` — ``{"allow": "2048", "deny": "32768"}`` → 204;
    DELETE too
    ``PUT`` and ``DELETE /people/{me}/channels/{thread}/thread-members/{user}`` — join or add, leave or remove → 204
    ``POST /people/{me}/guilds/{guild}/roles`` — ``{"name": "artist", "permissions": "2048"}`` → 200 ``{"role"}``;
    ``PATCH`` and ``DELETE /people/{me}/guilds/{guild}/roles/{role}`` as well
    ``PUT`` and ``DELETE /people/{me}/guilds/{guild}/members/{user}/roles/{role}`` → 204
    ``DELETE /people/{me}/guilds/{guild}/members/{user}`` — kick; the bot too (it receives GUILD_DELETE) → 204
    ``PUT /people/{me}/guilds/{guild}/members/{bot}`` — invite the bot (again) → 204

Events: ``GET /people/{me}/events``, a WebSocket; text frames ``{"event": name, "data": {...}}``, nothing is sent to
it
    ``ready`` ``{}`` first: from now on nothing is missed
    ``message.create`` ``message.update`` the whole message · ``message.delete`` ``{"id", "channel_id"}``
    ``interaction.create`` ``{"interaction_id", "channel_id", "kind": "slash", "message_id": null}``: what I did was
    handed over; kinds:
    ``slash menu press choose modal autocomplete``
    ``interaction.answer`` ``{"interaction_id", "channel_id", "kind", "message_id"}``: the bot acknowledged it; kinds:
    ``message``,
    ``thinking`` (a message with ``flags & 128`` exists until it is filled), ``update`` (of the pressed message, now
    or later),
    ``modal``, ``autocomplete``; ``message_id`` is null for the last two
    ``interaction.failed`` ``{"interaction_id", "channel_id", "message_id", "message": "… did not respond in time."}``
    ``modal.open`` ``{"interaction_id", "channel_id", "title", "custom_id", "components": [{component}]}``
    ``autocomplete`` ``{"interaction_id", "choices": [...]}``, the same as the answer to the POST
    ``channel.create`` ``channel.update`` ``{channel}`` · ``channel.delete`` ``{"id", "guild_id"}`` (also when I may
    no longer see it)
    ``guild.update`` ``{guild, as in the state}``: members, roles or rights changed · ``guild.delete`` ``{"id"}``: I was
    kicked
    ``typing`` ``{"channel_id", "user_id"}`` · ``ping`` ``{"channel_id", "message_id", "author_id"}``: I would have
    been notified
    ``bot`` ``{"online": true}`` · ``commands`` ``{}``: ask again for the
    commands, as after a change of channel or guild · ``clock`` ``{"now",
    "advanced_s"}``

For developers (`bot.sandbox.people.developer`)
    ``GET /developer/feed?after=SEQ&message_id=ID&interaction_id=ID&limit=200`` — what happened, oldest first::

        {"entries": [
          {"seq": 12, "at": "...", "kind": "rest", "method": "PATCH", "path":
          "/webhooks/2001/<token>/messages/@original",
           "route": "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original", "status": 200, "duration_ms":
           1.4,
           "request": {...}, "files": [{"filename": "a.png", "size": 1234}], "response": {...},
           "channel_id": "1301", "message_id": "9001", "interaction_id": "7001", "violations": []},
          {"seq": 13, "at": "...", "kind": "gateway", "direction": "sent", "shard": 0, "op": 0, "t":
          "INTERACTION_CREATE", "s": 4,
           "d": {...}, "channel_id": "1301", "message_id": null, "interaction_id": "7001"},
          {"seq": 14, "at": "...", "kind": "person", "user_id": "1101", "act": "POST
          /people/1101/channels/1301/slash"},
          {"seq": 15, "at": "...", "kind": "fault", "what": "answer 502 to POST /interactions/*/*/callback"}]}

    Tokens are not in it. ``GET /developer/events`` is a WebSocket that sends each entry as it happens.
    ``GET /developer/violations`` — ``{"violations": [{"seq", "route", "side": "request", "rule", "message"}]}``: what
    Discord
    would not have accepted from the bot, or what this stand-in got wrong (``side`` ``response``). DELETE forgets
    them.
    ``GET /developer/faults`` — ``{"faults": [{as posted, "id": "1", "left": 2}], "switches": [{"name", "label"}]}``
    ``POST /developer/faults`` → 200 ``{"id": "1"}`` · ``DELETE /developer/faults`` all · ``DELETE
    /developer/faults/{id}`` one::

        {"fault": "answer", "route": "PATCH /webhooks/*/*/messages/@original", "status": 403, "times": 2,
         "code": 50013}                                             Discord's words follow, or "message" has others
        {"fault": "answer", "route": "*", "status": 429, "retry_after_s": 0.5, "scope": "shared", "via": true}
                                                                    "*" is every call; scope: user global shared
        {"fault": "answer", "route": "*", "status": 502, "html": true}   the page of the network's edge, or a text
        {"fault": "reset", "route": "POST /channels/*/messages", "times": 1, "after_bytes": 4096}   while the upload
        runs
        {"fault": "lose", "route": "...", "times": 1}                the call is carried out, its answer is lost
        {"fault": "delay", "route": "...", "times": 1, "delay_s": 2.0}
        {"fault": "refuse", "times": 1}                              the next gateway connection is refused
        {"fault": "reconnect"}  {"fault": "invalidate", "resumable": false}  {"fault": "drop", "code": 1006}   now, op
        7, op 9, cut
        {"fault": "expire", "code": 50027}                           every interaction token runs out now; with 10015
                                                                    as if it had never been

    ``POST /developer/interactions`` — ``{"user_id", "channel_id", "message_id": null, "type": 3, "data": {"custom_id":
    "forged", "component_type": 2}}`` → 200 ``{"interaction_id"}``: the bot receives this data as it is, checked by
    nobody, from a person and below a message that there are; types 2 to 5, a form after the person's last command or
    press
    ``POST /developer/clock`` — ``{"advance_s": 900}`` → 200 ``{"now", "advanced_s"}``; what falls due happens at once
    ``GET /developer/limits`` — what was counted by the movable clock: ``{"enforced": true, "session_starts": 1,
    "invalid_requests": 0, "command_creates": 12, "banned": false}`` (1,000 a day, 10,000 in ten minutes, 200 a day);
    ``POST`` counts so many more at once: ``{"invalid_requests": 9999}`` → 200 as above. Without rate limits they are
    counted and never refuse
    ``PATCH /developer/guilds/{guild}`` — ``{"unavailable": true}``: an outage: the bot receives GUILD_DELETE and then
    nothing from there but interactions, and with false GUILD_CREATE; ``{"premium_tier": 2}``: boosts, with their
    limit of files (10, 10, 50, 100 MiB) → 200 ``{guild}``
    ``PATCH /developer/users/{user}`` — ``{"premium_type": 2}``: Nitro (1 Classic, 3 Basic, 0 none), whose limit of
    files counts where it is the larger → 200 ``{user}``
    ``PATCH /developer/application`` — what the portal grants: ``{"privileged_intents": ["GUILD_MEMBERS",
    "GUILD_PRESENCES", "MESSAGE_CONTENT"]}`` → 200 ``{application}``; none at first, and asking for one is then 4014
    ``POST /developer/switches/{name}`` → 204: what the program around the stand-in offers ("kill the engine now")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.people.acting import ActingHandlers
from bot.sandbox.people.administering import AdministeringHandlers
from bot.sandbox.people.asking import answering
from bot.sandbox.people.reading import ReadingHandlers

if TYPE_CHECKING:
    from aiohttp import web

    from bot.sandbox.world.crowd import Crowd
    from bot.sandbox.world.feed import EventFeed
    from bot.sandbox.world.local_discord import LocalDiscord


def add_to(app: web.Application, local: LocalDiscord, crowd: Crowd, feed: EventFeed) -> None:
    reading, acting, administering = ReadingHandlers(local, crowd), ActingHandlers(local), AdministeringHandlers(local)
    app.router.add_get("/people", reading.people)
    for method, path, handler in (*reading.routes(), *acting.routes(), *administering.routes()):
        app.router.add_route(method, r"/people/{me:\d+}" + path, answering(handler, local, feed))
