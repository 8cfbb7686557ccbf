"""`/ready` says whether to send requests here: Serve's proxy has the first word, the application the second."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from serving.guards.readiness import ReadyGuard


def proxy(health_status: int, asked: list[str]) -> TestClient:
    """Serve's proxy with an application that is ready, or not if `method` is abstractive."""

    async def health(request):
        asked.append(request.url.path)
        return PlainTextResponse("This node is being drained.", status_code=health_status)

    async def ready(request):
        asked.append(request.url.path)
        return JSONResponse({}, status_code=503 if request.query_params.get("method") == "abstractive" else 200)

    routes = [Route("/-/healthz", health), Route("/ready", ready), Route("/status", ready)]
    return TestClient(ReadyGuard(Starlette(routes=routes)))


@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_application_is_asked_where_the_proxy_takes_requests(verb):
    asked = []
    assert proxy(200, asked).request(verb, "/ready").status_code == 200
    assert proxy(200, asked).request(verb, "/ready?method=abstractive").status_code == 503
    assert asked == ["/-/healthz", "/ready"] * 2


def test_proxy_that_is_drained_is_not_ready_and_says_when_to_ask_again():
    asked = []
    answer = proxy(503, asked).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"] == "not_ready"
    assert "Retry-After" in answer.headers
    assert asked == ["/-/healthz"]


def test_other_routes_go_on_while_it_is_drained():
    assert proxy(503, []).get("/status").status_code == 200
