"""Run the whole corpus and the whole public tag list through the filter, and print every refusal and every leak.

``python -m tests.sweep`` (``make sweep``); the exit status is 1 where something leaks or too much is refused.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.bot.safety import corpus
from tests.bot.safety.test_corpus import MAX_REFUSED


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


if __name__ == "__main__":
    held = [sweep_corpus(), sweep_tags()]
    sys.exit(0 if all(held) else 1)
