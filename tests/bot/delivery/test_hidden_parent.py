"""While a picture is hidden, nothing more is drawn of it."""

from bot.request import Parent
from bot.sentences import gate
from bot.store.reports import ReportReason


async def test_what_waits_when_its_picture_is_hidden_is_not_drawn(desk, yuki, mio):
    """Although it was accepted before."""
    first = await desk.ask(yuki, yuki.channel("general"))
    parent = Parent(job_id=first.id, number=0)
    more = await desk.ask(yuki, yuki.channel("general"), parent=parent, strength=0.65)
    await desk.store.reports.add(first, int(mio.id), ReportReason("other"), hides=True, now=1.0)
    verdict = await desk.delivery.gatekeeper.judge_begun(more)
    assert (verdict.allowed, verdict.sentence) == (False, gate.REPORTED)
