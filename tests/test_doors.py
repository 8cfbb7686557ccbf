"""Gradio's own routes: which are open, whose files may be named, who a visitor is. Around the real page."""

import asyncio
import json
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from fastapi.routing import APIRoute

from page_process import page_guards
from serving.guards.hosts import Hosts
from tests.little_server import LittleServer, send_json
from tests.running_app import free_port, wait_until
from tests.test_page_states import STATUS
from ui import doors, sessions
from ui.client import SummarizerClient
from ui.doors import OPEN_ROUTES
from ui.looks import launch_options
from ui.page import PageConfig, build_page
from ui.sessions import make_sessions_light


class Elsewhere:
    """A server that must not be asked."""

    def __init__(self) -> None:
        self.num_requests = 0
        self.server = LittleServer(self._answer)

    def _answer(self, handler) -> None:
        self.num_requests += 1
        send_json(200, {})(handler)


@pytest.fixture(scope="module")
def page():
    summarizer = LittleServer(send_json(200, STATUS))
    blocks, port = build_page(SummarizerClient(summarizer.url), PageConfig()), free_port()
    guards = page_guards(Hosts("127.0.0.1"))
    blocks.launch(server_port=port, **launch_options(auth=("guest", "three-plain-words"), guards=guards))
    blocks.url = f"http://127.0.0.1:{port}"
    yield blocks
    blocks.close(verbose=False)
    summarizer.close()


@pytest.fixture
def visitor(page):
    return log_in(page)


def log_in(page) -> requests.Session:
    session = requests.Session()
    session.get(page.url + "/")
    data = {"username": "guest", "password": "three-plain-words"}
    assert session.post(page.url + "/login", data=data).status_code == 200
    return session


def upload(page, session, content=b"The ferry runs all night.") -> requests.Response:
    return session.post(page.url + "/gradio_api/upload", files={"files": ("a.txt", content)})


def join(page, session, path: object, event: str = "upload") -> requests.Response:
    """Ask Gradio's queue for what the page does with a chosen file."""
    config = session.get(page.url + "/config").json()
    target = next(
        each["id"] for each in config["dependencies"] if any(trigger[1] == event for trigger in each["targets"])
    )
    data = [[{"path": path, "url": path, "meta": {"_type": "gradio.FileData"}}]]
    body = {"fn_index": target, "data": data, "session_hash": uuid.uuid4().hex[:10]}
    return session.post(page.url + "/gradio_api/queue/join", json=body)


def test_only_routes_that_the_page_needs_are_open(page):
    """Whatever Gradio serves beyond the list in docs/security.md is not there."""
    session = log_in(page)
    closed = 0
    included = [route.original_router.routes for route in page.app.routes if hasattr(route, "original_router")]
    own = [("", route) for route in page.app.routes if isinstance(route, APIRoute)]
    for prefix, route in [*own, *(("/gradio_api", route) for routes in included for route in routes)]:
        path = prefix + re.sub(r"\{[^}]*\}", "x", route.path.removeprefix(prefix))
        for method in route.methods:
            if method in OPEN_ROUTES and not any(re.fullmatch(known, path) for known in OPEN_ROUTES[method]):
                answer = session.request(method, page.url + path)
                assert answer.status_code == 404, (method, path)
                assert answer.json()["message"] == "There is nothing at this address."
                closed += 1
    assert closed > 20


@pytest.mark.parametrize("path", ["/monitoring", "/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/vibe-edit/"])
def test_these_above_all_are_closed(page, visitor, path):
    assert visitor.get(page.url + path).status_code == 404
    assert visitor.post(page.url + path).status_code == 404


@pytest.mark.parametrize(
    "spelling", ["{url}", "{url}/story.txt", "HTTP://{netloc}/", "//{netloc}/", "/etc/passwd", "../app.py", None, 7]
)
def test_a_file_that_nobody_uploaded_is_neither_fetched_nor_read(page, visitor, spelling):
    elsewhere = Elsewhere()
    netloc = f"127.0.0.1:{elsewhere.server.port}"
    path = spelling.format(url=f"http://{netloc}", netloc=netloc) if isinstance(spelling, str) else spelling
    answer = join(page, visitor, path)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Only a file that was opened on this page can be read."
    time.sleep(0.3)
    assert elsewhere.num_requests == 0
    elsewhere.server.close()


@pytest.mark.slow
def test_ones_own_upload_is_read_and_anothers_is_not(page, visitor):
    (path,) = upload(page, visitor).json()
    assert join(page, visitor, path).status_code == 200
    assert join(page, log_in(page), path).status_code == 403


def test_a_visitor_cannot_make_his_own_name_up(page):
    """Whoever has no cookie of ours is his address, however many names he tells."""
    seen = set()
    original = doors.Doors._call

    async def noting(self, visitor, *rest):
        seen.add(visitor)
        await original(self, visitor, *rest)

    doors.Doors._call = noting
    try:
        for number in range(5):
            cookies = {"nutshell-visitor": f"{number}.{'0' * 64}"}
            headers = {doors.VISITOR_HEADER: f"me-{number}"}
            requests.post(page.url + "/gradio_api/queue/join", json={}, cookies=cookies, headers=headers, timeout=20)
        assert seen == {"address-127.0.0.1"}
        log_in(page).post(page.url + "/gradio_api/queue/join", json={})
        assert len(seen) == 2
    finally:
        doors.Doors._call = original


@pytest.mark.slow
def test_wrong_logins_are_slow(page, monkeypatch):
    monkeypatch.setattr(doors, "_WRONG_LOGIN_PAUSE_S", 0.2)
    monkeypatch.setattr(doors, "_MAX_WAITING_LOGINS", 5)

    def guess(number: int) -> int:
        data = {"username": "guest", "password": f"guess {number}"}
        return requests.post(page.url + "/login", data=data, timeout=60).status_code

    started = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(guess, range(10)))
    tried = len([status for status in statuses if status == 400])
    assert set(statuses) == {400, 429}
    assert time.monotonic() - started >= 0.2 * (tried - 1)
    log_in(page)


@pytest.mark.parametrize(("route", "num_bytes"), [("queue/join", 8_100_000), ("upload", 22_000_000)])
def test_large_bodies_are_refused_before_they_are_kept(page, visitor, route, num_bytes):
    try:
        answer = visitor.post(f"{page.url}/gradio_api/{route}", data=b" " * num_bytes, timeout=60)
    except requests.ConnectionError:
        return  # it answered and hung up while we were sending
    assert answer.status_code == 413


def test_uploads_are_bounded_together(page, visitor, monkeypatch):
    monkeypatch.setattr(doors, "_MAX_KEPT_BYTES", 1000)
    assert upload(page, visitor, b"x" * 2000).status_code == 200
    answer = upload(page, visitor)
    assert answer.status_code == 429
    assert "Many files" in answer.json()["message"]


def test_unfinished_uploads_hold_no_more_than_their_places():
    async def main():
        ends = asyncio.Event()

        async def gradio(scope, receive, send):
            await ends.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"[]"})

        guard = doors.Doors(gradio)

        async def upload() -> int:
            statuses = []

            async def send(message):
                statuses.append(message.get("status"))

            scope = {
                "type": "http",
                "method": "POST",
                "path": "/gradio_api/upload",
                "headers": [],
                "client": ("::1", 1),
            }
            await guard(scope, None, send)
            return statuses[0]

        unfinished = [asyncio.create_task(upload()) for _ in range(8)]
        await asyncio.sleep(0)
        assert await upload() == 429
        ends.set()
        assert await asyncio.gather(*unfinished) == [200] * 8
        assert await upload() == 200

    asyncio.run(main())


def test_the_list_of_open_routes_is_the_documented_one():
    documented = Path("docs/security.md").read_text(encoding="utf-8")
    for method, routes in OPEN_ROUTES.items():
        for route in routes:
            assert f"`{method} {route}`" in documented, json.dumps(route)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_one_visitors_calls_come_at_a_pace_and_others_do_not_wait_for_them():
    clock = Clock()
    pace = doors.Pace(clock)
    waits = [pace.wait_s("flood") for _ in range(200)]
    assert waits[:40] == [0.0] * 40
    assert waits[40:61] == pytest.approx([number / 10 for number in range(21)])
    assert waits[62:] == [None] * 138
    assert pace.wait_s("somebody else") == 0.0
    clock.now += 60
    assert pace.wait_s("flood") == 0.0


def test_a_program_that_waits_for_its_answers_is_only_slowed_down():
    clock, refused = Clock(), 0
    pace = doors.Pace(clock)
    for _ in range(500):
        wait_s = pace.wait_s("program")
        refused += wait_s is None
        clock.now += (wait_s or 0.0) + 0.01
    assert refused == 0
    assert 400 / doors.MAX_CALLS_PER_S <= clock.now - 100.0 <= 520 / doors.MAX_CALLS_PER_S


def test_a_flood_of_calls_under_made_up_sessions_is_refused_with_a_sentence(page, monkeypatch):
    monkeypatch.setattr(doors, "MAX_CALLS_AT_ONCE", 3)
    monkeypatch.setattr(doors, "_MAX_CALL_WAIT_S", 0.2)
    monkeypatch.setattr(doors, "MAX_CALLS_PER_S", 0.1)
    session = log_in(page)
    answers = [join(page, session, "made-up") for _ in range(8)]
    assert [answer.status_code for answer in answers][:3] == [403] * 3
    assert answers[-1].status_code == 429
    assert answers[-1].json()["detail"].endswith("Try again in a moment.")
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert join(page, log_in(page), "made-up").status_code == 403


@pytest.mark.slow
def test_sessions_cost_nothing_until_they_are_used_and_the_oldest_are_forgotten(monkeypatch):
    """Gradio describes the whole page anew for each session name, which the browser makes up."""
    blocks = build_page(SummarizerClient("http://127.0.0.1:1"), PageConfig())
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 50)
    blocks.launch(server_port=free_port(), **launch_options())
    try:
        make_sessions_light(blocks)
        described = []
        monkeypatch.setattr(type(blocks.default_config), "config_for_block", lambda *_args: described.append(1) or {})
        for number in range(80):
            assert blocks.state_holder[f"made-up-{number}"].state_data == {}
        assert described == []
        assert len(blocks.state_holder.session_data) <= 51
        assert blocks.app.state_holder is blocks.state_holder
    finally:
        blocks.close(verbose=False)


@pytest.mark.slow
def test_uploads_are_deleted_some_time_later(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr("ui.page._UPLOAD_LIFE_S", 1)
    blocks, port = build_page(SummarizerClient("http://127.0.0.1:1"), PageConfig()), free_port()
    blocks.launch(server_port=port, **launch_options(guards=page_guards(Hosts("127.0.0.1"))))
    blocks.url = f"http://127.0.0.1:{port}"
    try:
        (path,) = upload(blocks, requests.Session()).json()
        assert Path(path).is_file()
        wait_until(lambda: not Path(path).exists(), timeout_s=30, what="it is deleted")
    finally:
        blocks.close(verbose=False)
