"""The engine as a process of its own, spoken to over real sockets."""

import asyncio
import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import torch
from PIL import Image

from engine import wire
from engine.config import EXIT_UNUSABLE, Engine, Wire
from engine.listen import bind
from engine.serve_command import serve_until_told
from engine.server import Server
from engine.versions import versions
from engine.wire import (
    Cancel,
    Cancelled,
    Failed,
    Finished,
    Loading,
    Picture,
    Preview,
    Progress,
    Ready,
    Rejected,
    SamplingParams,
)
from tests.engine import lora_files as files
from tests.engine.batches import generate
from tests.engine.raters import make_tagger
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
SECRET = "s3cret"  # noqa: S105  (made up here)


def request(job_id="a", **changes):
    values = {
        "prompt": "1girl, red hair",
        "negative_prompt": "lowres",
        "seeds": (3,),
    }
    return generate(job_id, values, SamplingParams(num_inference_steps=3, width=128, height=96), changes)


FOR_EVER = {"num_inference_steps": 150, "seeds": tuple(range(16)), "width": 256, "height": 256}


@contextlib.contextmanager
def engine(folder, url, model, *arguments, rating="", **environ):
    """A running engine, killed at the end if it has not ended."""
    config = folder / "config.toml"
    config.write_text(f'[wire]\nurl = "{url}"\n[engine]\nmodel = "{model}"\ndevice = "cpu"\n{rating}')
    command = [sys.executable, "-m", "engine", "serve", "--config", str(config), *arguments]
    environment = os.environ | environ
    with subprocess.Popen(  # noqa: S603  (our own program)
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def connected(address, headers=None):
    """A WebSocket to the engine, as soon as it listens."""
    unix = address.startswith("unix:")
    connector = aiohttp.UnixConnector(address.removeprefix("unix:")) if unix else None
    async with aiohttp.ClientSession(connector=connector) as session:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                opened = await session.ws_connect(
                    "http://engine/" if unix else address, headers=headers, max_msg_size=wire.MAX_MESSAGE_BYTES
                )
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
            else:
                async with opened as websocket:
                    yield websocket
                return
        pytest.fail("the engine never listened")


async def events(websocket):
    """What comes, and for every list of workers how the only one is."""
    async for message in websocket:
        event = wire.decode_event(message.data)
        yield event.workers[0].state if isinstance(event, wire.Workers) else event


async def until(websocket, *kinds):
    """Collect events up to the first of these kinds."""
    seen = []
    async for event in events(websocket):
        seen.append(event)
        if isinstance(event, kinds):
            return seen
    raise AssertionError(f"the connection ended after {seen}")


async def ready(websocket):
    return (await until(websocket, Ready))[-1]


async def send(websocket, command):
    await websocket.send_bytes(wire.encode(command))


@pytest.fixture(scope="module")
def served(tiny_checkpoint, tmp_path_factory):
    """An engine that several tests share, and its address."""
    folder = tmp_path_factory.mktemp("served")
    with engine(folder, "unix:engine.sock", tiny_checkpoint):
        yield f"unix:{folder}/engine.sock"


async def test_a_picture_over_the_socket_is_the_stock_pipeline_s(served, stock, diffusers_own):
    """Through two processes and a PNG, still every pixel."""
    async with connected(served) as websocket:
        is_ready = await ready(websocket)
        assert (is_ready.model_name, is_ready.size_multiple, is_ready.rates) == ("tiny-sdxl", 8, False)
        assert is_ready.vae == "exact"
        assert is_ready.versions == versions()
        assert is_ready.versions["torch"] == torch.__version__
        assert versions(keep_brightness=True).keys() - is_ready.versions.keys() == {"keep_brightness"}
        await send(websocket, request())
        *seen, _ = await until(websocket, Finished, Failed)
    stock.scheduler = diffusers_own("euler_a")
    expected = stock(
        "1girl, red hair",
        negative_prompt="lowres",
        width=128,
        height=96,
        num_inference_steps=3,
        guidance_scale=5.0,
        generator=torch.Generator().manual_seed(3),
    ).images[0]
    (picture,) = (event for event in seen if isinstance(event, Picture))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(picture.png))), np.asarray(expected))


async def test_each_client_sees_its_own_jobs_only_and_ids_may_be_the_same(served):
    """Two clients, one id, two pictures."""
    async with connected(served) as one, connected(served) as two:
        await asyncio.gather(ready(one), ready(two))
        await send(one, request(seeds=(1,)))
        await send(two, request(seeds=(2,)))
        for websocket, seed in ((one, 1), (two, 2)):
            seen = await until(websocket, Finished)
            assert [event.seed for event in seen if isinstance(event, Picture)] == [seed]


async def test_cancel_ends_a_running_job(served):
    """And one that is not here is no error."""
    async with connected(served) as websocket:
        await ready(websocket)
        await send(websocket, Cancel(job_id="unknown"))
        await send(websocket, request(**FOR_EVER))
        await until(websocket, Progress)
        await send(websocket, Cancel(job_id="a"))
        seen = await until(websocket, Cancelled, Finished)
        assert seen[-1] == Cancelled(job_id="a")
        await send(websocket, request())  # the id is free again
        assert isinstance((await until(websocket, Finished, Failed))[-1], Finished)


async def test_a_client_that_goes_away_takes_its_jobs_along(served):
    """The GPU draws for nobody: the next client's picture is there long before 2,400 steps."""
    async with connected(served) as websocket:
        await ready(websocket)
        await send(websocket, request(**FOR_EVER))
        await until(websocket, Progress)
    async with connected(served) as websocket:
        await ready(websocket)
        await send(websocket, request())
        assert isinstance((await until(websocket, Finished, Failed))[-1], Finished)


async def test_bad_commands_are_answered_and_end_nothing(served):
    """Each with what was wrong about it."""
    async with connected(served) as websocket:
        await ready(websocket)
        await websocket.send_bytes(b"\xff\xff")
        await websocket.send_str("hello")
        await websocket.send_bytes(wire.encode(Cancel(job_id="a")).replace(b"job_id", b"job_ix"))
        for detail in ("Expected `object`", "binary", "job_ix"):
            (rejected,) = await until(websocket, Rejected)
            assert detail in rejected.detail
        await send(websocket, request("odd", width=100 - 100 % 8, num_inference_steps=1))
        assert isinstance((await until(websocket, Finished, Failed))[-1], Finished)


async def test_a_job_id_is_used_once_at_a_time(served):
    """The second is refused, the first goes on."""
    async with connected(served) as websocket:
        await ready(websocket)
        await send(websocket, request(num_inference_steps=20))
        await send(websocket, request())
        (*_, failed) = await until(websocket, Failed)
        assert failed.code == "invalid_parameters"
        assert isinstance((await until(websocket, Finished, Failed))[-1], Finished)


async def test_it_listens_while_it_loads_and_dies_with_its_parent(tiny_checkpoint, tmp_path):
    """A job before Ready has its own code; and when the other end of its standard input closes, the engine ends."""
    with engine(tmp_path, "unix:engine.sock", tiny_checkpoint, "--die-with-parent") as process:
        async with connected(f"unix:{tmp_path}/engine.sock") as websocket:
            await send(websocket, request())
            seen = await until(websocket, Ready)
            assert isinstance(seen[0], Loading)
            (failed,) = (event for event in seen if isinstance(event, Failed))
            assert (failed.job_id, failed.code) == ("a", "model_not_ready")
            process.stdin.close()
            assert await asyncio.to_thread(process.wait) == 0
    assert not (tmp_path / "engine.sock").exists()


async def test_a_signal_ends_it_cleanly_in_the_middle_of_a_job(tiny_checkpoint, tmp_path):
    """Status 0, the client told, no socket file left, and nothing that looks like an error in the log."""
    with engine(tmp_path, "unix:engine.sock", tiny_checkpoint) as process:
        async with connected(f"unix:{tmp_path}/engine.sock") as websocket:
            await ready(websocket)
            await send(websocket, request(**FOR_EVER))
            await until(websocket, Progress)
            process.terminate()
            (*_, failed) = await until(websocket, Failed)
            assert failed.code == "shutting_down"
            assert (await websocket.receive()).type is aiohttp.WSMsgType.CLOSE
        _, log = await asyncio.to_thread(process.communicate)
        assert (process.returncode, "Traceback" in log) == (0, False)
    assert not (tmp_path / "engine.sock").exists()


async def test_ctrl_c_while_it_loads_ends_it_too(tiny_checkpoint, tmp_path):
    """Between two parts of the model."""
    with engine(tmp_path, "unix:engine.sock", tiny_checkpoint) as process:
        async with connected(f"unix:{tmp_path}/engine.sock"):
            process.send_signal(signal.SIGINT)
            _, log = await asyncio.to_thread(process.communicate)
        assert (process.returncode, "Traceback" in log) == (0, False)


def test_whoever_tells_it_to_stop_once_more_is_not_answered_with_an_error(tmp_path, monkeypatch):
    """A second signal, or the parent's end, comes while the interpreter ends: the loop is closed by then."""

    async def run(_server, _stop):
        return True

    monkeypatch.setattr(Server, "run", run)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    listener = bind(Wire(), tmp_path, {})
    try:
        assert asyncio.run(serve_until_told(Engine(), listener, Engine, None, die_with_parent=False))
        for number in before:
            signal.getsignal(number)(number, None)
    finally:
        listener.close()
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize("broken", [False, True])
async def test_where_pictures_are_rated_nobody_is_sent_an_unrated_one(tiny_checkpoint, tmp_path, broken):
    """Whoever asks over the wire; with a tagger that fails there is neither picture nor preview, but an error code."""
    make_tagger(tmp_path / "tagger", always={"sensitive": 0.9}, broken=broken)
    rating = '[engine.rating]\nby = "wd"\nfolder = "tagger"\n'
    with engine(tmp_path, "unix:engine.sock", tiny_checkpoint, rating=rating):
        async with connected(f"unix:{tmp_path}/engine.sock") as websocket:
            assert (await ready(websocket)).rates
            await send(websocket, request(preview_every=1, seeds=(1, 2)))
            *seen, last = await until(websocket, Finished, Failed)
    shown = [event for event in seen if isinstance(event, Preview | Picture)]
    if broken:
        assert (shown, last.code) == ([], "rating_failed")
    else:
        assert len([event for event in shown if isinstance(event, Picture)]) == 2
        assert {event.rating for event in shown} == {"sensitive"}


async def test_a_tagger_that_is_not_there_is_one_line_and_status_78(tiny_checkpoint, tmp_path):
    """Nothing is drawn that nobody would rate, and nobody need try again before the configuration has changed."""
    rating = '[engine.rating]\nby = "wd"\nfolder = "gone"\n'
    with engine(tmp_path, "unix:engine.sock", tiny_checkpoint, rating=rating) as process:
        _, log = await asyncio.to_thread(process.communicate)
    assert process.returncode == EXIT_UNUSABLE
    assert log.splitlines()[-1].startswith(f"error: {tmp_path}/gone/selected_tags.csv: expected a table")


async def test_tcp_wants_the_secret(tiny_checkpoint, tmp_path):
    """A wrong one, or none, is not let in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{free.getsockname()[1]}"
    with engine(tmp_path, url, tiny_checkpoint, ESHI_WIRE_SECRET=SECRET):
        async with connected(url, {"Authorization": f"Bearer {SECRET}"}) as websocket:
            assert isinstance((await until(websocket, Loading))[-1], Loading)
        shown = (
            "Bearer wrong",
            SECRET,
            "Bearer ",
            f"Bearer {SECRET}x",
            f"Bearer {SECRET[:-1]}",
            f"Bearer {'x' * 4000}",
        )
        for secret in (None, *shown, "Bearer sécret", "Basic dTpw"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await connected(url, secret and {"Authorization": secret}).__aenter__()
            assert refused.value.status == 401
            assert refused.value.message == "Invalid response status"  # and nothing of why


async def test_no_model_is_one_line_and_status_78(tmp_path):
    """The operator reads what was expected where."""
    with engine(tmp_path, "unix:engine.sock", tmp_path / "gone") as process:
        _, log = await asyncio.to_thread(process.communicate)
        assert process.returncode == EXIT_UNUSABLE
    assert log.splitlines()[-1].startswith(f"error: {tmp_path}/gone: there is nothing; expected a folder")
    assert "Traceback" not in log


async def test_no_usable_configuration_is_one_line_and_status_2(tiny_checkpoint, tmp_path):
    """Before anything is loaded."""
    with engine(tmp_path, "ws://0.0.0.0:1", tiny_checkpoint) as process:
        _, log = await asyncio.to_thread(process.communicate)
    assert (process.returncode, len(log.splitlines())) == (2, 1)
    assert log.startswith("error: wire.url: 0.0.0.0 can be reached from other machines")


async def test_the_loras_of_the_folder_are_told_and_drawn_with(model, tiny_checkpoint, tmp_path):
    """By their headers, beside Ready. A recipe names what was drawn with, and one that is gone is refused."""
    folder = tmp_path / "loras"
    folder.mkdir()
    target = files.TARGETS[0]
    layers = {target: files.low_rank(files.parameter_of(model, target), seed=1, alpha=20)}
    files.write(folder / "line art.safetensors", files.named(layers, files.kohya, files.KOHYA))
    more = f'loras = "{folder}"\n'
    with engine(tmp_path, "unix:engine.sock", tiny_checkpoint, rating=more):
        async with connected(f"unix:{tmp_path}/engine.sock") as websocket:
            seen = await until(websocket, Ready)
            if not any(isinstance(event, wire.Loras) for event in seen):
                seen += await until(websocket, wire.Loras)
            [told] = [event for event in seen if isinstance(event, wire.Loras)]
            [found] = told.loras
            chosen = wire.ChosenLora(name=found.name, hash=found.hash, weight=0.5, te_weight=0.5)
            await send(websocket, request("with", loras=(chosen,)))
            *drawn, end = await until(websocket, Finished, Failed)
            assert isinstance(end, Finished)
            [picture] = [event for event in drawn if isinstance(event, Picture)]
            recipe = Image.open(io.BytesIO(picture.png)).text["parameters"]
            assert recipe.startswith("1girl, red hair <lora:line art:0.5>\n")
            await send(websocket, request("gone", loras=(wire.ChosenLora(name="gone"),)))
            [*_, failed] = await until(websocket, Finished, Failed)
            assert failed.code == "lora_refused"
