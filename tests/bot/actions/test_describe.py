"""What a tagger saw becomes a form, and what may not be asked for is left out of it."""

from bot.actions.describe import named
from bot.prompt.vocabulary.entry import Entry
from engine.wire import Described, Tag

KNOWN = {
    entry.name: entry
    for entry in (
        Entry("red hair", "general", 9),
        Entry("outdoors", "general", 9),
        Entry("nude", "general", 9),
        Entry("hakurei reimu", "character", 9, series=("touhou", "unheard of")),
        Entry("touhou", "series", 9),
    )
}


def seen(*names, rating="sensitive", characters=()):
    tags = [Tag(name=name, kind="general", share=0.9) for name in names]
    tags += [Tag(name=name, kind="character", share=0.9) for name in characters]
    return named(
        Described(question_id="q", rating=rating, tags=tuple(tags)),
        "safe",
        entry=KNOWN.get,
        offers=lambda entry, highest: entry.name != "nude" or highest != "safe",
    )


def test_each_tag_stands_in_its_field():
    """Subject, character, series, rating and the rest, as the model card has them; the rating is one of this place."""
    options, left_out = seen("red_hair", "1girl", "outdoors", characters=("hakurei_reimu",))
    assert (options.subject, options.character, options.series) == ("1girl", "hakurei reimu", "touhou")
    assert (options.tags, options.rating, left_out) == ("red hair, outdoors", "safe", 0)


def test_what_may_not_be_asked_for_here_is_left_out_and_counted():
    """What nobody knows, too: a tagger's words are somebody's picture in words."""
    options, left_out = seen("nude", "red_hair", "no_such_tag")
    assert (options.tags, left_out) == ("red hair", 2)
