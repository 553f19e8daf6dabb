"""The terms as a message, and who accepted them."""

import hashlib

import msgspec

from bot import config
from bot.request import Request
from bot.views.terms import licence, terms

REQUEST = Request(subject="1girl", seed=1)


def test_the_licence_is_the_licensors_text():
    """Word for word: 14,103 characters as Stability AI published them, pinned so that no editor improves them."""
    digest = hashlib.sha256(licence()).hexdigest()
    assert digest == "744afca95783155040321a97b52e56e19e38aaf28eb1340e46673ff76f8f719c"


def test_the_longest_additions_fit_into_the_message():
    """Discord takes 4,000 characters in all texts of one message, and 100 in a custom_id."""
    longest = msgspec.convert({"version": "9" * 20, "additions": "x" * 1500}, config.TermsSettings)
    view, file = terms(longest.version, longest.additions, "ABC123", accepted_at=None)
    assert view.content_length() <= 4000
    assert file.filename == "licence.txt"
    assert all(len(getattr(item, "custom_id", None) or "") <= 100 for item in view.walk_children())


async def test_each_version_is_accepted_once(store):
    """The first time counts, and nobody accepts for another."""
    await store.acceptances.add(1, "1.1", now=10.0)
    await store.acceptances.add(1, "1.1", now=20.0)
    await store.acceptances.add(1, "1.2", now=30.0)
    assert await store.acceptances.of(1) == {"1.1": 10.0, "1.2": 30.0}
    assert await store.acceptances.of(2) == {}


async def test_a_waiting_request_is_taken_once_and_by_its_asker(store):
    draft_id = await store.drafts.keep(1, REQUEST, now=0.0)
    assert await store.drafts.take(draft_id, 2) is None
    assert await store.drafts.take(draft_id, 1) == REQUEST
    assert await store.drafts.take(draft_id, 1) is None
