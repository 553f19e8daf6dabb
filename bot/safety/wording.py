"""What the words of a request are refused for: the lists say what, this says where and at which rating."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Protocol

from bot.prompt.terms import has_place
from bot.prompt.usual_words import english
from bot.safety.added_terms import added_terms
from bot.safety.known_words import KnownWords
from bot.safety.naming import MOST, NOTHING_TOLD, words_with
from bot.safety.question_texts import (
    MAX_CHARS,
    as_text,
    asked_texts,
    avoided_texts,
    is_too_long,
    stated_ages,
    tag_key,
    tags_in,
)
from bot.safety.ratings import exceeds, highest, is_rating
from bot.safety.text.ages import OF_AGE, ages
from bot.safety.text.concepts import glue
from bot.safety.text.forms import fold, forms, words_of
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import Kind, Mark, combinations, real_words, shipped, usual_negative
from bot.safety.verdict import Step, passed, text_step
from bot.sentences import gate as says
from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.config import Rating
    from bot.safety.gate_question import GateQuestion
    from bot.safety.known_words import KnownTag
    from bot.safety.naming import Telling
    from bot.safety.policy import OperatorPolicy
    from bot.sentences.sentence import Sentence

_TOO_LONG = says.too_long(MAX_CHARS)
REMEMBERED_TAGS = 32_768
"""The tags that a server's members use are few; what was found of one is not looked up again."""
MAX_NAME_WORDS = 4
"""Names are looked for among this many neighbouring words of a tag that is none."""


class TagKnowledge(Protocol):
    """As much of the vocabulary as the filter asks."""

    def entry(self, text: str, /) -> KnownTag | None:
        """Find a tag by its name or an alias, however it is spelled."""
        ...

    def knows_word(self, word: str, /) -> bool:
        """Tell whether a word stands in any tag; one that does is no misspelling."""
        ...


class _Nothing:
    def entry(self, _text: str, /) -> None:
        return None

    def knows_word(self, _word: str, /) -> bool:
        return False


class TextFilter:
    """The lists, the vocabulary and the checkpoint's tokenizer, ready to read."""

    def __init__(self, vocabulary: TagKnowledge | None, decode: Callable[[str], str] | None = None) -> None:
        """Read the lists.

        Args:
            vocabulary: What is known of tags, characters and series; None knows nothing, so that at nsfw and explicit
                only what the lists place is drawn.
            decode: Gives a text as the checkpoint's tokens spell it; None where no tokenizer is at hand.
        """
        known = vocabulary or _Nothing()
        self._lookup = lru_cache(maxsize=REMEMBERED_TAGS)(known.entry)
        self._decode = decode
        self._lexicon = Lexicon(shipped(), real_words(), self._is_word, glue=glue(), named=self._is_name)
        self._knows_word = known.knows_word
        self._known = KnownWords(self._lookup, self._has_level, self._lexicon.has_term)
        self._added = lru_cache(maxsize=256)(added_terms)
        self._aliased = lru_cache(maxsize=REMEMBERED_TAGS)(self._find_aliased)
        self._entered = lru_cache(maxsize=REMEMBERED_TAGS)(self._find_entries)
        self._read = lru_cache(maxsize=1024)(self._find)
        for ready in (english, combinations, usual_negative):
            ready()  # the event loop is not to wait for a file
        ages("she is 20, born in 1990")

    def _is_word(self, word: str) -> bool:
        return word in english() or self._knows_word(word)

    def _is_name(self, tag: str) -> bool:
        """Tell whether a tag is the name of somebody or of a series; one word alone is read as what it says."""
        entry = self._lookup(tag.strip()) if " " in tag.strip() else None
        return entry is not None and entry.kind in ("character", "series")

    def _has_level(self, tag: str) -> bool:
        return self._lexicon.has_term(tag, Kind.LEVEL)

    def asks_for(self, gate_question: GateQuestion) -> Rating:
        """Give the rating that is asked for: the option's, or a higher one that the words name.

        Words that are too many are not read: `steps` refuses them.
        """
        if is_too_long(gate_question):
            return gate_question.rating
        named = (mark for text in asked_texts(gate_question) for mark in self._read(text) if mark.kind is Kind.RATING)
        return highest(gate_question.rating, *_ratings(named))

    def level(self, tag: str) -> Rating:
        """Tell which rating a tag belongs to at least; what the table does not place is safe."""
        return _level(self._lexicon.read(tag))

    def offers(self, tag: KnownTag, allowed: Rating) -> bool:
        """Tell whether a suggestion may be made where this rating is the highest: never what the gate would refuse."""
        marks = self._lexicon.read_known(tag.name)
        found = {mark.kind for mark in marks}
        needed = highest("safe", *_ratings(mark for mark in marks if mark.kind is Kind.LEVEL))
        if Kind.NEVER in found or tag.real_person or exceeds(needed, allowed):
            return False
        if allowed == "safe":
            return True
        return not (tag.child or found & {Kind.MINORS, Kind.PEOPLE} or self._known.unknown(tag.name, allowed))

    def steps(
        self,
        gate_question: GateQuestion,
        asked: Rating,
        operator: OperatorPolicy,
        denied: tuple[str, ...],
        telling: Telling = NOTHING_TOLD,
    ) -> Iterator[Step]:
        """Give every rule about words that this rating has, in the order in which they decide.

        Args:
            gate_question: What is asked for.
            asked: As `asks_for` gives it.
            operator: For reviewed adults, real people and denied tags.
            denied: The server's denied tags.
            telling: Which words a refusal may name, and what it may advise.
        """
        fits = not is_too_long(gate_question)
        yield Step("length", fits, _TOO_LONG)
        if not fits:
            return
        asks, avoids = asked_texts(gate_question), avoided_texts(gate_question)
        positive = _NO_MARKS.union(*map(self._read, asks))
        steered = _NO_MARKS.union(*map(self._read, avoids))
        prompt, avoided = {mark.kind for mark in positive}, {mark.kind for mark in steered}
        added = self._added(operator.people, operator.denied)
        named = _NO_MARKS.union(*[added.read(as_text(text)) for text in asks])
        grave = self._grave(gate_question)
        guarding_step = partial(self._guarding_step, telling)
        yield text_step(
            "never",
            Kind.NEVER in prompt | avoided,
            says.NEVER_DRAWN,
            strike=any(mark.kind is Kind.NEVER for mark in grave),
        )
        yield self._denied_step((*asks, *avoids), added, self._added((), denied), telling)
        strike = any(mark.kind is Kind.LEVEL for mark in grave)
        yield self._level_step(asks, _level(positive), gate_question, telling, strike=strike)
        if not exceeds(asked, "sensitive"):
            kinds = {Kind.UNDRESS, Kind.UNDERCLOTHES} if asked == "sensitive" else {Kind.UNDRESS}
            yield self._undressing_step(avoids, avoided & kinds, telling)
        entries = list(self._entries(gate_question))
        says_age = any(age < OF_AGE for age in stated_ages(asks))
        if exceeds(asked, "safe"):
            young = says_age or Kind.MINORS in prompt | avoided
            yield guarding_step("minors", young, says.MINORS, kind=Kind.MINORS, texts=(*asks, *avoids))
            grown = Kind.GROWN in avoided or stated_ages(avoids)
            yield guarding_step("age", grown, says.AVOIDS_AGE, kind=Kind.GROWN, texts=avoids)
            yield _children_step(entries, telling)
            real = Kind.PEOPLE in prompt or Mark(Kind.PEOPLE) in named or any(entry.real_person for entry in entries)
            yield guarding_step("people", real, says.REAL_PEOPLE, kind=Kind.PEOPLE, texts=asks)
        if exceeds(asked, "sensitive"):
            young = Kind.YOUTHFUL in prompt or any(together <= positive for together in combinations())
            yield guarding_step("youth", young, says.LOOKS_YOUNG, kind=Kind.YOUTHFUL, texts=asks)
            yield self._adults_step(gate_question, operator.adults)
        named_child = any(mark.kind is Kind.MINORS and not mark.likeness for mark in positive)
        if exceeds(asked, "safe") or says_age or named_child or any(entry.child for entry in entries):
            yield self._known_step(gate_question, asked, operator.adults)
        elif not operator.tagger:
            yield self._written_step(gate_question)

    def _guarding_step(
        self, telling: Telling, rule: str, refused: object, sentence: Sentence, *, kind: Kind, texts: tuple[str, ...]
    ) -> Step:
        """Decide by a list that guards people; its words are named where whoever asks may hear of them."""
        if not (refused and telling.guards):
            return text_step(rule, refused, sentence)
        about = self._named(texts, partial(_holds, self._lexicon, frozenset({kind})), telling)
        return text_step(rule, refused, says.about_words(sentence, about) if about else sentence)

    def _denied_step(self, texts: tuple[str, ...], operators: Lexicon, servers: Lexicon, telling: Telling) -> Step:
        """Say who denied what is denied, and name it; the operator's list is looked at first."""
        lists: tuple[tuple[says.Denier, Lexicon], ...] = (("operator", operators), ("server", servers))
        for by, lexicon in lists:
            if any(mark.kind is Kind.DENIED for text in texts for mark in lexicon.read(as_text(text))):
                denies = partial(_holds, lexicon, frozenset({Kind.DENIED}))
                named = self._named(texts, denies, telling)
                return Step("denied", allowed=False, sentence=says.denied_words(named, by))
        return passed("denied")

    def _level_step(
        self, texts: tuple[str, ...], needed: Rating, gate_question: GateQuestion, telling: Telling, *, strike: bool
    ) -> Step:
        """Decide by the rating that the words need."""
        if not exceeds(needed, gate_question.rating):
            return passed("tags")
        sentence = self._needs(texts, needed, gate_question, telling)
        return Step("tags", allowed=False, sentence=sentence, strike=strike)

    def _needs(self, texts: tuple[str, ...], needed: Rating, gate_question: GateQuestion, telling: Telling) -> Sentence:
        """Say which rating words need, which of them, and what may be done about it here."""
        named = self._named(texts, lambda phrase: _level(self._read(phrase)) == needed, telling)
        can_have = telling.highest is not None and not exceeds(needed, telling.highest)
        return says.words_need_rating(named, needed, gate_question.rating, can_have, telling.highest)

    def _undressing_step(self, avoids: tuple[str, ...], kinds: set[Kind], telling: Telling) -> Step:
        if not kinds:
            return passed("negative")
        named = self._named(avoids, partial(_holds, self._lexicon, frozenset(kinds)), telling)
        return Step("negative", allowed=False, sentence=says.undressing_words(named))

    def _named(self, texts: tuple[str, ...], is_meant: Callable[[str], bool], telling: Telling) -> tuple[str, ...]:
        """Name the words that a rule is about, as far as this place may read them."""
        if telling.nameable is None:
            return ()
        return tuple([words for words in words_with(texts, is_meant) if self._may_be_read(words, telling.nameable)])

    def _may_be_read(self, words: str, nameable: Rating) -> bool:
        marks = self._read(words)
        hushed = any(mark.kind in (Kind.NEVER, Kind.RATING) for mark in marks)
        return not hushed and not exceeds(highest("safe", *_ratings(marks)), nameable)

    def _grave(self, gate_question: GateQuestion) -> frozenset[Mark]:
        """Give what a person typed that nobody types by mistake, and no likeness: never terms, nsfw, explicit."""
        typed = self._read(gate_question.typed) | {
            mark for mark in self._read(gate_question.typed_negative) if mark.kind is Kind.NEVER
        }
        return frozenset(
            mark
            for mark in typed
            if not mark.likeness
            and (mark.kind is Kind.NEVER or (mark.kind is Kind.LEVEL and mark.detail in ("nsfw", "explicit")))
        )

    def _adults_step(self, gate_question: GateQuestion, adults: frozenset[str]) -> Step:
        """At nsfw and explicit only characters are drawn that somebody reviewed."""
        reviewed_adults = {tag_key(name) for name in adults}
        own = {*tags_in(gate_question.own), gate_question.rating}
        named = any(tag_key(name) not in reviewed_adults for name in gate_question.characters)
        for item in (*tags_in(gate_question.prompt), *map(tag_key, gate_question.characters)):
            if item in own or item in reviewed_adults or has_place(item):
                continue
            entry = self._lookup(item)
            named = named or (
                entry is not None and entry.kind == "character" and tag_key(entry.name) not in reviewed_adults
            )
        return Step("adults", not named, says.REVIEWED_ONLY)

    def _known_step(self, gate_question: GateQuestion, rating: Rating, adults: frozenset[str]) -> Step:
        """Where nothing else guards, only words are read that somebody vouches for, in the person's negative too.

        There a word that nobody knows could name a person, or steer away from grown-ups in a language that no list has.
        """
        own = {*tags_in(gate_question.own), gate_question.rating, *map(tag_key, adults), *_of_loras(gate_question)}
        asked = (*tags_in(gate_question.prompt), *map(tag_key, gate_question.characters))
        unknown = [word for item in asked if item not in own for word in self._known.unknown(item, rating)]
        avoided = [item for item in tags_in(gate_question.typed_negative) if not self._known_to_avoid(item)]
        unknown += [word for item in avoided for word in self._known.unknown(item, rating)]
        return _vouched(unknown)

    def _written_step(self, gate_question: GateQuestion) -> Step:
        """Where nothing looks at pictures, the prompt of a safe request is written without unknown words.

        So whoever composes leaves them out; one that is there all the same came through a door that does not, or was
        written while pictures were rated.
        """
        own = {*tags_in(gate_question.own), gate_question.rating, *_of_loras(gate_question)}
        # a style may have a place for tags, and then its words touch them
        their_words = words_of(fold(gate_question.own))
        items = [item for item in tags_in(gate_question.prompt) if item not in own]
        unknown = (word for item in items for word in self._known.unknown(item, "safe"))
        return _vouched(word for word in unknown if word not in their_words)

    def never_asked(self, text: str, highest_drawn: Rating) -> bool:
        """Tell whether a text holds what no request may ask for where this rating is the highest."""
        marks = self._read(text)
        return any(mark.kind is Kind.NEVER for mark in marks) or exceeds(_level(marks), highest_drawn)

    def not_for_a_lora(self, text: str, highest_drawn: Rating) -> bool:
        """Tell whether words may not be declared for a LoRA: the lists that guard people are not to be got round.

        Args:
            text: The words.
            highest_drawn: The LoRA's own rating.
        """
        marks = self._read(text)
        guarding = {Kind.NEVER, Kind.RATING, Kind.MINORS, Kind.GROWN, Kind.YOUTHFUL, Kind.PEOPLE}
        entry = self._lookup(tag_key(text))
        named = entry is not None and (entry.child or entry.real_person)
        return (
            named
            or any(mark.kind in guarding for mark in marks)
            or bool(stated_ages((text,)))
            or exceeds(_level(marks), highest_drawn)
        )

    def never_avoided(self, text: str) -> bool:
        """Tell whether a negative prompt steers away from what none below nsfw may steer away from, or from adults."""
        return bool({mark.kind for mark in self._read(text)} & {Kind.NEVER, Kind.UNDRESS, Kind.GROWN})

    def unknown_words(self, tag: str) -> tuple[str, ...]:
        """Give the words of a tag that are not drawn at safe where nothing rates pictures."""
        return self._known.unknown(tag_key(plain_text(tag)), "safe")

    def _known_to_avoid(self, item: str) -> bool:
        """Tell whether somebody vouches for a word of a negative prompt."""
        listed = any(self._lexicon.has_term(item, kind) for kind in (Kind.LEVEL, Kind.UNDRESS, Kind.UNDERCLOTHES))
        return listed or item in usual_negative() or has_place(item) or self._lookup(item) is not None

    def _find(self, text: str) -> frozenset[Mark]:
        """Read a text as the model does, and what its known tags are aliases of."""
        plain = as_text(text)
        found = self._lexicon.read(plain)
        found = found.union(*map(self._aliased, tags_in(text)))
        if self._decode is not None:
            found |= self._lexicon.read(self._decode(plain))
        return found

    def _find_aliased(self, item: str) -> frozenset[Mark]:
        """Read the tag that another one is an alias of."""
        entry = self._lookup(item)
        return self._lexicon.read(entry.name) if entry is not None and entry.name != item else _NO_MARKS

    def _entries(self, gate_question: GateQuestion) -> Iterator[KnownTag]:
        """Find what the vocabulary knows among the words."""
        for item in (*tags_in(gate_question.prompt), *gate_question.characters):
            yield from self._entered(item)

    def _find_entries(self, item: str) -> tuple[KnownTag, ...]:
        """Find what the vocabulary knows of a tag: the whole of it first, else names inside of it."""
        found: list[KnownTag] = []
        for form in forms(item):
            entry = self._lookup(form)
            found += [entry] if entry is not None else self._names(words_of(form))
        return tuple(found)

    def _names(self, words: Sequence[str]) -> Iterator[KnownTag]:
        for start in range(len(words)):
            for end in range(start + 1, min(start + MAX_NAME_WORDS, len(words)) + 1):
                entry = self._lookup(" ".join(words[start:end]))
                if entry is not None:
                    yield entry


def _holds(lexicon: Lexicon, kinds: frozenset[Kind], words: str) -> bool:
    return any(mark.kind in kinds for mark in lexicon.read(words))


def _of_loras(gate_question: GateQuestion) -> Iterator[str]:
    """Give the words that the operator declared for the LoRAs of a request; above its rating none is drawn with."""
    for lora in gate_question.loras:
        for words in lora.words:
            yield from tags_in(words)


def _children_step(entries: Iterable[KnownTag], telling: Telling) -> Step:
    children = tuple(dict.fromkeys(entry.name for entry in entries if entry.child))
    told = children[:MOST] if telling.nameable is not None else ()
    return text_step("character", children, says.drawn_at_safe_only(told))


def _vouched(unknown: Iterable[str]) -> Step:
    words = tuple(dict.fromkeys(unknown))
    if not words:
        return passed("vocabulary")
    return Step("vocabulary", allowed=False, sentence=says.only_known(words))


_NO_MARKS: frozenset[Mark] = frozenset()


def _level(marks: Iterable[Mark]) -> Rating:
    """Give the rating that the tables place words at; what they do not place is safe."""
    return highest("safe", *_ratings(mark for mark in marks if mark.kind is Kind.LEVEL))


def _ratings(marks: Iterable[Mark]) -> list[Rating]:
    return [mark.detail for mark in marks if is_rating(mark.detail)]
