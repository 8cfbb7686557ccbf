"""One page of Prometheus' text format of what all processes on all machines have counted.

Each process hands its numbers to its machine's metrics agent every ten seconds, with Serve's own. The agent offers them
on a port of its own, dashboard or not, among 600 KB of Ray's own. The proxy that is asked for `/metrics` asks the
agents of all machines, so one scrape of any proxy shows every replica and every proxy.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterator

import requests
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client import Metric as Family
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX = "ray_"
_OURS = "ray_nutshell_"
_SERVES = (
    "ray_serve_deployment_replica_healthy",
    "ray_serve_deployment_replica_starts",
    "ray_serve_autoscaling_target_replicas",
)
"""Of Serve's own: how many replicas there are, have been started and are wanted."""

_WANTED = re.compile(rf"(# (HELP|TYPE) )?({'|'.join([_OURS, *_SERVES])})")

_RAYS_LABELS = {"Component", "SessionName", "Version", "WorkerId"}
_FRESH_S = 2.0
_AGENT_TIMEOUT_S = 5.0


class MetricsPage:
    """Answers `GET /metrics`, in front of Serve's proxy; everything else goes on.

    Args:
        agents: tells the addresses to ask; may take a while.
    """

    def __init__(self, app: ASGIApp, *, agents: Callable[[], list[str]]) -> None:
        self._app, self._agents = app, agents
        self._page = b""
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/metrics" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        # One at a time, and what is new comes every ten seconds only: however often somebody asks.
        async with self._asking:
            if time.monotonic() - self._asked_at > _FRESH_S:
                urls = await asyncio.to_thread(self._agents)
                texts = await asyncio.gather(*(asyncio.to_thread(_ask, url) for url in urls))
                self._page = await asyncio.to_thread(page, texts)
                self._asked_at = time.monotonic()
        await Response(self._page, media_type=CONTENT_TYPE_LATEST)(scope, receive, send)


def _ask(url: str) -> str:
    """The lines of one machine that are meant for us; none where its agent does not answer."""
    session = requests.Session()
    session.trust_env = False  # no proxy stands between the machines of a cluster
    try:
        text = session.get(url, timeout=_AGENT_TIMEOUT_S).text
    except requests.RequestException:
        return ""
    return "".join(line + "\n" for line in text.splitlines() if _WANTED.match(line))


def page(texts: list[str]) -> bytes:
    """One page of what several agents say, in Prometheus' text format.

    Ray's own labels are left out, its name for a machine's address is `node`. Where two numbers then have the same
    labels, as those of a proxy and the one before it, counters are added and of a gauge the largest is taken.
    """
    families: dict[str, Family] = {}
    sums: dict[str, dict[tuple[str, frozenset[tuple[str, str]]], float]] = {}
    for family in (family for text in texts for family in text_string_to_metric_families(text)):
        name = family.name.removeprefix(_PREFIX) if family.name.startswith(_OURS) else family.name
        families.setdefault(name, Family(name, family.documentation, family.type))
        values = sums.setdefault(name, {})
        for sample in family.samples:
            key = (name + sample.name.removeprefix(family.name), frozenset(_labels(sample.labels)))
            known = values.get(key)
            if known is None:
                values[key] = sample.value
            else:
                values[key] = max(known, sample.value) if family.type == "gauge" else known + sample.value
    for name, values in sums.items():
        for (sample_name, labels), value in values.items():
            families[name].add_sample(sample_name, dict(sorted(labels)), value)
    return generate_latest(_Families(families))


def _labels(labels: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in labels.items():
        if name not in _RAYS_LABELS and not name.startswith("otel_"):
            yield "node" if name == "NodeAddress" else name, value


class _Families:
    """What `generate_latest` wants: something that gives families."""

    def __init__(self, families: dict[str, Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Family]:
        yield from self._families.values()
