"""Mutants: what is changed, what is left alone, and that the rest of the file stays as it is."""

import pytest

from tests.mutants.changes import mutants
from tests.mutants.trials import ROOT


def becomes(source):
    """What the mutants of one line make of it."""
    return [mutant.new for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["pass", "a <= b", "a >= b"]),
        ("c = a <= b", ["c = a < b", "c = a > b"]),
        ("c = a > b", ["c = a >= b", "c = a <= b"]),
        ("c = a >= b", ["c = a > b", "c = a < b"]),
        ("c = a == b", ["c = a != b"]),
        ("c = a is not b", ["c = a is b"]),
        ("c = a not in b", ["c = a in b"]),
        ("c = a < b < d", ["c = a <= b < d", "c = a >= b < d", "c = a < b <= d", "c = a < b >= d"]),
        ("c = a and b and d", ["c = a or b or d"]),
        ("c = (a or b) and d", ["c = (a and b) and d", "c = (a or b) or d"]),
        ("c = not a", ["c = a"]),
        ("c = a if b else d", ["c = a if (not (b)) else d"]),
        ("c = [a for a in b if a]", ["c = [a for a in b if (not (a))]"]),
        ("c = a + b - d", ["c = a - b - d", "c = a + b + d"]),
        ("c = a // 2", ["c = a * 2", "c = a // 3", "c = a // 1"]),
        ("c = a[-1]", ["c = a[1]", "c = a[-2]", "c = a[-0]"]),
        ("c = 0.5", ["c = 1.5"]),
        ("c = True", ["c = False"]),
        ("c = 'word'", ["c = 'XXword'"]),
        ("c = min(a, b)", ["c = max(a, b)"]),
        ("c = any(a)", ["c = all(a)"]),
        ("c += a", ["pass", "c -= a"]),
        ("c[a] = b", ["pass"]),
        ("raise a", ["pass"]),
        ("def f():\n  return a", ["return None"]),
        ("for a in b:\n  continue", ["break", "pass"]),
        ("f(f'{a + b}')", ["pass", "f(f'{a - b}')"]),
    ],
)
def test_everything_that_decides_is_changed(source, expected):
    """One change in each mutant."""
    assert sorted(becomes(source)) == sorted(expected)


@pytest.mark.parametrize(
    "source",
    [
        '"""What this is."""',
        "a: Annotated[int, 5]",
        "def f(a: Literal['x']) -> Literal['y']: ...",
        "import a",
        "if TYPE_CHECKING:\n  a = 1",
        "@dataclass(frozen=True)\nclass A: ...",
        "class A(Struct, frozen=True): ...",
        "log.warning('no %d', 1)",
        "a = 'a sentence of several words'",
        "T = TypeVar('T', bound='Hashable')",
    ],
)
def test_what_tests_do_not_hold_is_left_alone(source):
    """Types are the type checker's, sentences the reader's."""
    assert becomes(source) == []


def test_a_mutant_says_where_it_is():
    """By line, class and function, and shows what stands there on one line."""
    [mutant] = mutants("class A:\n    def f(self):\n        return g(\n            self,\n        )\n")
    assert (mutant.line, mutant.where) == (3, "A.f")
    assert (mutant.old, mutant.new) == ("return g( self, )", "return None")


@pytest.mark.parametrize("path", ["bot/job.py", "engine/admission.py"])
def test_every_mutant_is_another_program(path):
    """Each differs from the file and from all others, in the lines that it says, and compiles."""
    source = (ROOT / path).read_text()
    made = mutants(source)
    assert len({mutant.source for mutant in made} | {source}) == len(made) + 1
    for mutant in made:
        compile(mutant.source, path, "exec", dont_inherit=True)
        assert source.splitlines()[: mutant.line - 1] == mutant.source.splitlines()[: mutant.line - 1]
        assert mutant.old != mutant.new
