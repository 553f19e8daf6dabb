"""What `/help` says, with examples that work as they stand."""

from __future__ import annotations

from bot.sentences.sentence import fixed

HELP = fixed(
    "help.HELP",
    """\
## Drawing with Eshi
Type `/imagine` and fill in what you like; everything is optional but one of subject, character, series or tags.
- **subject**: who is in it: `1girl`, `2girls`, `no humans`; several are separated by `;`, here and in names
- **character** and **series**: pick from the suggestions; a character brings series and subject along
- **tags**: the rest, separated by commas: `smile, night, looking at viewer`; suggestions complete the last one
- **rating**: how daring it may be; `safe` unless you say otherwise, and never above what this channel allows
- **negative**: what should not be in it

## Examples
`/imagine character:hatsune miku tags:smile, waving, outdoors`
`/imagine subject:no humans tags:scenery, mountain, sunset, cloud shape:landscape 7:4`
`/imagine subject:1girl tags:{red|blue} hair, (smile:1.2), [hat] count:4 seed:7`

## Weights
`(smile:1.3)` is stronger, `[hat]` weaker, `\\(` is a bracket, `BREAK` starts a new thought.
`{red|blue} hat` picks one of the two, `__hair__` something about hair, and what was picked stays.

## Before drawing
`/prompt preview` shows you alone what the model would read, and why; `/prompt check` reads what you paste.

## From a picture
`/remix` reads the recipe out of a picture file into a form that you can change and draw; **Apps → Remix** in a
message's menu does it with the picture there. It knows pictures from here, WebUI, Forge and Civitai.

## What is yours
`/me defaults set` says what you mean where you leave an option out (`style:none` draws without your style once).
`/me favourite save name:sunset text:orange sky, sunset` lets you type `@sunset` in your tags.
`/me export` gives you everything that is stored about you, `/me forget` deletes it; `/about` says what that is.

## While you wait
`/queue` shows what you have in line: cancel it, hold it, or move it before your others.
**Tell me when done** pings you if it took more than a minute; `/me tell when_done:True` does it for everything.
`/show` brings any of your pictures back, also one whose message is gone.

## Under every picture
**Reroll** draws it again with other seeds, **Edit** lets you change it first; both become *your* picture.
**Recipe** shows exactly how it was made. **Spoiler** and **Delete** are for whoever asked for it, and for moderators.
**Report** hides what should not be there until a moderator has looked.

## For a server's admins
`/settings show` decides what may be drawn where and by whom, how much may wait, and whose share is larger.
""",
)
