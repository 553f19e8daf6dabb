"""Run the whole corpus, the tables and the whole public tag list through the filter; print every refusal and leak.

``python -m tests.sweep`` (``make sweep``); the exit status is 1 where something leaks or too much is refused.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from bot.safety.text.concepts import LANGUAGES, glue
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import real_words, shipped
from engine.grammar import plain_text
from tests.bot.safety import concept_disguises, corpus, usual_words
from tests.bot.safety.test_corpus import MAX_REFUSED
from tests.bot.safety.test_names import NAMES, drawn_names, refused_requests
from tests.bot.safety.test_usual_words import popular_lists, verdict_of

DISGUISED_CONCEPTS = 60_000
LISTS = 10_000


def sweep_corpus() -> bool:
    """Try every attempt; print the leaks.

    Returns:
        Whether none got through.
    """
    attempts = corpus.attempts()
    rules: Counter[str] = Counter()
    leaks = 0
    for attempt in attempts:
        verdict = corpus.verdict(attempt)
        rules[verdict.rule] += 1
        if verdict.allowed:
            leaks += 1
            print(f"LEAK at {attempt.rating} through {attempt.gatekeeper}: {attempt.text}")
    print(f"{len(attempts):,} disguised words: {leaks:,} leaks; refused by rule: {dict(rules)}")
    return leaks == 0


def sweep_tags() -> bool:
    """Ask for every public tag at safe; print those that are refused although our table leaves them at safe.

    Returns:
        Whether they are few enough; also where there is no list.
    """
    if not corpus.TAG_LIST.exists():
        print(f"{corpus.TAG_LIST} is not there; the public tags were not tried.")
        return True
    tags = [tag for tag in corpus.public_tags() if corpus.words().level(tag.replace("_", " ")) == "safe"]
    refused = 0
    for tag in tags:
        if rule := corpus.refused_tag(tag):
            refused += 1
            print(f"refused by the rule {rule}: {tag}")
    print(f"{len(tags):,} tags that the table leaves at safe: {refused:,} refused ({refused / len(tags):.3%})")
    return refused <= MAX_REFUSED * len(tags)


def sweep_concepts() -> bool:
    """Dress up the table of concepts; print what is no longer found.

    Returns:
        Whether nothing got through.
    """
    lexicon = Lexicon(shipped(), real_words(), glue=glue())
    tried = concept_disguises.sample(DISGUISED_CONCEPTS, seed=1)
    leaks = [found for found in tried if not concept_disguises.holds(lexicon.read(plain_text(found.text)), found.term)]
    for found in leaks:
        print(f"LEAK of {found.term.concept} in {found.term.language}, {found.disguise}: {found.text}")
    print(f"{len(tried):,} disguised concepts: {len(leaks):,} leaks")
    return not leaks


def sweep_usual_words() -> bool:
    """Ask for the most frequent words of each language at safe; print the refused ones.

    Returns:
        Whether they are those of the tables, and few.
    """
    held = True
    for language in LANGUAGES:
        refused = usual_words.refused(language)
        print(f"{language}: {len(refused.listed)} of {usual_words.WORDS:,} words refused: {' '.join(refused.listed)}")
        if refused.others:
            print(f"{language}: refused although no table has them: {' '.join(refused.others)}")
        held = held and not refused.others and len(refused.listed) <= usual_words.MOST_REFUSED
    return held


def sweep_lists() -> bool:
    """Ask for random lists of popular harmless tags at safe and at sensitive; print the refused ones.

    Returns:
        Whether there are none; also where there is no list of tags.
    """
    if not corpus.TAG_LIST.exists():
        return True
    refused = 0
    for typed in popular_lists(LISTS):
        for rating in ("safe", "sensitive"):
            verdict = verdict_of(rating, typed)
            if not verdict.allowed:
                refused += 1
                print(f"refused at {rating} by the rule {verdict.rule}: {typed}")
    print(f"{LISTS:,} lists of harmless tags at two ratings: {refused:,} refused")
    return refused == 0


def sweep_names() -> bool:
    """Ask for people whose names no list has, and for what people ask for every day; print the counts.

    Returns:
        Whether no name of other than ordinary words was drawn.
    """
    leaks, ordinary = drawn_names()
    print(f"{NAMES:,} names at sensitive: {len(leaks)} leaks; {len(ordinary)} of ordinary words drawn: {ordinary}")
    requests, refused = refused_requests()
    counted = ", ".join(f"{len(texts)} at {rating}" for rating, texts in refused.items())
    print(f"{len(requests)} everyday requests: refused {counted}")
    return not leaks


if __name__ == "__main__":
    argparse.ArgumentParser(prog="make sweep", description=__doc__).parse_args()
    held = [sweep_concepts(), sweep_usual_words(), sweep_lists(), sweep_names(), sweep_corpus(), sweep_tags()]
    sys.exit(0 if all(held) else 1)
