"""The table of bounds beside Discord's own description: a number that the description has and the table lacks fails."""

import json
from collections import defaultdict

import pytest

from bot.sandbox.discord import rest
from bot.sandbox.rules.bodies import BODIES, QUERIES
from bot.sandbox.rules.bounds import Measure
from bot.sandbox.rules.bounds_table import FAMILIES, TABLE
from tests.bot.sandbox.conftest import openapi

M = Measure
NO_BOUND = {"maxItems": 1521, "maxLength": 152133, "maxProperties": 1521, "minLength": 0}
"""What the description writes where there is a bound of the wire, or none, and nothing that a bot could run into."""
BOUNDS = (
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "maxProperties",
    "uniqueItems",
    "pattern",
)
OTHER_WORDS = {"type", "format", "title", "description", "contentEncoding", "x-discord-union", "name"} | {
    *("oneOf", "anyOf", "allOf", "const", "enum"),
    *("properties", "additionalProperties", "items", "required"),
}
SNOWFLAKE = "^(0|[1-9][0-9]*)$"
ANSWERED = {
    (
        "direct message",
        "access_tokens",
        "uniqueItems",
    ): "group messages are opened by applications for people, not by bots",
    ("message", "shared_client_theme", "an object"): "a theme is shared by people",
    ("post", "shared_client_theme", "an object"): "the same",
    ("reference", "type", "enum"): "the stand-in forwards nothing, and says so itself",
    ("emoji", "name", "required"): "libraries send the id alone, and Discord takes it",
    ("thread", "message", "required"): "a forum alone needs it; the route knows which channel it is",
    ("any callback 13", "data", "an object"): "an answer to an interaction that the stand-in never sends",
    ("any callback 13", "data", "required"): "the same",
}
"""Bounds of the description that are not in the table, with the reason."""


class Described:
    """All bounds of the description that lie in the bodies and queries of our routes, by the table's kinds."""

    def __init__(self, path):
        document = json.loads(path.read_bytes())
        self._schemas = document["components"]["schemas"]
        self._walked = set()
        self._choices = defaultdict(set)
        self.found = set()
        for route in rest.ROUTES:
            operation = document["paths"].get(route.template, {}).get(route.method.lower(), {})
            if "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                self._value(schema, BODIES.get(route.name, route.name), "")
            for one in operation.get("parameters", ()):
                kind = QUERIES.get(route.name, route.name)
                bounds = {
                    (name, one["schema"][name]) for name in ("minimum", "maximum") if name in one.get("schema", {})
                }
                self.found |= {(kind, one["name"], *bound) for bound in bounds}
        self.found |= {(*field, "enum", frozenset(choices)) for field, choices in self._choices.items()}

    def _resolved(self, schema):
        """Give all schemas that speak of one value, references followed."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            yield from self._resolved(self._schemas[name] | {"name": name})
            return
        inner = [one for key in ("oneOf", "anyOf", "allOf") for one in schema.get(key, ())]
        if inner and all("const" in one for one in inner):
            yield {key: schema[key] for key in schema if key != "oneOf"} | {"enum": [one["const"] for one in inner]}
            return
        yield schema
        for one in inner:
            yield from self._resolved(one)

    def _value(self, schema, kind, field):
        """Note the bounds of a field, and go into what is inside it."""
        spoken = list(self._resolved(schema))
        choices = [set(one["enum"]) for one in spoken if "enum" in one]
        if choices:
            self._choices[kind, field] |= set.intersection(*choices)
        for one in spoken:
            self.found |= {
                (kind, field, word, one[word]) for word in BOUNDS if word in one and one[word] != NO_BOUND.get(word)
            }
            self.found |= {(kind, field, "a word unknown here", word) for word in one.keys() - OTHER_WORDS - {*BOUNDS}}
            if "items" in one:
                self._value(one["items"], kind, f"{field}[]")
            if isinstance(one.get("additionalProperties"), dict):
                self._value(one["additionalProperties"], kind, f"{field}.*")
            if "properties" in one:
                self._object(one, kind, field)

    def _object(self, schema, kind, field):
        """Go into an object, once for each kind that the table has for it."""
        row = next((one for one in TABLE.of(kind) if one.field == field and one.measure == M.PART), None)
        if row is None and field:
            self.found.add((kind, field, "an object", schema["name"]))
            return
        kinds = (kind,) if row is None else (row.inside,)
        if row is not None and row.inside in FAMILIES:
            (types,) = [one["enum"] for one in self._resolved(schema["properties"]["type"]) if "name" not in one]
            kinds = [FAMILIES[row.inside].get(one, f"{row.inside} {one}") for one in types]
        for one in kinds:
            if (one, schema["name"]) not in self._walked:
                self._walked.add((one, schema["name"]))
                self.found |= {(one, name, "required", True) for name in schema.get("required", ())}
                for name, value in schema["properties"].items():
                    self._value(value, one, name)


def tabled():
    """All bounds of the table, in the words of JSON Schema, each with its row."""
    for row in TABLE.rows:
        for kind in row.kinds:
            yield from (((kind, row.field, *bound), row) for bound in worded(row))


def worded(row):
    numbers = {M.NUMBER, M.DECIMAL, M.BITS}
    end = "Items" if row.measure in {M.ITEMS, M.UNIQUE} else "Properties" if row.measure == M.ENTRIES else "Length"
    names = ("minimum", "maximum") if row.measure in numbers else (f"min{end}", f"max{end}")
    yield from ((name, bound) for name, bound in zip(names, (row.least, row.most), strict=True) if bound is not None)
    if row.required and not row.field.endswith("[]"):
        yield "required", True
    match row.measure:
        case M.CHOICE:
            yield "enum", frozenset(row.among)
        case M.UNIQUE:
            yield "uniqueItems", True
        case M.SNOWFLAKE:
            yield "pattern", SNOWFLAKE
        case M.NONCE:
            yield from (("minimum", -(2**63)), ("maximum", 2**63 - 1))
        case M.VALUE:
            yield from (("minimum", 1 - 2**53), ("maximum", 2**53 - 1))
        case _:
            pass


@pytest.fixture(scope="module")
def described():
    found = openapi()
    if found is None:
        pytest.skip("Discord's OpenAPI description is not at hand (DISCORD_OPENAPI names it)")
    return Described(found).found


def of_a_family(bound):
    """Hold the type by which a family tells its kinds apart: it needs no row."""
    kind, field, *_ = bound
    return field == "type" and any(
        kind in family.values() or kind.startswith(name) for name, family in FAMILIES.items()
    )


def test_every_bound_of_the_description_is_in_the_table(described):
    """A limit that Discord describes is the stand-in's own, is another for a reason in its row, or is answered here."""
    known = dict(tabled())
    reasoned = {bound[:3] for bound, row in known.items() if row.why}
    missing = {bound for bound in described - known.keys() if not of_a_family(bound) and bound[:3] not in reasoned}
    assert {bound[:3] for bound in missing} == ANSWERED.keys(), sorted(map(str, missing))


def test_every_bound_of_the_table_is_described_or_has_its_reason(described):
    """No number is the stand-in's invention."""
    assert [bound for bound, row in tabled() if bound not in described and not row.why] == []


def test_every_route_with_a_body_has_a_kind(described):
    """A route that is built anew gets its rows: one that reads a body without them fails here."""
    assert described
    assert {bound[0] for bound in described} & {route.name for route in rest.ROUTES} == set()
