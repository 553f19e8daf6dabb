"""Every number in the configuration, of both halves, is finite and within what it is used for."""

import pytest
from msgspec import inspect

from bot import config
from bot.errors import ConfigError
from engine import config as engine_config

HALVES = {"bot": config._File, "engine": engine_config._File}
TOO_MUCH = ("nan", "inf", "-inf", "1e400", "-1e400", "99999999999999999999", "-99999999999999999999", "1" + "0" * 400)
ANY = "[0]"
"""The first of a list, as a message names it."""
NEEDS = {"models[0]": 'name = "one"\nfile = "one.safetensors"\n'}
"""What a table of some lists cannot be without."""
LONGEST_S = 10 * 366 * 86_400
"""No time is longer than this; SQLite's integers have 64 bits, and Discord shows dates."""


def numbers(kind, place=()):
    """Every number below a type, as its path and its type."""
    match kind:
        case inspect.StructType():
            for field in kind.fields:
                yield from numbers(field.type, (*place, field.encode_name))
        case inspect.DictType():
            yield from numbers(kind.value_type, (*place, "some"))
        case inspect.UnionType():
            for one in kind.types:
                yield from numbers(one, place)
        case inspect.ListType() | inspect.CollectionType() | inspect.VarTupleType():
            yield from numbers(kind.item_type, (*place[:-1], f"{place[-1]}{ANY}"))
        case inspect.IntType() | inspect.FloatType():
            yield place, kind
        case _:
            pass


EVERY = [
    pytest.param(half, place, kind, id=f"{half}-{'.'.join(place)}")
    for half, form in HALVES.items()
    for place, kind in numbers(inspect.type_info(form))
]


def load(folder, half, place, value):
    *tables, key = place
    path = folder / "config.toml"
    within = ".".join(tables).replace(ANY, "")
    lists = [number for number, table in enumerate(tables, 1) if table.endswith(ANY)]
    entries = "".join(
        f"[[{'.'.join(tables[:number]).replace(ANY, '')}]]\n{NEEDS.get(tables[number - 1], '')}" for number in lists
    )
    header = "" if lists and lists[-1] == len(tables) else f"[{within}]\n"
    path.write_text(f"{entries}{header}{key} = {value}\n")
    return config.load(path) if half == "bot" else engine_config.load(path)


def limits(kind):
    low = kind.ge if kind.ge is not None else kind.gt
    high = kind.le if kind.le is not None else kind.lt
    return low, high


def test_the_numbers_are_found():
    """Or the others would say nothing."""
    found = {".".join(param.values[1]) for param in EVERY}
    assert {"bot.limits.max_queue", "bot.strikes.growth", "engine.batch_cap", "engine.rating.minor"} <= found
    assert len(found) > 25


@pytest.mark.parametrize(("half", "place", "kind"), EVERY)
def test_every_number_has_two_bounds(half, place, kind):
    """A key without them would take what nothing can count to."""
    del half
    low, high = limits(kind)
    assert low is not None, f"{place} has no lower bound"
    assert high is not None, f"{place} has no upper bound"
    assert 0 <= low < high
    assert high <= LONGEST_S


@pytest.mark.parametrize(("half", "place", "kind"), EVERY)
def test_what_is_outside_is_refused_by_its_path(tmp_path, half, place, kind):
    """Whatever TOML can write as a number."""
    low, high = limits(kind)
    step = 1 if isinstance(kind, inspect.IntType) else 0.001
    refused = {engine_config.EngineConfigError, ConfigError}
    for value in (*TOO_MUCH, -1, low - step, high + step, 2**63, -(2**63) - 1):
        with pytest.raises(tuple(refused)) as caught:
            load(tmp_path, half, place, value)
        said = str(caught.value)
        assert f"$.{'.'.join(place)}" in said
        assert "\n" not in said


def test_a_range_without_anything_in_it_is_refused(tmp_path):
    """Discord would refuse the command."""
    path = tmp_path / "config.toml"
    path.write_text("[bot.limits]\nmin_steps = 30\nmax_steps = 20")
    with pytest.raises(ConfigError, match=r"min_steps is larger than max_steps - at `\$\.bot\.limits`"):
        config.load(path)
