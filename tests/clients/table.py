"""The table of acts and clients, for people and as JSON."""

from tests.clients.acts import ACTS
from tests.clients.red_acts import RED_ACTS


def lines(found):
    """Give the tables: libraries by the common acts, finished bots by their own; then every reason."""
    libraries = [one for one in found if not one.client.prefix_bot]
    bots = [one for one in found if one.client.prefix_bot]
    if libraries:
        yield from _table(libraries, ACTS)
    if bots:
        yield from _table(bots, RED_ACTS)
    for one in found:
        for name, why in one.failed.items():
            yield f"{one.client.name}, {name}: {why}"
        for name, why in one.client.lacks.items():
            yield f"{one.client.name}, {name}: has none, {why}"
        for fault in sorted(one.own_faults):
            yield f"{one.client.name}: the stand-in answers wrongly: {fault}"


def _table(found, acts):
    widths = [max(len(one.client.name), 8) for one in found]
    first = max(map(len, acts))
    heads = (one.client.name.rjust(width) for one, width in zip(found, widths, strict=True))
    yield " ".join([" " * first, *heads])
    for act in acts:
        cells = (cell(one, act).rjust(width) for one, width in zip(found, widths, strict=True))
        yield " ".join([act.ljust(first), *cells])
    totals = (str(len(one.done)).rjust(width) for one, width in zip(found, widths, strict=True))
    yield " ".join(["done".ljust(first), *totals])


def cell(one, act):
    if act in one.done:
        return "yes"
    if act in one.client.lacks:
        return "has none"
    if act in one.failed:
        return "FAILED"
    return "FAILED" if one.client.name in one.failed else "not run"


def as_json(found):
    return {
        one.client.name: {
            "version": one.client.version,
            "done": one.done,
            "failed": one.failed,
            "has none": one.client.lacks,
            "stand-in's own faults": sorted(one.own_faults),
            "passed over": sorted(one.passed_over),
        }
        for one in found
    }
