"""Several replicas: their number, which of them gets a request, and what they say of themselves together."""

import asyncio
import os
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from serving.config import ServingConfig
from serving.deployment import build_app
from serving.guards.answers import DECLINED_BY
from serving.guards.proxy import ProxyGuard
from serving.launch import _ENVIRONMENT
from serving.peers import add_up
from serving.router import MODEL_READY, ReadyFirstRouter
from serving.service import SummarizerService
from tests.fake_engine import FakeEngine, FakeLoader
from tests.running_app import ROOT
from tests.test_proxy_guard import body, start


def options(**settings):
    return build_app(ServingConfig(**settings))._bound_deployment._deployment_config


@pytest.mark.parametrize(
    ("cores", "settings", "most", "cpus"),
    [
        (8, {}, 1, 8),
        (8, {"num_replicas": "2"}, 2, 4),
        (8, {"num_replicas": "auto"}, 8, 1),
        (8, {"num_replicas": "auto", "num_threads": 4}, 2, 4),
        (8, {"num_replicas": "auto", "max_replicas": 3}, 3, 2),
        (1, {"num_replicas": "auto", "num_threads": 4}, 1, 4),
    ],
    ids=str,
)
def test_replicas_share_the_cores(monkeypatch, cores, settings, most, cpus):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    config = ServingConfig(**settings)
    assert (config.most_replicas, config.replica_cpus) == (most, cpus)


def test_more_at_least_than_at_most_is_refused():
    with pytest.raises(ValidationError, match="fewer than --min-replicas 3"):
        ServingConfig(num_replicas="auto", min_replicas=3, max_replicas=2)


def test_one_replica_keeps_serves_own_router_and_the_short_drain():
    config = options(drain_s=7)
    assert config.request_router_config.request_router_class.endswith("PowerOfTwoChoicesRequestRouter")
    assert config.graceful_shutdown_timeout_s == 7


def test_auto_scales_by_the_gates_places_and_lets_each_request_end():
    config = options(num_replicas="auto", max_replicas=3, min_replicas=2, max_running=8, scale_down_s=9)
    scaling = config.autoscaling_config
    assert (scaling.min_replicas, scaling.max_replicas, scaling.target_ongoing_requests) == (2, 3, 4)
    assert scaling.downscale_delay_s == 9
    assert config.graceful_shutdown_timeout_s == ServingConfig().request_timeout_s


class _Id(str):
    @property
    def unique_id(self):
        return str(self)


def seen(**ready):
    """What a router sees of replicas."""
    return [SimpleNamespace(replica_id=_Id(name), routing_stats={MODEL_READY: is_so}) for name, is_so in ready.items()]


@pytest.fixture
def choose():
    router = ReadyFirstRouter.__new__(ReadyFirstRouter)
    router._ready = set()

    def choose(replicas, declined=""):
        request = SimpleNamespace(metadata=SimpleNamespace(session_id=declined))
        (rank,) = asyncio.run(router.choose_replicas(replicas, request))
        return sorted(each.replica_id.unique_id for each in rank)

    return choose


def test_router_prefers_replicas_with_their_model(choose):
    assert choose(seen(a=False, b=False)) == ["a", "b"]
    assert choose(seen(a=False, b=True)) == ["b"]
    assert choose(seen(a=True, b=True)) == ["a", "b"]


def test_router_remembers_who_was_ready_while_a_new_controller_asks(choose):
    assert choose(seen(a=False, b=True)) == ["b"]
    forgotten = seen(a=False, b=False)
    forgotten[1].routing_stats = {}
    assert choose(forgotten) == ["b"]
    # A replica that is gone is forgotten with its name.
    assert choose(seen(a=False)) == ["a"]


def test_router_leaves_out_who_has_declined_but_never_turns_to_one_without_a_model(choose):
    assert choose(seen(a=True, b=True, c=False), declined="a") == ["b"]
    assert choose(seen(a=True, b=True, c=False), declined="a b") == ["a", "b"]


def ask(replicas, *, path="/summarize", headers=()):
    """Send a request through `ProxyGuard`; each of `replicas` is asked at most once, as by the router."""
    asked, sent = [], []

    async def app(scope, receive, send):
        told = dict(scope["headers"]).get(b"x-session-id", b"").split()
        name = next((name for name in replicas if name.encode() not in told), next(iter(replicas)))
        asked.append((name, (await receive())["body"]))
        status = replicas[name]
        head = start(status, "application/json")
        if status in {429, 503}:
            head["headers"].append((DECLINED_BY.encode(), name.encode()))
        await send(head)
        await send(body(name.encode()))

    async def receive():
        return {"type": "http.request", "body": b"article", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "method": "POST", "headers": list(headers)}
    asyncio.run(ProxyGuard(app)(scope, receive, send))
    return asked, sent


def test_a_replica_with_a_place_is_asked_before_anybody_hears_429():
    asked, sent = ask({"a": 429, "b": 503, "c": 200})
    assert asked == [("a", b"article"), ("b", b"article"), ("c", b"article")]
    assert (sent[0]["status"], sent[1]["body"]) == (200, b"c")


def test_when_all_decline_the_client_hears_so_once():
    asked, sent = ask({"a": 429, "b": 429})
    assert [name for name, _ in asked] == ["a", "b", "a"]
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 429
    assert DECLINED_BY.encode() not in dict(sent[0]["headers"])


@pytest.mark.parametrize("name", [b"X-Session-Id", b"x_session_id"])
def test_no_client_chooses_its_replica(name):
    asked, _ = ask({"a": 200, "b": 200}, headers=[(name, b"a")])
    assert [name for name, _ in asked] == ["a"]


def test_statuses_add_up():
    config = ServingConfig(max_running=8, max_waiting=2)
    with_model, without = (SummarizerService(config, FakeLoader(engine)) for engine in (FakeEngine(), None))
    total = add_up(without.status(), [with_model.status()])
    assert (total.model_state, total.method) == ("ready", "abstractive")
    # The engine shares four ways; key sentences have two places.
    assert total.replicas.model_dump() == {"num_running": 2, "num_ready": 1, "num_places": (4 + 2) + (2 + 2)}
    assert add_up(without.status(), []) == without.status()


def test_a_clusters_environment_holds_all_of_one_machines():
    lines = (ROOT / "deploy" / "cluster.env").read_text(encoding="utf-8").splitlines()
    there = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert _ENVIRONMENT.items() <= there.items()
