"""However the hub answers, the file is the right one or it is not there."""

import asyncio
import contextlib
import hashlib
import os
import re
import resource
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
from yarl import URL

from engine import fetching
from engine.errors import DownloadError
from tests.engine import hub as hubs
from tests.engine.hub import CONTENT, Hub, wanted


@pytest.fixture
async def hub():
    async with Hub() as found:
        yield found


class Waits(list):
    async def __call__(self, seconds):
        self.append(seconds)


async def fetch(one, hub, *, token="", waits=None):
    async with fetching.session() as session:
        source = fetching.DownloadSource(hub.url, token, Waits() if waits is None else waits)
        await fetching.fetch(session, one, source, lambda _done: None)


def right(one):
    """Whether the file is there and whole, and nothing lies beside it."""
    beside = {path.name for path in one.target.parent.iterdir()} - {one.target.name, ".download.lock"}
    return one.target.read_bytes() == CONTENT and not beside


async def refused(one, hub, **how):
    with pytest.raises(DownloadError) as error:
        await fetch(one, hub, **how)
    assert not one.target.exists()
    return str(error.value)


async def test_a_file_comes_in_one_piece(hub, tmp_path):
    """From its commit, and never from a branch."""
    await fetch(wanted(tmp_path / "models"), hub)
    assert right(wanted(tmp_path / "models"))
    assert hub.asked[0][0] == f"/somebody/weights/resolve/{'0' * 40}/weights.safetensors"
    assert hub.ranges == [None]


async def test_a_dropped_connection_goes_on_where_it_ended(hub, tmp_path):
    """As often as it takes: every byte that came starts the count of failures again."""
    hub.answers = [hubs.breaking_off(100_000)] * 8
    one = wanted(tmp_path)
    await fetch(one, hub)
    assert right(one)
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in hub.ranges[1:]]
    assert starts == sorted(starts)
    assert starts[0] > 0


async def test_a_connection_that_ends_with_nothing_new_is_given_up(hub, tmp_path):
    """After five of them, and what was there is kept."""
    hub.answers = [hubs.breaking_off(100_000)] + [hubs.breaking_off(0)] * 9
    waits = Waits()
    said = await refused(wanted(tmp_path), hub, waits=waits)
    assert "try again later: what came is kept" in said
    assert waits == [1.0, 1.0, 2.0, 5.0, 10.0]
    assert fetching.part_of(wanted(tmp_path).target).read_bytes() == CONTENT[:100_000]


async def test_what_is_no_hub_is_named_in_one_line(tmp_path):
    """Another server's greeting, an impossible length: the library draws the place, and nobody reads on."""
    for said in (b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b""):

        async def answer(reader, writer, said=said):
            await reader.read(100)
            writer.write(said)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            message = await refused(wanted(tmp_path), SimpleNamespace(url=url))
        assert ("\n" in message, "does not come" in message, len(message) < 400) == (False, True, True)


PROGRAM = """
import asyncio, sys, pathlib
from engine import fetching
from tests.engine.hub import wanted
async def main():
    async with fetching.session() as session:
        await fetching.fetch(session, wanted(pathlib.Path(sys.argv[1])), fetching.DownloadSource(sys.argv[2]), told)
def told(done):
    if done:
        print(done, flush=True)
asyncio.run(main())
"""


async def test_a_killed_download_goes_on_in_the_next_process(hub, tmp_path):
    """Without asking again for what is there."""
    one, never = wanted(tmp_path), asyncio.Event()
    hub.answers = [hubs.waiting(600_000, never)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(tmp_path), hub.url), stdout=subprocess.PIPE
    )
    await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    there = fetching.part_of(one.target).stat().st_size
    assert there
    never.set()
    await fetch(one, hub)
    assert right(one)
    assert hub.ranges == [None, f"bytes={there}-"]


async def test_a_server_that_ignores_the_range_is_read_from_the_start(hub, tmp_path):
    """Nothing is written twice."""
    hub.answers = [hubs.breaking_off(100_000), hubs.deaf_to_ranges]
    one = wanted(tmp_path)
    await fetch(one, hub)
    assert right(one)


async def test_a_server_that_goes_on_elsewhere_is_asked_for_all_of_it(hub, tmp_path):
    """206 of another place than was asked for."""
    hub.answers = [hubs.breaking_off(100_000), hubs.from_elsewhere]
    one = wanted(tmp_path)
    await fetch(one, hub)
    assert right(one)
    assert hub.ranges[-1] is None


async def test_a_server_that_says_nothing_of_its_wrong_place_is_found_out_by_the_hash(hub, tmp_path):
    """What came is put aside, and the next run begins anew."""
    hub.answers = [hubs.breaking_off(100_000), hubs.from_elsewhere_in_secret]
    one = wanted(tmp_path)
    assert "what came is another file" in await refused(one, hub)
    await fetch(one, hub)
    assert one.target.read_bytes() == CONTENT


async def test_wrong_bytes_of_the_right_length_are_put_aside_with_both_hashes(hub, tmp_path):
    """They never have the file's name."""
    hub.answers = [hubs.corrupting]
    one = wanted(tmp_path)
    said = await refused(one, hub)
    bad = one.target.with_name("weights.safetensors.bad")
    assert {one.file.sha256, hashlib.sha256(bad.read_bytes()).hexdigest()} <= set(re.findall(r"[0-9a-f]{64}", said))
    assert not fetching.part_of(one.target).exists()


async def test_a_beginning_that_is_not_ours_is_found_out(hub, tmp_path):
    """Also one that is longer than the file, which is thrown away at once."""
    one = wanted(tmp_path)
    fetching.part_of(one.target).write_bytes(b"x" * 1000)
    assert "another file" in await refused(one, hub)
    fetching.part_of(one.target).write_bytes(b"x" * (len(CONTENT) + 1))
    await fetch(one, hub)
    assert one.target.read_bytes() == CONTENT


async def test_the_token_is_for_the_first_host_alone(hub, tmp_path):
    """Whoever is redirected to gets the question without it."""
    async with Hub() as other:
        hub.answers = [hubs.saying(302, Location="/elsewhere"), hubs.saying(302, Location=f"{other.url}/file")]
        one = wanted(tmp_path)
        await fetch(one, hub, token="hf_secret")  # noqa: S106  this hub takes any
    assert right(one)
    assert [headers.get("Authorization") for _, headers in hub.asked] == ["Bearer hf_secret"] * 2
    assert [headers.get("Authorization") for _, headers in other.asked] == [None]


async def test_redirects_end_somewhere(hub, tmp_path):
    """Not in circles, not at something that is no address, and never in the clear."""
    hub.answers = [hubs.saying(302, Location=f"/{number}") for number in range(20)]
    assert "redirects and redirects" in await refused(wanted(tmp_path), hub)
    for nowhere in ("file:///etc/passwd", "http://[", ""):
        hub.answers = [hubs.saying(302, Location=nowhere)]
        assert "redirects to no address" in await refused(wanted(tmp_path), hub)
    answer = SimpleNamespace(headers={"Location": "http://cdn.example/file"})
    with pytest.raises(DownloadError, match="which is not encrypted"):
        fetching._next(URL("https://hub.example/file"), answer)


async def test_a_busy_hub_is_left_alone_for_as_long_as_it_says(hub, tmp_path):
    """Seconds or a date, up to ten minutes; a hub that says neither is asked again soon."""
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    busy = [("429", "7"), ("503", "100000"), ("429", past), ("500", "soon")]
    hub.answers = [hubs.saying(int(status), Retry_After=after) for status, after in busy]
    one, waits = wanted(tmp_path), Waits()
    await fetch(one, hub, waits=waits)
    assert right(one)
    assert waits == [7.0, 600.0, 0.0, 10.0]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_gated_file_names_its_page_and_the_token(hub, tmp_path, status):
    """What has to be done is in the sentence."""
    hub.answers = [hubs.saying(status)]
    said = await refused(wanted(tmp_path), hub)
    assert "https://huggingface.co/somebody/weights" in said
    assert "HF_TOKEN" in said


async def test_what_a_mirror_lacks_names_the_mirror(hub, tmp_path):
    hub.answers = [hubs.saying(404)]
    said = await refused(wanted(tmp_path), hub)
    assert said.startswith(hub.url)
    assert "HF_ENDPOINT" in said


async def test_any_other_answer_is_said(hub, tmp_path):
    hub.answers = [hubs.saying(418)]
    assert "answers 418 instead of weights.safetensors" in await refused(wanted(tmp_path), hub)


@pytest.mark.parametrize("content", [b"<html>log in first</html>", CONTENT + b"x"], ids=["shorter", "longer"])
async def test_a_length_that_is_another_s_is_refused_before_a_byte_is_taken(hub, tmp_path, content):
    """A page of somebody's proxy, or another file."""
    hub.answers = [hubs.saying(200, content)]
    assert f"sends {len(content)} bytes" in await refused(wanted(tmp_path), hub)
    assert fetching.part_of(wanted(tmp_path).target).stat().st_size == 0


async def test_a_page_in_the_middle_of_a_file_takes_nothing_of_what_is_there(hub, tmp_path):
    """A server that begins again is believed when its length is right."""
    hub.answers = [hubs.breaking_off(100_000), hubs.saying(200, b"<html>log in first</html>")]
    assert "a page instead of the file" in await refused(wanted(tmp_path), hub)
    assert fetching.part_of(wanted(tmp_path).target).read_bytes() == CONTENT[:100_000]


async def test_a_total_that_is_another_s_is_refused_and_what_is_there_is_kept(hub, tmp_path):
    """In the middle of a file the server has another one."""
    other = {"Content_Range": f"bytes 100000-{len(CONTENT)}/{len(CONTENT) + 1}"}
    hub.answers = [hubs.breaking_off(100_000), hubs.saying(206, b"x" * 10, **other)]
    assert f"sends {len(CONTENT) + 1} bytes" in await refused(wanted(tmp_path), hub)
    assert fetching.part_of(wanted(tmp_path).target).read_bytes() == CONTENT[:100_000]


async def test_an_answer_without_a_length_is_counted(hub, tmp_path):
    """More than there can be is refused, and less is asked for again until nothing new comes."""
    hub.answers = [hubs.without_length(CONTENT + b"x")]
    assert "sends more than the" in await refused(wanted(tmp_path / "a"), hub)
    hub.answers = [hubs.without_length(b"<html>")] * 7
    await refused(wanted(tmp_path / "b"), hub)
    hub.answers = [hubs.without_length(CONTENT)]
    one = wanted(tmp_path / "c")
    await fetch(one, hub)
    assert right(one)


async def test_two_at_once_do_not_write_one_file(hub, tmp_path):
    """The second says so, and the first goes on."""
    one, go_on = wanted(tmp_path), asyncio.Event()
    hub.answers = [hubs.waiting(1000, go_on)]
    first = asyncio.create_task(fetch(one, hub))
    await hub.was_asked.wait()
    with pytest.raises(DownloadError, match="somebody else is fetching"):
        await fetch(one, hub)
    go_on.set()
    await first
    assert right(one)


async def test_a_proxy_is_asked_where_the_environment_names_one(hub, tmp_path, monkeypatch):
    """And not for what NO_PROXY leaves out."""
    monkeypatch.setenv("HTTP_PROXY", hub.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    one = wanted(tmp_path)
    await fetch(one, SimpleNamespace(url="http://hub.invalid"))
    assert right(one)
    assert dict(hub.asked)[hub.asked[0][0]]["Host"] == "hub.invalid"


async def test_a_file_system_that_takes_no_file_of_this_size_says_so(hub, tmp_path):
    """FAT takes 4 GB; what came until then is kept."""
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, {resource.RLIM_INFINITY}))\n{PROGRAM}"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path), hub.url), stderr=subprocess.PIPE
    )
    _, said = await process.communicate()
    assert b"this file system takes no file of this size" in said
    assert not wanted(tmp_path).target.exists()


async def test_a_full_disk_keeps_what_is_there(hub, tmp_path):
    """On a tiny file system of its own: one sentence, and the next run goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=400k none {disk}"
    inside = (
        f'{mount} && {sys.executable} -c "$PROGRAM" {disk} {hub.url}; echo; stat -c %s {disk}/weights.safetensors.part'
    )
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    process = await asyncio.create_subprocess_exec(
        *(*namespace, "sh", "-c", inside),
        env={**os.environ, "PROGRAM": PROGRAM},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    there, said = (text.decode() for text in await process.communicate())
    if "mount" in said and "Traceback" not in said:
        pytest.skip(f"no file system may be mounted here: {said.strip()}")
    assert "the disk is full; make room and start again: what is there is kept" in said
    assert 0 < int(there.split()[-1]) <= 400 * 1024


def test_what_is_there_is_verified_and_never_touched(tmp_path):
    """Another file in its place is somebody's."""
    one = wanted(tmp_path)
    assert not fetching.verify(one, lambda _done: None)
    one.target.write_bytes(CONTENT)
    assert fetching.verify(one, lambda _done: None)
    for other in (CONTENT[:-1] + b"x", b"short"):
        one.target.write_bytes(other)
        with pytest.raises(DownloadError, match="is there and is another file"):
            fetching.verify(one, lambda _done: None)
        assert one.target.read_bytes() == other


def test_a_file_that_was_carried_here_is_verified(tmp_path):
    """As one that was fetched; it stays where it is."""
    given, one = tmp_path / "usb", wanted(tmp_path / "models")
    for wrong, said in ((b"short", "is another file"), (CONTENT[:-1] + b"x", "what came is another file")):
        given.write_bytes(wrong)
        with pytest.raises(DownloadError, match=said):
            fetching.copy(one, given, lambda _done: None)
    with pytest.raises(DownloadError, match="cannot be read"):
        fetching.copy(one, tmp_path / "absent", lambda _done: None)
    given.write_bytes(CONTENT)
    with contextlib.suppress(FileNotFoundError):
        one.target.with_name("weights.safetensors.bad").unlink()
    fetching.copy(one, given, lambda _done: None)
    assert right(one)
    assert given.read_bytes() == CONTENT
