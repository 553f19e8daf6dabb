"""Every small change of a source file that a test should notice: one place, one change, one mutant.

Changed are comparisons, conditions, ``and`` and ``or``, arithmetic, numbers, truth values, single words, what is
returned, and statements, which are left out. Left alone are annotations, how a type is declared, docstrings,
sentences (a word of them is the reviewer's business, not a test's) and what is logged.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARISONS = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
"""How each is written, and what it becomes: its bound moved by one, and its opposite."""

ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
}
"""How each is written, and what it becomes."""

CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}

_SPACE = re.compile(r"\s+")


class Mutant(NamedTuple):
    """A source file with one change."""

    line: int
    """Where the change begins, from 1."""
    where: str
    """The class and function that it is in; empty at the top of the module."""
    old: str
    """The lines with the change, as they stand, in one."""
    new: str
    """The same lines as they become."""
    source: str
    """The whole file as it becomes."""


def mutants(source: str) -> list[Mutant]:
    """List every mutant of a source file that compiles, from top to bottom."""
    file = _File(source)
    found = {}
    for node, where in _places(ast.parse(source)):
        for start, end, text in _edits(file, node):
            mutant = file.edited(start, end, text, where)
            if mutant.source == source or mutant.source in found:
                continue
            if not {"'", '"'} & set(text) or _compiles(mutant.source):  # in an f-string a quote may end it
                found[mutant.source] = mutant
    return sorted(found.values(), key=lambda mutant: mutant.line)


class _File:
    """A source file by bytes, as the parser counts."""

    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self._starts = [0]
        for line in self.data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, start: int, end: int) -> str:
        return self.data[start:end].decode()

    def reads_as(self, node: ast.expr) -> bool:
        """Tell whether a node stands where it says; before Python 3.12 what is inside an f-string may not."""
        try:
            read = ast.parse(f"({self.text(*self.span(node))})", mode="eval")
        except (SyntaxError, UnicodeDecodeError):
            return False
        return ast.dump(read.body) == ast.dump(node)

    def edited(self, start: int, end: int, text: str, where: str) -> Mutant:
        first = self.data.rfind(b"\n", 0, start) + 1
        last = self.data.find(b"\n", end)
        last = len(self.data) if last < 0 else last
        return Mutant(
            line=self.data.count(b"\n", 0, start) + 1,
            where=where,
            old=_SPACE.sub(" ", self.text(first, last)).strip(),
            new=_SPACE.sub(" ", self.text(first, start) + text + self.text(end, last)).strip(),
            source=self.text(0, start) + text + self.text(end, len(self.data)),
        )


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Walk everything that may be changed, with the names of the class and function around it."""
    below: list[tuple[ast.AST, str]] = [(tree, "")]
    while below:
        node, where = below.pop()
        yield node, where
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            where = f"{where}.{node.name}".strip(".")
        below += [(child, where) for child in _changeable(node)]


def _changeable(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Import | ast.ImportFrom) or _is_type_checking(node) or _is_about_types(node):
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases"}:
            continue
        if name == "keywords" and isinstance(node, ast.ClassDef):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text(child) and not _is_logging(child):
                yield child


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _is_about_types(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"TypeVar", "cast"}


def _is_text(node: ast.AST) -> bool:
    """Tell docstrings, and what stands under an attribute to explain it."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_logging(node: ast.AST) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).startswith("log.")


def _edits(file: _File, node: ast.AST) -> Iterator[tuple[int, int, str]]:
    """Give what may become of a node: where in the file, and the text that takes its place."""
    if isinstance(node, ast.stmt):
        yield from _of_statement(file, node)
    for test in _conditions(node):
        turned_itself = isinstance(test, ast.Compare) or (
            isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        )
        if not turned_itself and file.reads_as(test):
            yield (*file.span(test), f"(not ({file.text(*file.span(test))}))")
    if isinstance(node, ast.expr) and file.reads_as(node):
        yield from _of_expression(file, node)


def _is_turned_itself(test: ast.expr) -> bool:
    """Tell a comparison and a ``not``, which become their opposite as expressions."""
    return isinstance(test, ast.Compare) or (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not))


def _conditions(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return [] if _is_type_checking(node) else [node.test]
    return node.ifs if isinstance(node, ast.comprehension) else []


def _of_statement(file: _File, node: ast.stmt) -> Iterator[tuple[int, int, str]]:
    start, end = file.span(node)
    match node:
        case ast.Return(value=ast.expr() as value):
            yield (*file.span(value), "None")
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield start, end, "pass"
        case ast.Return() | ast.Expr() | ast.AugAssign() | ast.Delete() | ast.Raise() | ast.Assert():
            yield start, end, "pass"
        case ast.Continue():
            yield start, end, "break"
            yield start, end, "pass"
        case ast.Break():
            yield start, end, "continue"
            yield start, end, "pass"
    if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        written, becomes = ARITHMETIC[type(node.op)]
        yield from _between(file, node.target, node.value, f"{written}=", (f"{becomes}=",))


def _of_expression(file: _File, node: ast.expr) -> Iterator[tuple[int, int, str]]:
    start, end = file.span(node)
    match node:
        case ast.Compare():
            for left, op, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                written, becomes = COMPARISONS[type(op)]
                yield from _between(file, left, right, written, becomes)
        case ast.BoolOp():
            is_and = isinstance(node.op, ast.And)
            edits = [
                edit
                for left, right in zip(node.values, node.values[1:], strict=False)
                for edit in _between(file, left, right, "and" if is_and else "or", ("or" if is_and else "and",))
            ]
            yield start, end, _with(file, start, end, edits)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            written, becomes = ARITHMETIC[type(node.op)]
            yield from _between(file, node.left, node.right, written, (becomes,))
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield start, end, file.text(*file.span(node.operand))
        case ast.Constant():
            yield from ((start, end, text) for text in _other_constants(node.value))
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield (*file.span(node.func), CALLS[name])


def _other_constants(value: object) -> list[str]:
    match value:
        case bool():
            return [repr(not value)]
        case int():
            return [repr(value + 1), repr(value - 1)]
        case float():
            return [repr(value + 1)]
        case str() | bytes() if not value.split() or value.split() == [value]:
            return [repr((b"XX" if isinstance(value, bytes) else "XX") + value)]
    return []


def _between(
    file: _File, left: ast.expr, right: ast.expr, written: str, becomes: tuple[str, ...]
) -> Iterator[tuple[int, int, str]]:
    """Replace an operator, which stands somewhere between its operands."""
    start, end = file.span(left)[1], file.span(right)[0]
    pattern = r"\s+".join(map(re.escape, written.split()))
    if found := re.search(pattern, file.text(start, end)):
        before = len(file.text(start, end)[: found.start()].encode())
        for text in becomes:
            yield start + before, start + before + len(found[0].encode()), text


def _with(file: _File, start: int, end: int, edits: list[tuple[int, int, str]]) -> str:
    text, at = "", start
    for edit_start, edit_end, instead in edits:
        text += file.text(at, edit_start) + instead
        at = edit_end
    return text + file.text(at, end)


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True
