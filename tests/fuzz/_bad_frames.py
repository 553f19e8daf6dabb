"""WebSocket messages for the engine that are no commands, nearly commands, or commands of somebody who means harm."""

import msgspec

from engine import wire

JOB = {
    "type": "Generate",
    "job_id": "hostile",
    "prompt": "1girl, smile",
    "negative_prompt": "",
    "sampling": {"sampler": "euler_a", "num_inference_steps": 1, "guidance_scale": 5.0, "width": 64, "height": 64},
    "seeds": (1,),
}
ODD_TEXT = "\u202e\u200b" * 5000
"""May be asked for: a prompt has 20,000 characters."""
ODD = (
    *(None, True, -1, 0, 2**63, 2**64 - 1, -(2**63), float("nan"), float("inf"), 1e308, 5e-324, "", "\0", (), ("a",)),
    *(b"", b"\xff" * 1000, {}, {"a": {}}, list(range(5000)), ODD_TEXT, "猫" * 20_001, "a" * 300_000),
)
NEST = 200_000
"""Arrays or maps in each other: deeper than any stack."""
LENGTHS = (b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff")
"""A text, bytes, an array and a map that say they have four gigabytes or as many members."""


def _random(chance):
    return chance.randbytes(chance.randrange(400))


def _cut(chance):
    whole = msgspec.msgpack.encode(JOB)
    return whole[: chance.randrange(len(whole))]


def _mutated(chance):
    """Steps and sides stay small: what may be asked for is asked for in another kind."""
    frame = bytearray(msgspec.msgpack.encode(JOB | {"job_id": str(chance.randrange(50))}))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(frame))
        match chance.randrange(3):
            case 0:
                frame[at] = chance.randrange(256)
            case 1:
                del frame[at]
            case _:
                frame[at:at] = chance.randbytes(chance.randint(1, 4))
    return bytes(frame)


def _odd_value(chance):
    sampling, odd = JOB["sampling"], chance.choice(ODD)
    field = chance.choice((*JOB, *sampling))
    changed = {"sampling": {**sampling, field: odd}} if field in sampling else {field: odd}
    return msgspec.msgpack.encode(JOB | changed)


def _odd_key(chance):
    return msgspec.msgpack.encode(JOB | {chance.choice(("", "a" * 100_000, "__class__", "Type", 7)): 1})


def _nested(chance):
    depth = chance.choice((20, 600, 1_100, NEST))
    head = chance.choice((b"\x91", b"\x81\xa1a", b"\x81\x91"))
    return b"\x81\xa4type" + head * depth if chance.random() < 0.5 else head * depth + b"\xc0"


def _long(chance):
    return chance.choice(LENGTHS) + chance.randbytes(chance.randrange(100))


def _surrogates(chance):
    text = chance.choice((b"\xed\xa0\x80", b"\xff\xfe", b"\xc0\x80", b"\xf4\x90\x80\x80")) * chance.randint(1, 50)
    return msgspec.msgpack.encode(JOB).replace(b"1girl, smile", (text + b" " * 12)[:12])


def _large(chance):
    return bytes([chance.randrange(256)]) * chance.randint(900_000, 1_500_000)


def _two(chance):
    """Two messages in one frame, or one with something behind it."""
    return msgspec.msgpack.encode(JOB) * 2 + chance.randbytes(chance.randrange(3))


def _listed():
    return wire.Workers(protocol=wire.PROTOCOL, workers=(wire.ListedWorker(id="a", state=wire.Loading(stage="a")),))


def _event(chance):
    """What only the engine says."""
    return wire.encode(
        chance.choice(
            (
                _listed(),
                wire.Finished(job_id="a", engine_s=1.0),
                wire.Rejected(detail="a" * 1000),
            )
        )
    )


def _cancel(chance):
    return wire.encode(wire.Cancel(job_id=chance.choice(("nothing", "1", "2", "honest-1", "\0"))))


def _again(_chance):
    """The same job, although it is still being drawn."""
    return msgspec.msgpack.encode(JOB)


def _endless(chance):
    """All that may be asked for at once."""
    return msgspec.msgpack.encode(
        JOB
        | {
            "job_id": str(chance.random()),
            "sampling": {**JOB["sampling"], "num_inference_steps": 150},
            "seeds": tuple(range(16)),
            "preview_every": 1,
        }
    )


def _text(chance):
    return chance.choice(("{}", "a" * 5000, '{"type": "Generate"}', "\0"))


KINDS = (
    (_random, 15),
    (_cut, 15),
    (_mutated, 25),
    (_odd_value, 12),
    (_odd_key, 3),
    (_nested, 4),
    (_long, 6),
    (_surrogates, 6),
    (_large, 0.1),
    (_two, 3),
    (_event, 3),
    (_cancel, 3),
    (_again, 2),
    (_endless, 0.4),
    (_text, 3),
)
"""Makers, and how often each of them is asked; the largest seldom, or they would be all that is sent."""


def bad_frames(chance):
    """Give the name of a kind and a frame of it, again and again; a text is for a text frame."""
    makers, weights = zip(*KINDS, strict=True)
    while True:
        (make,) = chance.choices(makers, weights)
        yield f"frame: {make.__name__.strip('_').replace('_', ' ')}", make(chance)
