"""The page that says how a process is: ``/healthz`` for whoever restarts it, ``/metrics`` for Prometheus.

aiohttp and prometheus_client are imported by what serves the page: the second is an extra.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from engine import textfile
from engine.measures import Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from aiohttp import web
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric as Family

    from engine.config import MetricsTable
    from engine.measures import Measures

log = logging.getLogger(__name__)

MAX_TOKEN_BYTES = 4096
HIGHEST_PORT = 65_535
ANSWERS_WITHIN_S = 5.0

NOT_INSTALLED = "/metrics needs prometheus_client: pip install 'eshi[metrics]'"

Health: TypeAlias = "Mapping[str, object]"
"""What is said as JSON; ``ready`` is among it."""


class MetricsError(Exception):
    """The page cannot be served as the configuration says; one line, which names the key."""


@dataclass(frozen=True)
class PageAddress:
    """Where the page is, and what it asks for."""

    host: str
    port: int
    token: str
    """"": nothing."""


def address_of(table: MetricsTable, base: Path) -> PageAddress | None:
    """Read where the page is to be served.

    Args:
        table: Of the configuration.
        base: The configuration file's folder, to which its paths are relative.

    Returns:
        None where nothing is to be served.

    Raises:
        MetricsError: What is written cannot be one, or everybody could read the page.
    """
    if not table.listen:
        return None
    host, _, digits = table.listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not digits.isdecimal() or int(digits) > HIGHEST_PORT:
        raise MetricsError(f'metrics.listen: expected HOST:PORT, such as "127.0.0.1:9464", got {table.listen!r}')
    token = _token(table, base)
    if not token and not _is_loopback(host):
        raise MetricsError(
            f"metrics.listen: {host} can be reached from other machines; name a file with a token in metrics.token_file"
        )
    return PageAddress(host, int(digits), token)


def _token(table: MetricsTable, base: Path) -> str:
    if not table.token_file:
        return ""
    try:
        path = textfile.beside(base, table.token_file)
        token = textfile.read(path, max_bytes=MAX_TOKEN_BYTES).strip()
    except textfile.TextFileError as error:
        raise MetricsError(f"metrics.token_file: {error}") from error
    if not token or not token.isascii() or not token.isprintable():
        raise MetricsError(f"metrics.token_file: {path}: expected one line of ASCII letters")
    return token


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class StatusPage:
    """Answers on the event loop of the process that it is about, so that an answer says that the loop runs."""

    def __init__(
        self,
        measures: Measures,
        *,
        health: Callable[[], Awaitable[Health]],
        look: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Prepare to answer.

        Args:
            measures: What is shown.
            health: Says how the process is.
            look: Brings the levels up to date before they are shown; None where they always are.
        """
        self._measures = measures
        self._health = health
        self._look = look

    @asynccontextmanager
    async def served(self, address: PageAddress | None) -> AsyncGenerator[str]:
        """Serve until the block is left.

        Args:
            address: Where; None: nowhere.

        Yields:
            The page's address; "" where it has none.

        Raises:
            MetricsError: Somebody else listens there.
        """
        if address is None:
            yield ""
            return
        from aiohttp import web

        app = web.Application(middlewares=[web.middleware(_asking_for(address.token))] if address.token else [])
        app.router.add_get("/healthz", self._whole)
        app.router.add_get("/healthz/live", self._live)
        app.router.add_get("/healthz/ready", self._ready)
        app.router.add_get("/metrics", self._metrics())
        runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, address.host, address.port)
            try:
                await site.start()
            except OSError as error:
                raise MetricsError(f"metrics.listen: {address.host} port {address.port}: {error.strerror}") from error
            host, port = runner.addresses[0][:2]
            url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            log.info("health and metrics: %s/healthz and %s/metrics", url, url)
            yield url
        finally:
            await runner.cleanup()

    async def _live(self, _request: web.Request) -> web.Response:
        from aiohttp import web

        return web.json_response({"live": True})

    async def _whole(self, _request: web.Request) -> web.Response:
        """Say all there is to say; the status is 200 whatever it says: that this answers is what counts."""
        from aiohttp import web

        return web.json_response({"live": True, **await self._health()})

    async def _ready(self, _request: web.Request) -> web.Response:
        from aiohttp import web

        health = await self._health()
        return web.json_response(dict(health), status=200 if health["ready"] else 503)

    def _metrics(self) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        try:
            from prometheus_client.aiohttp import make_aiohttp_handler
        except ModuleNotFoundError:
            log.warning("%s", NOT_INSTALLED)
            return _not_installed
        shown = make_aiohttp_handler(registry_of(self._measures))

        async def metrics(request: web.Request) -> web.StreamResponse:
            if self._look is not None:
                await self._look()
            return await shown(request)

        return metrics


async def _not_installed(_request: web.Request) -> web.Response:
    from aiohttp import web

    return web.Response(text=f"{NOT_INSTALLED}\n", status=501)


def _asking_for(token: str) -> Any:
    async def asking(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        from aiohttp import web

        shown = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        return await handler(request)

    return asking


def ask(table: MetricsTable, base: Path, path: str) -> str:
    """Ask a running process how it is, as a container's health check does.

    Args:
        table: Of the configuration, by which that process was started.
        base: The configuration file's folder.
        path: ``/healthz/live`` or another.

    Returns:
        What it said.

    Raises:
        MetricsError: It does not answer within some seconds, or says no; or nothing is served there.
    """
    from http.client import HTTPConnection, HTTPException

    address = address_of(table, base)
    if address is None:
        raise MetricsError("metrics.listen: nothing is served, so nobody can be asked")
    headers = {"Authorization": f"Bearer {address.token}"} if address.token else {}
    connection = HTTPConnection(_reached(address.host), address.port, timeout=ANSWERS_WITHIN_S)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        raise MetricsError(f"{address.host} port {address.port} does not answer: {error}") from error
    finally:
        connection.close()
    if answer.status != 200:  # noqa: PLR2004  HTTP
        raise MetricsError(f"{answer.status}: {said}")
    return said


def _reached(host: str) -> str:
    """Give where this machine reaches what listens everywhere."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  it is not bound here


def registry_of(measures: Measures) -> CollectorRegistry:
    """Make a registry of its own, with what this process's memory, files and garbage are besides."""
    from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

    registry = CollectorRegistry()
    registry.register(_Collector(measures))
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


class _Collector:
    """Shows measures in prometheus_client's form."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Family]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for one in self._measures:
            names = tuple(one.labels)
            match one:
                case Counter():
                    family = CounterMetricFamily(one.name, one.explanation, labels=names)
                    for values, count in one.values.items():
                        family.add_metric(values, count)
                case Gauge():
                    family = GaugeMetricFamily(one.name, one.explanation, labels=names)
                    for values, level in list(one.values.items()):
                        family.add_metric(values, level)
                case Histogram():
                    family = HistogramMetricFamily(one.name, one.explanation, labels=names)
                    for values, counts in one.counts.items():
                        family.add_metric(values, [*_summed(one.buckets, list(counts))], one.sums[values])
                case _:
                    continue
            yield family


def _summed(buckets: tuple[float, ...], counts: list[int]) -> Iterator[tuple[str, float]]:
    """Give where each bucket ends and how many values lie before that, as Prometheus has it."""
    below = 0
    for end, count in zip((*map(str, buckets), "+Inf"), counts, strict=True):
        below += count
        yield end, below
