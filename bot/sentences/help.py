"""What `/help` says, with examples that work as they stand.

A command between backticks is made pressable where its id is known.
"""

from __future__ import annotations

from bot.sentences.sentence import fixed

HELP = fixed(
    "help.HELP",
    """\
## Drawing with Eshi
Type `/imagine` and what you want to see, in free words or as tags. A name or `1girl` alone is enough.
- **prompt**: `a girl with red hair at night`, or `hatsune miku, smile`. Suggestions complete the last words.
- **character** and **series**: names from the suggestions. A character fills in series and subject.
- **subject**: who is in the picture, such as `1girl` or `no humans`. Separate several with `;`.
- **rating**: the content rating. It is `safe` unless you choose another, and never above what this channel allows.
- **negative**: what you do not want in the picture.
A name, a series or a rating between commas in the prompt counts like its option. If you fill in both, the option wins.

## Three examples
**A character.** `/imagine prompt:hatsune miku, smile, waving, outdoors`
Her series and `1girl` are filled in.
**A landscape.** `/imagine prompt:no humans, mountain, sunset, cloud shape:landscape 7:4`
A wide picture without people.
**Four pictures.** `/imagine prompt:1girl, {red|blue} hair, (smile:1.2), [hat] count:4 seed:7`
Eshi picks red or blue. The smile is stronger, the hat is weaker, and the seed repeats it.

## Weights and choices
`(smile:1.3)` is stronger, `[hat]` is weaker, and `\\(` is a plain bracket. `BREAK` starts a new chunk.
`{red|blue} hat` picks one of the two. `__hair__` picks a random hair tag. The pick is kept in the recipe.

## Before you draw
`/prompt preview` shows you alone what the model would read, and why.
`/prompt check` reads a prompt from another program and lists what Eshi cannot use.

## From a picture
`/remix` reads the recipe out of a picture file into a form.
**Apps → Remix** in a message's menu does the same, and asks which of several pictures.

## Your own pictures
`/imagine` with `image` begins with a picture of yours. `/inpaint` draws only a part of it anew.
`/describe` names what a picture shows. What begins with your picture is drawn at `safe` only.
**Repaint** and **Describe** are in a message's **Apps** menu, too.

## Your own things
`/me defaults set` sets your values for options that you leave out. `style:none` draws once without your style.
`/me favourite save` keeps tags under a name: saved as `sunset`, they are used by typing `@sunset`.
`/me export` sends you everything that is stored about you. `/me forget` deletes it, and `/about` explains it.

## While you wait
`/queue` shows your requests. Cancel them, hold them, or move one up.
**Tell me when done** pings you if it took more than a minute. `/me tell` does so for every request.
`/show` shows your earlier pictures again, even if their message is gone.

## Under every picture
**Reroll** draws it again with other seeds. **Edit** shows all of it to change, and keeps the seed. The result is yours.
**Vary …** draws others like one picture, and **Enlarge …** makes one larger. They say what it costs first.
**Extend …** goes on beyond an edge. **Detail …** draws faces, or another part, over at full size.
**Recipe** shows exactly how it was made. Blue buttons draw, and count as a request.
**Draw properly** draws a draft again with all its steps.
**More …** has **Again exactly**, which says first what has changed since.
It has **Spoiler** and **Delete**, for its owner and for moderators, and **Report** for everybody.

## For admins of a server
`/settings show` sets what may be drawn, where and by whom, and the limits of the queue.
`/settings why` explains why something is refused, for a member, a channel and a prompt.
`/settings unlock` lets a locked out member draw again.
`/operator` is for whoever runs this bot alone.
""",
)
