"""What stands before the work on both ports: names, other web sites, bodies, connections."""

import asyncio
import json
import socket
import threading
import time

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from serving.guards import bodies, connections
from serving.guards.bodies import BodyGuard
from serving.guards.hosts import HostGuard, Hosts, host_name
from tests.running_app import free_port


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} {request.headers.get('x-forwarded-host', '-')}")


ECHO = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "HEAD", "POST"])])


def guarded(hosts: Hosts) -> TestClient:
    return TestClient(HostGuard(ECHO, hosts=hosts, computes=("/Summarizer", "/router")), base_url="http://127.0.0.1")


LOOPBACK = Hosts("127.0.0.1")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:8000", "localhost:7860", "LOCALHOST", "[::1]:8000", "127.8.9.1", "news.localhost:1", ""],
)
def test_loopback_is_a_good_name(host):
    assert guarded(LOOPBACK).get("/status", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7", "0.0.0.0",
        "evil.example@127.0.0.1", "127.0.0.1/evil.example", "[::ffff:a.b]", 'x"><script>', "2130706433.example",
    ],
)  # fmt: skip
def test_other_names_are_refused_with_a_sentence(host):
    answer = guarded(LOOPBACK).post("/summarize", json={}, headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["error"] == "unknown_host"
    assert "--allowed-host" in answer.json()["message"]


def test_names_can_be_allowed():
    hosts = Hosts("127.0.0.1", ["news.example", " Other.Example "])
    hosts.add("abc.gradio.live")
    for name in ("news.example", "other.example:443", "ABC.gradio.live"):
        assert hosts.allow(name)
    assert not hosts.allow("x.news.example")
    assert Hosts("127.0.0.1", ["*"]).allow("anything.example")


def test_beyond_loopback_addresses_in_numbers_are_good_and_names_are_not():
    hosts = Hosts("0.0.0.0")
    assert hosts.allow("192.168.1.20:7860")
    assert hosts.allow("[fe80::1]:7860")
    assert not hosts.allow("evil.example")
    assert Hosts("studio.lan").allow("studio.lan:7860")


@pytest.mark.parametrize(
    ("headers", "method", "path", "status"),
    [
        ({}, "POST", "/summarize", 200),
        ({"Origin": "http://127.0.0.1:7860"}, "POST", "/summarize", 200),
        ({"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}, "POST", "/summarize", 200),
        ({"Sec-Fetch-Site": "same-origin"}, "POST", "/summarize", 200),
        ({"Sec-Fetch-Site": "none"}, "GET", "/Summarizer", 200),
        ({"Sec-Fetch-Site": "cross-site"}, "GET", "/docs", 200),  # a link from elsewhere
        ({"Origin": "https://evil.example"}, "POST", "/summarize", 403),
        ({"Origin": "https://evil.example"}, "GET", "/status", 403),
        ({"Origin": "null"}, "POST", "/summarize", 403),
        ({"Origin": "https://127.0.0.1.evil.example"}, "POST", "/summarize", 403),
        ({"Sec-Fetch-Site": "cross-site"}, "POST", "/summarize", 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, "GET", "/Summarizer", 403),  # an <img>
        ({"Sec-Fetch-Site": "cross-site"}, "GET", "/router", 403),
    ],
)
def test_pages_of_other_sites_make_it_do_nothing(headers, method, path, status):
    answer = guarded(LOOPBACK).request(method, path, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"] == "foreign_site"


def test_links_of_others_on_the_same_tunnel_are_other_sites():
    hosts = Hosts("127.0.0.1")
    hosts.add("mine.gradio.live")
    headers = {"Host": "mine.gradio.live", "Sec-Fetch-Site": "same-site"}
    assert guarded(hosts).post("/upload", headers=headers).status_code == 403
    assert guarded(hosts).post("/upload", headers={**headers, "Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_no_other_site_frames_it_and_a_forwarded_host_is_believed_only_if_allowed():
    client = guarded(Hosts("127.0.0.1", ["news.example"]))
    answer = client.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"
    assert answer.text == "0 -"
    assert client.get("/", headers={"X-Forwarded-Host": "news.example"}).text == "0 news.example"


@pytest.mark.parametrize(("host", "name"), [("A.example.:80", "a.example"), ("[::1]:5", "::1"), ("a b", "?"), ("", "")])
def test_host_names(host, name):
    assert host_name(host) == name


def body_guard(max_bytes=1000, streams=()):
    return BodyGuard(ECHO, max_bytes=lambda _path: max_bytes, streams=streams)


@pytest.mark.parametrize("streams", [(), ("/upload",)], ids=["whole", "as it comes"])
@pytest.mark.parametrize(("num_bytes", "status"), [(0, 200), (1000, 200), (1001, 413), (50_000, 413)])
def test_bodies_are_bounded_with_and_without_a_declared_length(num_bytes, status, streams):
    client = TestClient(body_guard(streams=streams))
    pieces = (b"x" * min(100, num_bytes - start) for start in range(0, num_bytes, 100))
    for content in (b"x" * num_bytes, pieces):
        answer = client.post("/upload", content=content)
        assert answer.status_code == status
        assert answer.text == f"{num_bytes} -" if status == 200 else answer.json()["error"] == "too_large"


def send_slowly(guard, messages, *, path="/summarize"):
    """Status codes that a client gets whose body comes as `messages`, and then no more."""
    return [message["status"] for message in answer_to(guard, messages, path=path) if "status" in message]


def answer_to(guard, messages, *, path="/summarize"):
    """The same as ASGI messages."""
    sent = []

    async def main():
        pieces = iter(messages)

        async def receive():
            message = next(pieces, None)
            if message is None:
                await asyncio.sleep(60)
            return message

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
        await asyncio.wait_for(guard(scope, receive, send), timeout=20)

    asyncio.run(main())
    return sent


HALF = {"type": "http.request", "body": b"x" * 10, "more_body": True}


@pytest.mark.parametrize("streams", [(), ("/summarize",)], ids=["whole", "as it comes"])
def test_a_body_that_never_ends_is_given_up(monkeypatch, streams):
    monkeypatch.setattr(bodies, "MAX_UPLOAD_S", 0.1)
    assert send_slowly(body_guard(streams=streams), [HALF]) == [408]


def test_bodies_that_wait_together_are_bounded_and_freed_again(monkeypatch):
    monkeypatch.setattr(bodies, "MAX_HELD_BYTES", 15)
    monkeypatch.setattr(bodies, "_SMALL_BYTES", 0)
    guard = body_guard()
    assert send_slowly(guard, [HALF, HALF]) == [429]
    assert send_slowly(guard, [HALF, {"type": "http.disconnect"}]) == []
    assert send_slowly(guard, [{**HALF, "more_body": False}]) == [200]


def test_a_short_article_is_taken_whatever_others_hold(monkeypatch):
    monkeypatch.setattr(bodies, "MAX_HELD_BYTES", 15)
    guard = body_guard(max_bytes=10**9)
    large = {**HALF, "body": b"x" * 100_000}
    assert send_slowly(guard, [large, large]) == [429]
    assert send_slowly(guard, [HALF, HALF, {**HALF, "more_body": False}]) == [200]


def test_a_client_that_hangs_up_in_an_upload_is_nobodys_failure():
    async def reads(scope, receive, _send):
        await Request(scope, receive).body()

    guard = BodyGuard(reads, max_bytes=lambda _path: 1000, streams=("/summarize",))
    assert send_slowly(guard, [HALF, {"type": "http.disconnect"}]) == []


@pytest.fixture
def server(monkeypatch):
    """A port where uvicorn listens with bounded connections."""
    monkeypatch.setattr(connections, "MAX_HEAD_S", 0.5)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 20)
    connections.install()
    port = free_port()
    running = uvicorn.Server(uvicorn.Config(ECHO, port=port, log_level="critical"))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield port
    running.should_exit = True
    thread.join()


def talk(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        sock.sendall(data)
        answer = b""
        try:
            while piece := sock.recv(65_536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("data", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", GET[:-2] + b"a: b\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(server, data):
    assert talk(server, data) == b""
    assert talk(server, GET).startswith(b"HTTP/1.1 200")


def test_those_who_say_nothing_make_room_for_the_next(server):
    idle = [socket.create_connection(("127.0.0.1", server), timeout=20) for _ in range(60)]
    assert talk(server, GET).startswith(b"HTTP/1.1 200")
    for sock in idle:
        sock.close()


@pytest.mark.parametrize(
    ("data", "status", "error"),
    [
        (b"GET / HTTP/9.9\r\n\r\n", b"400", "invalid_request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400", "invalid_request"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414", "url_too_long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"x" * 131_072, b"431", "head_too_large"),
        (b"GET / HTTP/1.1\r\n" + b"X-Field: some words\r\n" * 6_250, b"431", "head_too_large"),
        (b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", b"400", "invalid_request"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"400", "invalid_request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"400", "invalid_request"),
    ],
    ids=[
        "another HTTP",
        "TLS",
        "an endless URL",
        "an endless header",
        "endless headers",
        "a tunnel",
        "a strange length",
        "HTTP/2",
    ],
)
def test_what_cannot_be_parsed_is_told_as_json(server, data, status, error):
    head, _, body = talk(server, data).partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert json.loads(body)["error"] == error


def test_a_client_that_offers_http_2_keeps_its_body(server):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
    answer = talk(server, head + b"HTTP2-Settings: AAMAAABk\r\nContent-Length: 5\r\n\r\nhello")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"5 -")


@pytest.mark.parametrize("key", [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n", b""])
def test_a_websockets_handshake_is_a_request_like_others(server, key):
    head = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
    assert talk(server, head + key + b"\r\n").startswith(b"HTTP/1.1 200")


def test_a_large_body_is_no_large_head(server):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 400000\r\n\r\n"
    assert talk(server, head + b"x" * 400_000).endswith(b"400000 -")
