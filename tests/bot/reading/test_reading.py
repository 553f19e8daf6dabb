"""The process that reads strangers' files may take too much, lie, hang and die: somebody is told, and it goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import InvalidRequest
from bot.picture.recipes import webui
from bot.reading.kinds import POLICY, RECIPE, Written
from bot.reading.process import ReaderProcess
from bot.reading.reading import Reading
from bot.safety.policy import ServerPolicy, exported
from bot.sentences.rendering import render
from tests import hostile
from tests.refusing import refused

PICTURE = hostile.png((b"tEXt", b"parameters\0" + hostile.RECIPE))
ROOT = Path(__file__).parents[3]
MIB = 1 << 20

HANGS = "__import__('re').match('(a+)+$', 'a' * 60 + 'b')"
"""In C, with the interpreter's lock held: no other thread of that process runs any more."""


def reader(expression, *, before=""):
    """The real reader, in which a file is read by an expression; `data` is the file."""
    program = f"""
import sys
from bot.reading import reader
from bot.reading.kinds import RECIPE
real = RECIPE.read
reader.KINDS = {{"recipe": RECIPE._replace(read=lambda data: real(data) if data[:1] == b"\\x89" else {expression})}}
{before}
reader.main()
"""
    return (sys.executable, "-c", program)


def reading(expression="None", *, before="", compute_s=20.0, memory_bytes=120 * MIB):
    return Reading(ReaderProcess(reader(expression, before=before), compute_s=compute_s, memory_bytes=memory_bytes))


async def read(reading, data=PICTURE, kind=RECIPE, *, within_s=60.0):
    return await reading.read(kind, data, until=asyncio.get_running_loop().time() + within_s)


async def failure(reading, data=b"a bad file", **options):
    """The sentence for a file that cannot be read; afterwards a good one can be."""
    with pytest.raises(InvalidRequest) as caught:
        await read(reading, data, **options)
    assert (await read(reading)).recipe.steps == 28
    return render(caught.value.sentence)


async def test_what_a_file_says_comes_back_as_it_was_read():
    """A recipe, nothing, a refusal with its sentence, and settings; always from one process."""
    policy = ServerPolicy(denied=("spider",), channel_limits={"1": "nsfw"})
    async with Reading() as own:
        assert own.pid is None, "nothing is started before there is a file"
        assert await read(own) == Written(hostile.RECIPE.decode(), webui.parse(hostile.RECIPE.decode()))
        pid = own.pid
        assert await read(own, hostile.png()) is None
        with refused(InvalidRequest, "PNG, WebP and JPEG"):
            await read(own, b"GIF89a")
        assert await read(own, bytearray(exported(policy)), POLICY) == policy
        with refused(InvalidRequest, "There is no setting"):
            await read(own, b"a" * 60_000 + b" = 1", POLICY)
        assert own.pid == pid
    assert not psutil.pid_exists(pid)


@given(st.text(max_size=200))
@example("a\nSteps: 1, Seed: 999999999999999999999999, CFG scale: nan")
@example("a\nSteps: 1, Seed: -9223372036854775809, CFG scale: -inf")
@example('a\nSteps: 1, Seed: 2, Model: "\\ud800"')
def test_every_recipe_goes_from_one_process_to_the_other(text):
    """Whatever its numbers and letters are."""
    written = Written(text, webui.parse(text))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(written), type=Written | None) == written


async def test_what_computes_for_too_long_is_killed(caplog):
    """Even where it holds the interpreter's lock; the member reads a sentence, and the operator a line."""
    async with reading(HANGS, compute_s=0.2) as own:
        assert "could not read this picture" in await failure(own)
    [line] = caplog.messages
    assert line.startswith("a file of 10 bytes could not be read as a recipe: it computed for 0.")


async def test_what_is_not_done_in_time_is_killed(caplog):
    """It may also wait for something: whoever asked has to be answered."""
    async with reading("__import__('time').sleep(60)") as own:
        await read(own)
        assert "could not read this picture" in await failure(own, within_s=0.2)
    assert "it was not done after 0." in caplog.messages[0]


async def test_what_wants_too_much_memory_is_refused_it(caplog):
    """Where the system can refuse it, the reader says so itself."""
    async with reading("bytes(200 << 20)") as own:
        assert "more time or memory" in await failure(own)
    assert caplog.messages[0].endswith("it had no more memory")


async def test_what_has_too_much_memory_is_killed(caplog):
    """Where the system refuses nothing, the bot looks at it."""
    grows = "[bytearray(b'a') * (8 << 20) for _ in iter(int, 1)]"
    async with reading(grows, before="import resource", memory_bytes=120 * MIB) as own:
        own._process._command = (*reader(grows, before="reader._limit_memory = lambda _: None"), "0")
        assert "more time or memory" in await failure(own)
    assert "MiB of memory" in caplog.messages[0]


def says(data):
    """An expression that writes this in the place of an answer."""
    return f"(sys.__stdout__.buffer.write({data!r}), sys.__stdout__.flush())"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("(sys.stderr.write('a' * 1_000_000 + '\\nenough'), sys.exit(3))", "exit status 3: enough"),
        ("__import__('os').kill(__import__('os').getpid(), 9)", "exit status -9"),
        ("1 / 0", "ZeroDivisionError"),
        ("'\\ud800'", "surrogates not allowed"),
        (says(b"\xff\xff\xff\xff"), "wanted to answer"),
        (says(b"\0\0\0\1\xc1"), "MessagePack"),
        ("7", "Expected"),
        ("'a' * 400_000", "wanted to answer"),
    ],
    ids=["talks and ends", "is killed", "breaks", "breaks late", "lies", "answers rubbish", "answers 7", "floods"],
)
async def test_a_reader_that_breaks_or_lies_is_replaced(caplog, answers, said):
    """Nothing that it says is believed beyond its bounds."""
    async with reading(answers) as own:
        assert "could not read this picture" in await failure(own)
    assert said in caplog.messages[0]
    assert len(caplog.messages) == 1


FLOODS = f"""
import sys
from bot.reading.messages import ReaderReady, pack
def say(data):
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
say(pack(ReaderReady()))
sys.stdin.buffer.read(1)
say(b"\\xff" * ({3 * 64 * 1024 + 1}))
sys.stdin.buffer.read()
"""
"""Says one byte more than a pipe of Linux and asyncio's buffer hold; asyncio reads on when somebody takes of it."""


async def test_a_reader_that_says_more_than_anybody_takes_is_ended(caplog):
    """Also where asyncio has stopped reading what it says."""
    async with Reading(ReaderProcess((sys.executable, "-c", FLOODS))) as own:
        with refused(InvalidRequest, "could not read this picture"):
            await read(own, bytes(4 * MIB))
        assert own.pid is None
    assert "wanted to answer" in caplog.messages[0]


NESTED = """
import sys
from bot.reading.messages import LENGTH, ReaderReady, pack
inner = b"\\x82\\xa2id\\xacends.stopped\\xa6values\\x81\\xa3why"
refusal = b"\\x82\\xa4type\\xabReadRefusal\\xa8sentence" + inner * 5000 + b"\\xa1x"
sys.stdout.buffer.write(pack(ReaderReady()) + LENGTH.pack(len(refusal)) + refusal)
sys.stdout.flush()
sys.stdin.buffer.read()
"""


async def test_a_reader_that_refuses_in_sentences_without_end_is_ended():
    async with Reading(ReaderProcess((sys.executable, "-c", NESTED))) as own:
        with pytest.raises(InvalidRequest) as caught:
            await read(own)
        assert render(caught.value.sentence)
        assert own.pid is None


async def test_a_reader_that_cannot_be_started_is_a_sentence(caplog):
    async with Reading(ReaderProcess((str(ROOT / "absent"),))) as own:
        for _ in range(2):
            with refused(InvalidRequest, "could not read this picture"):
                await read(own)
    assert "No such file" in caplog.messages[0]


async def test_a_reader_that_never_gets_ready_leaves_the_asker_in_time():
    """It goes on starting; whoever asked does not wait for it."""
    process = ReaderProcess((sys.executable, "-c", "import time; time.sleep(60)"))
    async with Reading(process) as own:
        with refused(InvalidRequest, "try again in a moment"):
            await read(own, within_s=0.1)


async def test_a_reader_that_ended_meanwhile_is_started_again():
    """As when a system is short of memory."""
    async with Reading() as own:
        await read(own)
        process = psutil.Process(own.pid)
        process.kill()
        await own._process._living.process.wait()
        assert (await read(own)).recipe.steps == 28
        assert own.pid != process.pid


async def test_whoever_gives_up_makes_room():
    """The process is in the middle of something, and is not asked for the next."""
    async with reading(HANGS) as own:
        await read(own)
        pid = own.pid
        hopeless = asyncio.create_task(read(own, b"a bad file"))
        waiting = asyncio.create_task(read(own))
        for _ in range(10):  # until it has its question
            await asyncio.sleep(0)
        hopeless.cancel()
        assert (await waiting).recipe.steps == 28
        assert own.pid != pid
    assert hopeless.cancelled()


async def test_the_reader_is_given_nothing_that_it_could_give_away(monkeypatch, tmp_path):
    """No token, no secret, and no file or connection of the bot's."""
    monkeypatch.setenv("ESHI_TOKEN", "secret")
    monkeypatch.setenv("ESHI_WIRE_SECRET", "secret")
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        async with Reading() as own:
            await read(own)
            child = psutil.Process(own.pid)
            assert "secret" not in child.environ().values()
            assert child.open_files() == []
            assert child.net_connections() == []
            assert child.num_fds() == 3


def test_the_reader_is_light():
    """It starts within a fraction of a second."""
    program = "import bot.reading.reader, sys\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603
    heavy = {"discord", "aiohttp", "torch", "asyncio", "sqlite3", "PIL", "numpy", "socket"}
    assert not heavy & set(ran.stdout.split())


OWNER = f"""
import asyncio, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.bot.reading.test_reading import HANGS, read, reading
async def main():
    async with reading(HANGS, compute_s=60.0, before="reader.ALONE_S = 0.5") as own:
        await read(own)
        print(own.pid, flush=True)
        await (read(own, b"a bad file") if sys.argv[1] == "hanging" else asyncio.sleep(60))
asyncio.run(main())
"""


@pytest.mark.parametrize("at", ["idle", "hanging"])
async def test_a_reader_outlives_nobody(at):
    """Whoever started it is killed: an idle one sees its pipe closed, and one that hangs is ended by its own clock."""
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, at), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
    )
    left = psutil.Process(int(await owner.stdout.readline()))
    owner.send_signal(signal.SIGKILL)
    await owner.wait()
    gone, _ = await asyncio.to_thread(psutil.wait_procs, [left], timeout=20)
    assert gone == [left]
