"""A request to the prompt and the negative prompt that the model reads, with notes on what was done to the words."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from bot.prompt import presets as preset
from bot.prompt import tags, terms
from bot.prompt.dialects import Dialect, Place, usual
from bot.prompt.order import place
from bot.prompt.tags import shown
from bot.prompt.terms import key, unknown
from bot.sentences import prompt as says
from bot.sentences.quoting import short
from engine.grammar import BREAK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.config import Rating
    from bot.prompt.order import OrderedLine
    from bot.prompt.presets import Presets
    from bot.prompt.terms import Kind
    from bot.request import Request
    from bot.sentences.prompt import Free, NoteKind
    from bot.sentences.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was done to somebody's words, or found in them."""

    kind: NoteKind
    sentence: Sentence
    """For the person who wrote them."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What the engine is sent, and what the person who asked may want to know of it."""

    prompt: str
    negative_prompt: str
    notes: tuple[Note, ...]
    left_out: tuple[str, ...] = ()
    """Words that were asked for and are not drawn (`bot.prompt.leaving_out`)."""


def _as_usual(_model: str) -> Dialect:
    return usual()


def compose(
    request: Request, presets: Presets, kind: Kind = unknown, dialect_of: Callable[[str], Dialect] = _as_usual
) -> Composed:
    """Write a request the way the model was trained to read it.

    The order is the dialect's; the model card's is subject, characters, series, rating, everything else (the style
    last), year, quality. Each field is read and closed alone, so nothing in one reaches into another. No tag of the
    person's is lost silently: it is in the prompt, or a note says why not. A request whose tags are the written prompt
    composes to that prompt again.

    Raises:
        InvalidRequest: A preset that the request names is gone.
    """
    dialect = dialect_of(request.model)
    quality = preset.pick(presets.quality, "quality", request.quality).prompt
    quality = dialect.quality.get(request.quality, quality)
    negative = preset.pick(presets.negative, "negative_preset", request.negative_preset).negative
    negative = dialect.negative.get(request.negative_preset, negative)
    style = preset.pick(presets.style, "style", request.style) if request.style else preset.NO_STYLE
    notes: list[Note] = []
    unsaid: list[Note] = []  # what happens to our own words is no news to anybody

    seen: set[str] = set()
    line = place(_typed(request.tags, "tags", kind, notes), kind, named=bool(request.character or request.series))
    if line.breaks_dropped:
        notes.append(_break_note("tags"))
    subject = tags.names(request.subject)
    counts = _once((*subject, *line.counts), seen, notes)
    typed = (name for field in (request.character, request.series) for name in _names(field, kind, notes))
    names = _once((*typed, *line.names), seen, notes)
    notes.extend(_rating_notes(request.rating, line.ratings))
    late, others = _late_counts(_once(line.others, seen, notes), notes)
    counts += late
    before, placed, after = style.prompt.partition(preset.PLACE)
    if placed:
        others = _around(before, others, after, kind, seen)
    else:
        others += _once(_preset(style.prompt, kind), seen, unsaid)
    year = _year(request.year, line.years, notes, dialect)
    enhancing = _once(_preset(quality, kind), seen, unsaid)
    places: dict[Place, Iterable[str]] = {
        "counts": counts,
        "names": names,
        "rating": [dialect.ratings[request.rating]],
        "tags": others,
        "year": year,
        "quality": _quality(enhancing, line.quality, notes),
    }
    prompt = [dialect.spelled(item) for place in dialect.order for item in places[place]]
    notes.extend(_moved(line, request, {key(item) for item in (*subject, *enhancing)}))

    ours = dialect.required_at(request.rating), _preset(negative, kind), _preset(style.negative, kind)
    negative_prompt = _avoided(ours, request.negative, kind, notes)
    notes.extend(_contradictions([key(count) for count in counts], _keys(prompt), _keys(negative_prompt)))
    return Composed(tags.join(prompt), tags.join(negative_prompt), tuple(notes))


def _avoided(ours: Iterable[Iterable[str]], typed: str, kind: Kind, notes: list[Note]) -> list[str]:
    """Write the negative prompt: our own words first, and then what was typed."""
    avoided: set[str] = set()
    unsaid: list[Note] = []
    written = [item for items in ours for item in _once(items, avoided, unsaid)]
    own = _typed(typed, "negative", kind, notes)
    kept = tags.inner_breaks(own)
    if len(kept) < len(own):
        notes.append(_break_note("negative"))
    return written + _once(kept, avoided, notes)


def _typed(text: str, field: Free, kind: Kind, notes: list[Note]) -> Sequence[str]:
    """Read one of the two free fields."""
    read = tags.read(text, kind)
    if read.closed:
        notes.append(Note("closed", says.bracket_closed(field)))
    notes.extend(_escape_note(tag) for tag in read.escaped)
    notes.extend(Note("dropped", says.says_nothing(short(item))) for item in read.empty)
    return read.items


def _names(text: str, kind: Kind, notes: list[Note]) -> Sequence[str]:
    names = tags.names(text, kind)
    if "\\" not in text:
        notes.extend(_escape_note(name) for name in names if "\\" in name)
    return names


def _escape_note(tag: str) -> Note:
    return Note("escaped", says.brackets_escaped(shown(tag)))


def _break_note(field: Free) -> Note:
    return Note("dropped", says.break_dropped(field))


def _around(before: str, others: list[str], after: str, kind: Kind, seen: set[str]) -> list[str]:
    """Put tags where a style has its place for them: what touches that place stays beside them, without a comma."""
    unsaid: list[Note] = []
    front, back = _once(_preset(before, kind), seen, unsaid), _once(_preset(after, kind), seen, unsaid)
    middle = [item for item in others if item]
    if middle and front and not before.rstrip(" ").endswith(","):
        middle[0] = f"{front.pop()} {middle[0]}"
    if middle and back and not after.lstrip(" ").startswith((",", ".")):
        middle[-1] = f"{middle[-1]} {back.pop(0)}"
    return [*front, *middle, *back]


@lru_cache(maxsize=256)  # of all presets there are fewer, and every request has three
def _preset(text: str, kind: Kind) -> Sequence[str]:
    return tuple(item for item in tags.read(text.replace(preset.PLACE, ""), kind).items if item != BREAK)


def _moved(line: OrderedLine, request: Request, given: set[str]) -> Iterator[Note]:
    """Say what stands elsewhere than it was typed; what was given besides, or gave way, is said with that."""
    year = request.year or next(iter(line.years), None)
    for item in line.moved:
        tag = key(item)
        if tag in given:
            continue
        if terms.is_count(tag):
            home = "counts"
        elif terms.is_quality(tag):
            home = "quality"
        elif terms.rating(tag) == request.rating:
            home = "rating"
        elif year is not None and terms.year(tag) == year:
            home = "year"
        else:
            continue
        yield Note("moved", says.moved(shown(item), home))


def _once(items: Iterable[str], seen: set[str], notes: list[Note]) -> list[str]:
    """Leave out of a field what stands there already, inside groups too; after a BREAK a tag may stand once more.

    What is kept is added to ``seen``.
    """
    kept: list[str] = []
    section = seen
    waiting = deque(items)
    while waiting:
        item = waiting.popleft()
        pieces = tags.opened(item)
        found = [key(piece) for piece in pieces]
        if item == BREAK and (not kept or kept[-1] == BREAK):  # else it would cut the field before, or nothing
            notes.append(Note("dropped", says.BREAK_BEFORE_ALL))
            continue
        if item == BREAK:
            section = set[str]()
        elif len(pieces) > 1 and (len(set(found)) < len(found) or not section.isdisjoint(found)):
            waiting.extendleft(reversed(pieces))
            continue
        elif len(pieces) == 1 and found[0] in section:
            notes.append(Note("dropped", says.there_already(shown(item))))
            continue
        kept.append(item)
        section.update(found)
        seen.update(found)
    if kept and kept[-1] == BREAK:  # of a group that was opened: what stood alone at the end is gone before
        kept.pop()
        notes.append(Note("dropped", says.BREAK_AFTER_ALL))
    return kept


def _late_counts(others: Sequence[str], notes: list[Note]) -> tuple[list[str], list[str]]:
    """Tell the count tags apart that stand behind no BREAK any more, because what stood before it was dropped."""
    cut = others.index(BREAK) if BREAK in others else len(others)
    late = [item for item in others[:cut] if terms.is_count(key(item))]
    notes.extend(Note("moved", says.moved(shown(item), "counts")) for item in late)
    return late, [item for item in others[:cut] if item not in late] + list(others[cut:])


def _rating_notes(rating: Rating, typed: Sequence[Rating]) -> Iterator[Note]:
    """Say what became of the ratings among the tags; the request's holds, since the gate has judged it."""
    for other in typed:
        if other != rating:
            yield Note("overruled", says.other_rating(rating, other))


def _year(chosen: int | None, typed: Sequence[int], notes: list[Note], dialect: Dialect) -> list[str]:
    years = [*([] if chosen is None else [chosen]), *typed]
    notes.extend(Note("overruled", says.other_year(years[0], other)) for other in years[1:] if other != years[0])
    return [word for year in years[:1] if (word := dialect.year_word(year))]


def _quality(preset_items: Sequence[str], typed: Sequence[str], notes: list[Note]) -> Iterable[str]:
    """Write every quality tag once: in the preset's place, with the weight that the person gave it."""
    written = {key(item): item for item in preset_items}
    named: set[str] = set()
    for item in typed:
        tag = key(item)
        if tag in written:
            notes.append(Note("dropped", says.quality_already(shown(item))))
        if tag not in named:
            written[tag] = item
        named.add(tag)
    return written.values()


def _keys(items: Iterable[str]) -> list[str]:
    return [key(piece) for item in items for piece in tags.opened(item) if piece != BREAK]


def _contradictions(counts: Sequence[str], prompt: Sequence[str], negative: Sequence[str]) -> Iterator[Note]:
    """Name what cannot be true together; nobody but the person who asked can say which was meant."""

    def both(first: str, second: str) -> Note:
        return Note("contradiction", says.contradict(first, second))

    people = [count for count in counts if count != "no humans"]
    if "no humans" in counts:
        yield from (both("no humans", count) for count in (*people, *(tag for tag in prompt if tag == "solo")))
    for who in ("girl", "boy", "other"):
        same = [count for count in people if count.rstrip("s").endswith(who)]
        for first, second in combinations(same, 2):
            crowd = {first, second} - {f"multiple {who}s"}
            if len(crowd) > 1 or f"1{who}" in crowd:
                yield both(first, second)
    if "solo" in prompt and (len(people) > 1 or any(not count.startswith("1") for count in people)):
        yield both("solo", next((count for count in people if not count.startswith("1")), people[-1]))
    for tag in dict.fromkeys(tag for tag in prompt if tag in set(negative)):
        yield Note("contradiction", says.in_both(tag))
