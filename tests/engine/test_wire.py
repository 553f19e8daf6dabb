"""The contract's bytes: a change here is a change for everybody who speaks it."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine import wire
from engine.cost import enlarged

LATENTS = wire.Latents(channels=1, height=1, width=2, values=b"\x00<\x00=")

REPAINTED = wire.Generate(
    job_id="j1",
    prompt="",
    negative_prompt="",
    sampling=wire.SamplingParams(width=64, height=64),
    seeds=(7,),
    start=wire.Start(image=wire.Pixels(width=64, height=64, values=bytes(3 * 64 * 64)), strength=0.5),
)
BEFORE_CHANGES = (
    b"\xde\x00\x12\xa4type\xa8Generate\xa6job_id\xa2j1\xa6prompt\xa0\xafnegative_prompt\xa0\xa8sampling\x86\xa7sampler\xa7euler_a"
    b"\xb3num_inference_steps\x1c\xaeguidance_scale\xcb@\x14\x00\x00\x00\x00\x00\x00\xa5width@\xa6height@\xb0guidance_rescale\xcb\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\xa5seeds\x91\x07"
    b"\xadpreview_every\x00\xa5share\xc2\xa5start\x82\xa5image\x84\xa4type\xa6Pixels\xa5width@\xa6height@\xa6values\xc50\x00"
    + bytes(3 * 64 * 64)
    + b"\xa8strength\xcb?\xe0\x00\x00\x00\x00\x00\x00"
)

GOLDEN = [
    (
        wire.Generate(
            job_id="j1",
            prompt="1girl",
            negative_prompt="lowres",
            sampling=wire.SamplingParams(
                sampler="euler_a",
                num_inference_steps=28,
                guidance_scale=5.0,
                width=832,
                height=1216,
                guidance_rescale=0.5,
            ),
            seeds=(7, 8),
            preview_every=4,
            share=True,
            start=wire.Start(image=LATENTS, strength=0.5),
            variation=wire.Variation(seeds=(9, 10), strength=0.5),
            enlargement=wire.Enlargement(factor=1.5, strength=0.5),
            send_latents=True,
            loras=(wire.ChosenLora(name="line art", hash="0f", weight=0.75, te_weight=0.5),),
            worker="w1",
            alone=True,
            model="other",
        ),
        (
            b"\xde\x00\x12\xa4type\xa8Generate\xa6job_id\xa2j1\xa6prompt\xa51girl\xafnegative_prompt\xa6lowres\xa8sampling\x86"
            b"\xa7sampler\xa7euler_a\xb3num_inference_steps\x1c\xaeguidance_scale\xcb@\x14\x00\x00\x00\x00\x00\x00"
            b"\xa5width\xcd\x03@\xa6height\xcd\x04\xc0"
            b"\xb0guidance_rescale\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa5seeds\x92\x07\x08\xadpreview_every\x04\xa5share\xc3"
            b"\xa5start\x82\xa5image\x85\xa4type\xa7Latents\xa8channels\x01\xa6height\x01\xa5width\x02\xa6values\xc4\x04\x00<\x00="
            b"\xa8strength\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa7repaint\xc0\xa7details\x90\xa9variation\x82\xa5seeds\x92\t\n\xa8strength\xcb?\xe0\x00\x00\x00\x00\x00\x00"
            b"\xabenlargement\x82\xa6factor\xcb?\xf8\x00\x00\x00\x00\x00\x00\xa8strength\xcb?\xe0\x00\x00\x00\x00\x00\x00"
            b"\xacsend_latents\xc3\xa6worker\xa2w1\xa5alone\xc3"
            b"\xa5loras\x91\x84\xa4name\xa8line art\xa4hash\xa20f\xa6weight\xcb?\xe8\x00\x00\x00\x00\x00\x00"
            b"\xa9te_weight\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa5model\xa5other"
        ),
    ),
    (
        structs.replace(REPAINTED, repaint=wire.Repaint(mask=bytes([0, 255]) * 2048, joint=0.5, feather=0, plain=True)),
        BEFORE_CHANGES
        + b"\xa7repaint\x84\xa4mask\xc5\x10\x00"
        + bytes([0, 255]) * 2048
        + b"\xa5joint\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa7feather\x00\xa5plain\xc3"
        b"\xa7details\x90\xa9variation\xc0\xabenlargement\xc0"
        b"\xacsend_latents\xc2\xa6worker\xc0\xa5alone\xc2\xa5loras\x90\xa5model\xa0",
    ),
    (
        structs.replace(REPAINTED, details=(wire.Box(left=1, top=2, width=3, height=4),)),
        BEFORE_CHANGES
        + b"\xa7repaint\xc0\xa7details\x91\x84\xa4left\x01\xa3top\x02\xa5width\x03\xa6height\x04\xa9variation\xc0"
        b"\xabenlargement\xc0\xacsend_latents\xc2\xa6worker\xc0\xa5alone\xc2\xa5loras\x90\xa5model\xa0",
    ),
    (
        wire.Describe(question_id="j1", image=wire.Pixels(width=64, height=64, values=bytes(3 * 64 * 64)), worker="a"),
        b"\x84\xa4type\xa8Describe\xabquestion_id\xa2j1\xa5image\x84\xa4type\xa6Pixels\xa5width@\xa6height@\xa6values\xc50\x00"
        + bytes(3 * 64 * 64)
        + b"\xa6worker\xa1a",
    ),
    (
        wire.Described(
            question_id="j1",
            rating="safe",
            withheld=False,
            tags=(wire.Tag(name="smile", kind="general", share=0.5),),
            faces=(wire.Box(left=1, top=2, width=3, height=4),),
        ),
        (
            b"\x86\xa4type\xa9Described\xabquestion_id\xa2j1\xa6rating\xa4safe\xa8withheld\xc2\xa4tags\x91\x83\xa4name\xa5smile\xa4kind"
            b"\xa7general\xa5share\xcb?\xe0\x00\x00\x00\x00\x00\x00\xa5faces\x91\x84\xa4left\x01\xa3top\x02\xa5width\x03"
            b"\xa6height\x04"
        ),
    ),
    (
        wire.Cancel(job_id="j1"),
        b"\x82\xa4type\xa6Cancel\xa6job_id\xa2j1",
    ),
    (
        wire.Drain(worker="w1"),
        b"\x82\xa4type\xa5Drain\xa6worker\xa2w1",
    ),
    (
        wire.Reload(worker="w1"),
        b"\x82\xa4type\xa6Reload\xa6worker\xa2w1",
    ),
    (
        wire.Workers(
            protocol=5,
            workers=(
                wire.ListedWorker(id="w1", state=wire.Loading(stage="reading the UNet")),
                wire.ListedWorker(
                    id="w2",
                    state=wire.Ready(
                        model_name="animagine-xl-4.0",
                        model_hash="6327eca98b",
                        device="cpu, float32",
                        size_multiple=8,
                        batch_cap=4,
                        vae="bfloat16",
                        upscaler="x4 0123456789",
                        versions={"torch": "2.13.0"},
                        rates=True,
                        models=(wire.OtherModel(name="a", model_name="b", model_hash="c"),),
                    ),
                    jobs=2,
                ),
                wire.ListedWorker(id="w3", state=wire.Draining(), jobs=1),
                wire.ListedWorker(id="w4", state=wire.Lost(why="no word")),
            ),
        ),
        (
            b"\x83\xa4type\xa7Workers\xa8protocol\x05\xa7workers\x94"
            b"\x83\xa2id\xa2w1\xa5state\x82\xa4type\xa7Loading\xa5stage\xb0reading the UNet\xa4jobs\x00"
            b"\x83\xa2id\xa2w2\xa5state\x8b\xa4type\xa5Ready\xaamodel_name\xb0animagine-xl-4.0"
            b"\xaamodel_hash\xaa6327eca98b\xa6device\xaccpu, float32\xadsize_multiple\x08\xa9batch_cap\x04"
            b"\xa3vae\xa8bfloat16\xa8upscaler\xadx4 0123456789\xa8versions\x81\xa5torch\xa62.13.0\xa5rates\xc3"
            b"\xa6models\x91\x83\xa4name\xa1a\xaamodel_name\xa1b\xaamodel_hash\xa1c"
            b"\xa4jobs\x02"
            b"\x83\xa2id\xa2w3\xa5state\x81\xa4type\xa8Draining\xa4jobs\x01"
            b"\x83\xa2id\xa2w4\xa5state\x82\xa4type\xa4Lost\xa3why\xa7no word\xa4jobs\x00"
        ),
    ),
    (
        wire.Loras(
            loras=(wire.FoundLora(name="a", hash="0f", title="A", words=("b",), base="c", texts=True, wrong="d"),)
        ),
        (
            b"\x82\xa4type\xa5Loras\xa5loras\x91\x87\xa4name\xa1a\xa4hash\xa20f\xa5title\xa1A\xa5words\x91\xa1b"
            b"\xa4base\xa1c\xa5texts\xc3\xa5wrong\xa1d"
        ),
    ),
    (
        wire.Started(job_id="j1", worker="w1", begins="latents", switch_s=0.5),
        (
            b"\x85\xa4type\xa7Started\xa6job_id\xa2j1\xa6worker\xa2w1\xa6begins\xa7latents"
            b"\xa8switch_s\xcb?\xe0\x00\x00\x00\x00\x00\x00"
        ),
    ),
    (
        wire.Progress(job_id="j1", steps_done=3, steps_total=56),
        b"\x84\xa4type\xa8Progress\xa6job_id\xa2j1\xaasteps_done\x03\xabsteps_total8",
    ),
    (
        wire.Preview(job_id="j1", number=0, step=4, image=b"\x89PNG", rating=None),
        b"\x86\xa4type\xa7Preview\xa6job_id\xa2j1\xa6number\x00\xa4step\x04\xa5image\xc4\x04\x89PNG\xa6rating\xc0",
    ),
    (
        wire.Picture(
            job_id="j1",
            number=1,
            seed=8,
            png=b"\x89PNG",
            rating="sensitive",
            latents=LATENTS,
            tiled=True,
        ),
        (
            b"\x88\xa4type\xa7Picture\xa6job_id\xa2j1\xa6number\x01\xa4seed\x08\xa3png\xc4\x04\x89PNG"
            b"\xa6rating\xa9sensitive\xa7latents\x85\xa4type\xa7Latents\xa8channels\x01\xa6height\x01\xa5width\x02"
            b"\xa6values\xc4\x04\x00<\x00=\xa5tiled\xc3"
        ),
    ),
    (
        wire.Finished(job_id="j1", engine_s=1.5),
        b"\x83\xa4type\xa8Finished\xa6job_id\xa2j1\xa8engine_s\xcb?\xf8\x00\x00\x00\x00\x00\x00",
    ),
    (
        wire.Cancelled(job_id="j1"),
        b"\x82\xa4type\xa9Cancelled\xa6job_id\xa2j1",
    ),
    (
        wire.Failed(job_id="j1", code="out_of_memory", detail="2 GiB", fits=(640, 896), aboard=2, began=False),
        (
            b"\x87\xa4type\xa6Failed\xa6job_id\xa2j1\xa4code\xadout_of_memory\xa6detail\xa52 GiB"
            b"\xa4fits\x92\xcd\x02\x80\xcd\x03\x80\xa6aboard\x02\xa5began\xc2"
        ),
    ),
    (
        wire.Rejected(detail="no"),
        b"\x82\xa4type\xa8Rejected\xa6detail\xa2no",
    ),
]
"""Every message, and its frame."""


@pytest.mark.parametrize(("message", "frame"), GOLDEN, ids=lambda value: type(value).__name__)
def test_a_message_has_the_bytes_it_always_had(message, frame):
    """Encoded now as then, and read back as itself."""
    assert wire.encode(message) == frame
    decode = wire.decode_command if isinstance(message, wire.Command) else wire.decode_event
    assert decode(frame) == message


def test_every_message_has_golden_bytes():
    """A new one cannot be forgotten here."""
    assert {type(message) for message, _ in GOLDEN} == {*get_args(wire.Command), *get_args(wire.Event)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("job_id", ""),
        ("prompt", "x" * 20_001),
        ("width", 3080),
        ("width", 100),
        ("height", 56),
        ("num_inference_steps", 0),
        ("num_inference_steps", 151),
        ("guidance_scale", 0.5),
        ("guidance_scale", float("nan")),
        ("sampler", "plms"),
        ("seeds", []),
        ("seeds", [2**32]),
        ("seeds", [0] * 17),
        ("preview_every", -1),
        ("lora", []),
        ("loras", [{"name": ""}]),
        ("loras", [{"name": "a", "weight": 2.1}]),
        ("loras", [{"name": "a", "te_weight": -0.1}]),
        ("loras", [{"name": "a", "hash": "XY"}]),
        ("loras", [{"name": "a"}, {"name": "a"}]),
        ("loras", [{"name": name} for name in "abcde"]),
    ],
)
def test_what_is_outside_the_limits_is_no_command(field, value):
    """The error names the field, or the key that nobody knows."""
    command = msgspec.to_builtins(structs.replace(GOLDEN[0][0], start=None))
    (command["sampling"] if field in command["sampling"] else command)[field] = value
    with pytest.raises(msgspec.ValidationError, match=field):
        wire.decode_command(msgspec.msgpack.encode(command))


PIXELS = wire.Pixels(width=832, height=1216, values=bytes(3 * 832 * 1216))
OF_PIXELS = {"start": wire.Start(image=PIXELS, strength=0.5), "variation": None, "enlargement": None}
ALL_OF_IT = wire.Repaint(mask=b"\xff" * (832 * 1216))
BOXES = (wire.Box(left=100, top=100, width=64, height=64),)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sampling": wire.SamplingParams(width=3072, height=1368)}, "sampling.height"),
        ({"enlargement": wire.Enlargement(factor=2.05)}, "enlargement.factor"),
        (
            {"enlargement": wire.Enlargement(factor=2.5), "sampling": wire.SamplingParams(width=1536, height=64)},
            "enlargement.factor",
        ),
        ({"enlargement": wire.Enlargement(factor=1.5, strength=0.03)}, "enlargement.strength"),
        ({"start": wire.Start(image=structs.replace(PIXELS, values=b"short"), strength=0.5)}, "start.image.values"),
        ({"start": wire.Start(image=structs.replace(PIXELS, width=840), strength=0.5)}, "start.image"),
        ({"start": wire.Start(image=PIXELS, strength=0.03)}, "start.strength"),
        ({"start": wire.Start(image=structs.replace(LATENTS, height=2), strength=0.5)}, "start.image.values"),
        ({"variation": wire.Variation(seeds=(1,), strength=0.5)}, "variation.seeds"),
        ({"repaint": wire.Repaint(mask=b"\xff")}, "repaint"),
        ({"repaint": ALL_OF_IT, **OF_PIXELS, "enlargement": wire.Enlargement(factor=1.5)}, "repaint"),
        ({"repaint": wire.Repaint(mask=b"\xff"), **OF_PIXELS}, "repaint.mask"),
        ({"repaint": wire.Repaint(mask=bytes(832 * 1216)), **OF_PIXELS}, "repaint.mask"),
        ({"repaint": ALL_OF_IT, **OF_PIXELS, "start": wire.Start(image=PIXELS, strength=0.0)}, "start.strength"),
        ({"repaint": ALL_OF_IT, **OF_PIXELS, "details": BOXES}, "repaint"),
        ({"details": BOXES}, "details"),
        ({"details": (structs.replace(BOXES[0], left=800),), **OF_PIXELS}, r"details\[0\]"),
    ],
)
def test_what_does_not_go_together_is_no_command(changes, field):
    """Each field alone is within its limits; the error names the one that does not fit the others."""
    command = structs.replace(GOLDEN[0][0], **changes)
    with pytest.raises(msgspec.ValidationError, match=field):
        wire.decode_command(wire.encode(command))


@pytest.mark.parametrize(
    "sides", [(1024, 1024), (1152, 896), (1216, 832), (1344, 768), (1536, 640), (896, 1152), (832, 1216)], ids=str
)
def test_every_size_of_the_card_can_be_twice_as_large(sides):
    """No limit is in the way; and the sides are whole multiples of eight at one and a half, too."""
    width, height = sides
    for factor in (1.5, 2.0):
        command = structs.replace(
            GOLDEN[0][0],
            sampling=wire.SamplingParams(width=width, height=height),
            enlargement=wire.Enlargement(factor=factor),
            start=None,
        )
        assert wire.decode_command(wire.encode(command)) == command
        assert enlarged(width, height, factor) == (width * factor, height * factor)


def test_the_largest_command_is_within_what_the_engine_reads():
    """A picture of as many pixels as may be asked for, between two prompts of the longest words."""
    start = wire.Start(image=wire.Pixels(width=2048, height=2048, values=bytes(3 * 2048**2)), strength=0.5)
    sampling = wire.SamplingParams(width=2048, height=2048)
    words = "\U0001f3a8" * 20_000
    changes = {"prompt": words, "negative_prompt": words, "sampling": sampling, "start": start, "enlargement": None}
    repaint = wire.Repaint(mask=b"\xff" * 2048**2)
    command = structs.replace(GOLDEN[0][0], **changes, variation=None, repaint=repaint)
    frame = wire.encode(command)
    assert wire.decode_command(frame) == command
    assert len(frame) < wire.MAX_COMMAND_BYTES < wire.MAX_CARRIED_BYTES


@given(st.binary(max_size=200))
def test_any_other_bytes_are_a_decode_error(frame):
    """Nothing that a client sends raises anything else."""
    with pytest.raises(msgspec.DecodeError):
        wire.decode_command(frame)


def test_text_that_is_no_utf_8_is_a_decode_error():
    """msgspec itself lets another error out here."""
    with pytest.raises(msgspec.DecodeError, match="malformed"):
        wire.decode_command(wire.encode(wire.Cancel(job_id="j1")).replace(b"j1", b"\xff1"))


@pytest.mark.parametrize("depth", [1_100, 200_000])
def test_a_message_deeper_than_the_stack_is_a_decode_error(depth):
    """While it looks for the type, msgspec goes down as far as it is led."""
    for decode in (wire.decode_command, wire.decode_event):
        with pytest.raises(msgspec.DecodeError, match=r"malformed|truncated"):
            decode(b"\x81\xa1a" * depth)
