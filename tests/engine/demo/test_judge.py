"""The judge: whoever does what is asked gets full marks, whoever does not listen gets none."""

from dataclasses import replace
from random import Random

import pytest
from PIL import Image

from engine.demo.draw import draw
from engine.demo.judge import Judge, Score
from engine.demo.palette import BACKDROPS, HAIR, SKY
from engine.demo.portrait import Portrait
from engine.grammar import parse

SEEDS = range(11)


class Draughtsman:
    """Draws with the pen that drew the training pictures; `understand` makes a wish into what is drawn."""

    def __init__(self, understand):
        self._understand = understand

    def draw(self, wishes, size, _steps, _guidance_scale):
        small = (size[0] // 4, size[1] // 4)
        return [Image.fromarray(draw(self._understand(wish), small, 2).image) for wish in wishes]


def tags(text):
    return {
        tag.strip(): segment.weight for section in parse(text) for segment in section for tag in segment.text.split(",")
    }


def obey(wish):
    """Draw what is asked, and of what is not asked anything that is not unwanted."""
    asked, unwanted = tags(wish.prompt), tags(wish.negative_prompt)
    allowed = [name for name in HAIR if f"{name} hair" not in unwanted]
    portrait = Portrait(hair_colour=Random(wish.seed).choice(allowed), detail_seed=wish.seed)
    for tag, weight in asked.items():
        name, _, noun = tag.rpartition(" ")
        if noun == "hair" and name in HAIR:
            portrait = replace(portrait, hair_colour=name, emphasis=weight)
        elif noun == "background" and name in BACKDROPS:
            portrait = replace(portrait, backdrop=name)
        elif tag in SKY:
            portrait = replace(portrait, place="outdoors", time=tag)
        elif tag == "worst quality":
            portrait = replace(portrait, quality=0.0)
    return portrait


def ignore(wish):
    """Draw whatever the seed says."""
    random = Random(wish.seed)
    return Portrait(hair_colour=random.choice(tuple(HAIR)), backdrop=random.choice(tuple(BACKDROPS)))


def judge(understand):
    return Judge(Draughtsman(understand), SEEDS, (832, 1216), 1, 1.0)


@pytest.mark.parametrize(
    "question",
    [
        Judge.hair, Judge.hair_among_colours, Judge.backgrounds, Judge.emphasis, Judge.negative, Judge.far_tags,
        Judge.quality,
    ],
)  # fmt: skip
def test_every_question_tells_who_listens(question):
    """What was asked is all there when the pen draws it, and seldom when nobody listened."""
    obeyed, ignored = question(judge(obey)), question(judge(ignore))
    assert obeyed.reached == obeyed.asked == len(SEEDS)
    assert ignored.reached <= 0.4 * ignored.asked


def test_a_picture_without_a_face_is_no_success():
    """A blank sheet has hair of no colour, not of another one than the negative prompt's."""

    class Blank:
        def draw(self, wishes, size, _steps, _guidance_scale):
            return [Image.new("RGB", (size[0] // 4, size[1] // 4), "white") for _ in wishes]

    blank = Judge(Blank(), SEEDS, (832, 1216), 1, 1.0)
    assert [score.reached for score in (blank.hair(), blank.emphasis(), blank.negative())] == [0, 0, 0]


def test_a_score_reads_as_a_line():
    """Question, count and share, then what else is to be known."""
    assert str(Score("hair", 9, 12, "nearly")).split() == ["hair", "9", "of", "12", "75.0", "%", "nearly"]
