"""The judge: whoever does what is asked gets full marks, whoever does not listen gets few."""

from dataclasses import replace
from functools import cache, reduce
from operator import add
from random import Random

import pytest
from PIL import Image

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.palette import BACKDROPS, EYES, HAIR
from engine.demo.illustrator.person import Person
from engine.demo.illustrator.scene import Scene
from engine.demo.illustrator.tags import STYLE, TIME
from engine.demo.learning.judge import Judge, Score
from engine.grammar import parse
from engine.wire import SamplingParams

SEEDS = range(3)
COUNTS = {"1girl": 1, "2girls": 2, "1boy": 1}


class Draughtsman:
    """Draws with the pen that drew the training pictures; `understand` makes a wish into what is drawn."""

    def __init__(self, understand):
        self._understand = understand

    def draw(self, wishes, sampling):
        return [drawn(self._understand(wish), (sampling.width // 2, sampling.height // 2)) for wish in wishes]


@cache
def drawn(scene, size):
    return illustrate(scene, size, 1).image


def tags(text):
    return [(tag.strip(), part.weight) for parts in parse(text) for part in parts for tag in part.text.split(",")]


def obey(wish):
    """Draw what is asked, and of what is not asked anything that is not unwanted."""
    asked, unwanted = tags(wish.prompt), {tag for tag, _ in tags(wish.negative_prompt)}
    names = [tag for tag, _ in asked]
    allowed = [name for name in HAIR if f"{name} hair" not in unwanted]
    person = Person(hair_colour=Random(wish.seed).choice(allowed))
    hair = [(name, weight) for tag, weight in asked for name in HAIR if tag == f"{name} hair"]
    for name in EYES:
        person = replace(person, eye_colour=name) if f"{name} eyes" in names else person
    person = replace(person, glasses="glasses" in names, eyes_closed="closed eyes" in names)
    people = [replace(person, boy=tag == "1boy") for tag in names for _ in range(COUNTS.get(tag, 0))]
    for number, (name, weight) in enumerate(hair):
        if number < len(people):
            people[number] = replace(people[number], hair_colour=name, emphasis=weight)
    scene = Scene(people=tuple(people), seed=wish.seed, backdrop="grey")
    for name in BACKDROPS:
        scene = replace(scene, backdrop=name) if f"{name} background" in names else scene
    for time in TIME:
        scene = replace(scene, place="ocean", time=time) if time in names else scene
    for style, words in STYLE.items():
        scene = replace(scene, style=style) if words[0] in names else scene
    return scene


def ignore(wish):
    """Draw whatever the seed says."""
    random = Random(wish.seed)
    people = (Person(hair_colour=random.choice(list(HAIR)), glasses=True),) * 3
    return Scene(people=people, style="line art" if wish.seed % 2 else "flat", backdrop="orange")


@pytest.fixture(scope="module")
def judged():
    def scores(understand):
        return {score.question: score for score in Judge(Draughtsman(understand), SEEDS, SamplingParams()).scores()}

    return scores(obey), scores(ignore)


def test_who_obeys_reaches_every_goal(judged):
    """What was asked is all there when the pen draws it."""
    obeyed, _ = judged
    assert len(obeyed) == 14
    assert not [str(score) for score in obeyed.values() if not score.good]


def test_who_does_not_listen_reaches_few(judged):
    """Nearly no goal is reached by chance."""
    _, ignored = judged
    assert sum(score.good for score in ignored.values()) <= 2


def test_a_blank_sheet_is_no_success():
    """Where no face is found, nothing about it is right."""

    class Blank:
        def draw(self, wishes, sampling):
            return [Image.new("RGB", (sampling.width // 4, sampling.height // 4), (20, 200, 20)) for _ in wishes]

    judge = Judge(Blank(), range(2), SamplingParams())
    assert [score.reached for score in (*judge.details(), judge.weights(), judge.negatives(), judge.sides())] == [0] * 5


def test_a_score_reads_as_a_line():
    """Question, count and share, the goal and whether it is reached."""
    line = str(Score("hair", 9, 12, 97))
    assert line.split() == ["hair", "9.0", "of", "12", "75.0", "%", "goal", "97", "%", "NO"]


def test_what_processes_asked_is_counted_together(judged):
    """Seeds that are shared out give the scores of all of them; two questions are never one."""
    parts = [Judge(Draughtsman(obey), range(first, first + 1), SamplingParams()) for first in SEEDS]
    together = [reduce(add, answers) for answers in zip(*(part.details() for part in parts), strict=True)]
    assert together == [judged[0][score.question] for score in together]
    with pytest.raises(ValueError, match="two questions"):
        add(*together)
