"""What is measured, what a scrape shows of it, and that the Grafana board draws what there is."""

import asyncio
import re

import pytest

from serving.errors import BusyError, NotReadyError
from serving.guards import metrics_page
from serving.guards.counting import RequestCounter
from serving.metrics import METRICS
from serving.service import SummarizerService
from serving.summarizer import SummaryTask
from tests.fake_engine import FakeEngine, FakeLoader
from tests.little_server import LittleServer
from tests.scrapes import board, samples, targets
from tests.test_api import ARTICLE, CONFIG
from tests.test_guards import ECHO


class Recorded:
    """A recorder that remembers, and refuses what is not in the table."""

    def __init__(self):
        self.values = []

    def __call__(self, name, value, **labels):
        assert set(labels) == set(METRICS[name].labels), name
        self.values.append((name, value, labels))

    def of(self, name):
        return [(value, labels) for found, value, labels in self.values if found == name]


@pytest.fixture
def service():
    service = SummarizerService(CONFIG, FakeLoader(), Recorded())
    yield service
    service.close()


async def run(service, method="auto", text=ARTICLE):
    return await service.admit(SummaryTask(text), method).run()


def test_a_summary_is_measured_from_its_request_to_its_end(service):
    service.loader.arrive(FakeEngine())
    answer = asyncio.run(run(service))
    recorded = service._record
    assert recorded.of("nutshell_summaries_total") == [(1, {"method": "abstractive", "outcome": "done"})]
    for name in ("nutshell_wait_seconds", "nutshell_summary_seconds", "nutshell_first_draft_seconds"):
        ((seconds, _),) = recorded.of(name)
        assert seconds >= 0
    assert recorded.of("nutshell_tokens_total") == [
        (answer.num_input_tokens, {"direction": "read"}),
        (answer.num_summary_tokens, {"direction": "written"}),
    ]


def test_key_sentences_are_another_method_and_have_no_tokens(service):
    asyncio.run(run(service))
    assert service._record.of("nutshell_summaries_total") == [(1, {"method": "extractive", "outcome": "done"})]
    assert service._record.of("nutshell_tokens_total") == service._record.of("nutshell_first_draft_seconds") == []


def test_who_is_refused_leaves_or_waits_too_long_is_counted_by_why(service):
    async def refused():
        with pytest.raises(NotReadyError):
            await run(service, "abstractive")
        service.loader.arrive(FakeEngine(step_s=0.05))
        jobs = []
        with pytest.raises(BusyError):
            jobs.extend(iter(lambda: service.admit(SummaryTask(ARTICLE), "abstractive"), None))
        running = asyncio.create_task(jobs[0].run())
        await asyncio.sleep(0.1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for job in jobs:
            job.close()

    asyncio.run(refused())
    outcomes = [labels["outcome"] for _, labels in service._record.of("nutshell_summaries_total")]
    assert outcomes == ["not_ready", "busy", "stopped"]


def test_state_is_one_of_all_states(service):
    service.record_state()
    states = {labels["state"]: value for value, labels in service._record.of("nutshell_model_state")}
    assert states == {"absent": 1, "downloading": 0, "loading": 0, "ready": 0, "failed": 0}
    assert service._record.of("nutshell_running") == service._record.of("nutshell_waiting") == [(0, {})]


async def _ask(app, path, receive=None):
    async def send(message):
        pass

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await app(scope, receive, send)


def test_requests_are_counted_under_routes_that_exist():
    recorded = Recorded()
    counter = RequestCounter(ECHO, record=recorded, routes=["/status"])

    async def receive():
        return {"type": "http.request", "body": b""}

    for path in ("/status", "/status/x", "/a-name-of-the-clients-making"):
        asyncio.run(_ask(counter, path, receive))
    assert [labels for _, labels in recorded.of("nutshell_http_requests_total")] == [
        {"route": "/status", "status": "200"}, {"route": "other", "status": "200"}, {"route": "other", "status": "200"}
    ]  # fmt: skip


def test_who_leaves_without_an_answer_is_counted():
    async def says_nothing(_scope, _receive, _send):
        pass

    recorded = Recorded()
    asyncio.run(_ask(RequestCounter(says_nothing, record=recorded, routes=[]), "/"))
    assert recorded.of("nutshell_http_requests_total") == [(1, {"route": "other", "status": "499"})]


def test_what_fails_without_an_answer_is_counted_as_the_servers_own():
    async def fails(_scope, _receive, _send):
        raise RuntimeError

    recorded = Recorded()
    with pytest.raises(RuntimeError):
        asyncio.run(_ask(RequestCounter(fails, record=recorded, routes=[]), "/"))
    assert recorded.of("nutshell_http_requests_total") == [(1, {"route": "other", "status": "500"})]


def agent(worker, node, *, requests, running):
    """What Ray's agent of a machine says, in its own form."""
    labels = f'Component="c",NodeAddress="{node}",SessionName="s",Version="2",WorkerId="{worker}",otel_scope_name="x"'
    return (
        "# HELP ray_nutshell_http_requests_total Requests.\n# TYPE ray_nutshell_http_requests_total counter\n"
        f'ray_nutshell_http_requests_total{{{labels},route="/status",status="200"}} {requests}\n'
        "# HELP ray_nutshell_running Running.\n# TYPE ray_nutshell_running gauge\n"
        f'ray_nutshell_running{{{labels},replica="r"}} {running}\n'
    )


def test_page_adds_up_a_proxy_and_the_one_before_it_and_keeps_machines_apart():
    page = metrics_page.page([
        agent("a", "10.0.0.1", requests=3, running=1),
        agent("b", "10.0.0.1", requests=4, running=0),
        agent("c", "10.0.0.2", requests=5, running=2),
    ])  # fmt: skip
    route = (("route", "/status"), ("status", "200"))
    assert samples(page) == {
        ("nutshell_http_requests_total", ("node", "10.0.0.1"), *route): 7,
        ("nutshell_http_requests_total", ("node", "10.0.0.2"), *route): 5,
        ("nutshell_running", ("node", "10.0.0.1"), ("replica", "r")): 1,
        ("nutshell_running", ("node", "10.0.0.2"), ("replica", "r")): 2,
    }


def test_a_machine_whose_agent_is_gone_costs_only_its_own_numbers():
    def answer(handler):
        body = ("ray_object_store_memory 1\n" + agent("a", "10.0.0.1", requests=3, running=1)).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server = LittleServer(answer)
    try:
        texts = [metrics_page._ask(server.url), metrics_page._ask("http://127.0.0.1:1")]
    finally:
        server.close()
    assert "object_store" not in texts[0]
    assert len(samples(metrics_page.page(texts))) == 2
    assert metrics_page.page([]) == b""


def test_board_draws_every_metric_and_no_other():
    drawn = " ".join(target["expr"] for target in targets())
    for name, metric in METRICS.items():
        assert name + ("_bucket" if metric.kind == "histogram" else "") in drawn, name
    known = "|".join(METRICS)
    assert not re.sub(rf"\b({known})(_bucket|_sum|_count)?\b", "", drawn).count("nutshell_")


def test_board_fits_its_grid_and_asks_for_its_source():
    panels = board()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${source}"}
    assert board()["templating"]["list"][0]["name"] == "source"
