"""Page and API under a path of a proxy's: in nginx by deploy/nginx.conf, where there is one, and in a plain one."""

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import requests
import uvicorn

from page_process import page_guards
from serving.api import create_api
from serving.guards.hosts import Hosts
from serving.service import SummarizerService
from tests.fake_engine import FakeEngine, FakeLoader
from tests.little_server import LittleServer, send_json
from tests.running_app import ROOT, free_port, wait_until
from tests.test_api import ARTICLE, CONFIG
from tests.test_page_states import STATUS
from ui.client import SummarizerClient
from ui.looks import launch_options
from ui.page import PageConfig, build_page

pytestmark = pytest.mark.slow

HOST = "news.example.org"
HERE = {"Host": HOST}
NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")


class PlainProxy:
    """Does what deploy/nginx.conf asks for, one request a connection."""

    def __init__(self, page_port: int, api_port: int) -> None:
        self._ports = {b"/nutshell/api/": api_port, b"/nutshell/": page_port}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                threading.Thread(target=self._pass_on, args=(self._listener.accept()[0],), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += client.recv(65_536)
        prefix = next(prefix for prefix in self._ports if b" " + prefix in data.partition(b"\r\n")[0])
        host = re.search(rb"\r\nhost: *([^\r]*)", data, re.IGNORECASE)[1]
        line, _, rest = data.replace(b" " + prefix, b" /", 1).partition(b"\r\n")
        rest = re.sub(rb"(?i)^connection:[^\r]*\r\n", b"", rest, count=1, flags=re.MULTILINE)
        own = b"X-Forwarded-Host: %b\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n" % host
        with client, socket.create_connection(("127.0.0.1", self._ports[prefix])) as upstream:
            upstream.sendall(line + b"\r\n" + own + rest)
            threading.Thread(target=_pump, args=(client, upstream), daemon=True).start()
            _pump(upstream, client)

    def close(self) -> None:
        self._listener.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either side has left
        while data := source.recv(65_536):
            target.sendall(data)


class Nginx:
    """deploy/nginx.conf on a free port."""

    def __init__(self, page_port: int, api_port: int, folder: Path) -> None:
        self.port = free_port()
        locations = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        locations = locations.replace("127.0.0.1:7860", f"127.0.0.1:{page_port}")
        locations = locations.replace("127.0.0.1:8000", f"127.0.0.1:{api_port}")
        own = "".join(
            f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {folder}/pid; events {{}}"
            f"http {{ access_log off; {own} server {{ listen 127.0.0.1:{self.port}; {locations} }} }}"
        )
        log = str(folder / "error.log")
        self._popen = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", log])
        wait_until(self._answers, timeout_s=20, what="nginx")

    def _answers(self) -> bool:
        assert self._popen.poll() is None, "nginx ended"
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/", timeout=5).status_code == 404
        except requests.ConnectionError:
            return False

    def close(self) -> None:
        self._popen.terminate()
        self._popen.wait(20)


class Site:
    """The page, a summarizer with a slow engine, and the proxy before both."""

    def __init__(self, folder: Path, proxy: str) -> None:
        self.engine = FakeEngine("word " * 100, step_s=0.05)
        service = SummarizerService(CONFIG, FakeLoader(self.engine))
        asyncio.run(service.start())
        api_port, page_port = free_port(), free_port()
        self._api = uvicorn.Server(uvicorn.Config(create_api(service), port=api_port, log_level="critical"))
        threading.Thread(target=self._api.run, daemon=True).start()
        self._answers, self.is_asked = threading.Event(), threading.Event()
        self._status = LittleServer(self._answer)
        self._page = build_page(SummarizerClient(self._status.url), PageConfig())
        guards = page_guards(Hosts("127.0.0.1", [HOST]))
        self._page.launch(server_port=page_port, root_path="/nutshell", **launch_options(guards=guards))
        self.direct = f"http://127.0.0.1:{page_port}"
        wait_until(lambda: self._api.started, timeout_s=20, what="the API")
        self._proxy = Nginx(page_port, api_port, folder) if proxy == "nginx" else PlainProxy(page_port, api_port)
        self.url = f"http://127.0.0.1:{self._proxy.port}/nutshell"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        """The page's own summarizer: it answers a summary only once it is let."""
        if handler.path.startswith("/summarize"):
            self.is_asked.set()
            self._answers.wait(60)
            send_json(413, {"error": "too_large", "message": "Too long."})(handler)
        else:
            send_json(200, STATUS)(handler)

    def let_answer(self) -> None:
        self._answers.set()

    def close(self) -> None:
        self._proxy.close()
        self._answers.set()
        self._page.close(verbose=False)
        self._api.should_exit = True
        self._status.close()


@pytest.fixture(scope="module", params=["plain", "nginx"] if NGINX else ["plain"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    site = Site(tmp_path_factory.mktemp("proxy"), request.param)
    yield site
    site.close()


def test_the_page_and_all_that_it_names_are_under_the_path(site):
    document = requests.get(site.url + "/", headers=HERE, timeout=20)
    assert document.status_code == 200
    assert f'"root":"http://{HOST}/nutshell"' in document.text
    assert requests.get(site.url + "/config", headers=HERE, timeout=20).json()["root"] == f"http://{HOST}/nutshell"
    named = [name for name in re.findall(r'(?:src|href)="\./(\w[^"]*)"', document.text)]
    assert any(name.endswith(".js") for name in named)
    assert any(name.endswith(".css") for name in named)
    for name in named:
        assert requests.get(f"{site.url}/{name}", headers=HERE, timeout=20).status_code == 200, name


def test_the_link_preview_names_a_picture_that_is_there(site):
    page = requests.get(site.url + "/", headers=HERE, timeout=20).text
    address = re.search('property="og:image" content="([^"]*)"', page)[1]
    assert address == f"http://{HOST}/nutshell/link-preview.png"
    for base in (site.url, site.direct, site.direct + "/nutshell"):
        picture = requests.get(base + "/link-preview.png", headers=HERE, timeout=20)
        assert picture.headers["content-type"] == "image/png", base


def test_who_asks_the_page_directly_still_gets_it(site):
    assert requests.get(site.direct + "/", timeout=20).status_code == 200
    assert requests.get(site.direct + "/nutshell/config", timeout=20).status_code == 200


def test_a_name_that_was_not_allowed_is_refused_through_the_proxy_as_well(site):
    assert requests.get(site.url + "/", headers={"Host": "evil.example"}, timeout=20).status_code == 421


def test_a_file_goes_through(site):
    large = b"The ferry runs all night. " * 160_000  # 4 MB
    for base in (site.url, site.direct + "/nutshell"):
        answer = requests.post(f"{base}/gradio_api/upload", files={"files": ("a.txt", large)}, headers=HERE, timeout=60)
        assert answer.status_code == 200, base
        assert Path(answer.json()[0]).read_bytes() == large


def test_the_pages_events_come_one_by_one(site):
    session, name = requests.Session(), uuid.uuid4().hex[:12]
    dependencies = session.get(site.url + "/config", headers=HERE, timeout=20).json()["dependencies"]
    (target,) = [each["id"] for each in dependencies if each["api_name"] == "summarize"]
    body = {"fn_index": target, "data": [ARTICLE, 40], "session_hash": name}
    assert session.post(f"{site.url}/gradio_api/queue/join", json=body, headers=HERE, timeout=20).status_code == 200
    with session.get(
        f"{site.url}/gradio_api/queue/data?session_hash={name}", headers=HERE, stream=True, timeout=60
    ) as events:
        lines = events.iter_lines()
        assert next(line for line in lines if b"process_starts" in line).startswith(b"data: ")
        assert site.is_asked.wait(20), "the summarizer has not answered: a proxy that collects would have sent nothing"
        site.let_answer()
        assert any(b"process_completed" in line for line in lines)


def test_the_apis_events_come_one_by_one(site):
    body = {"text": ARTICLE, "method": "abstractive"}
    with requests.post(f"{site.url}/api/summarize/stream", json=body, headers=HERE, stream=True, timeout=60) as events:
        lines = events.iter_lines()
        assert next(line for line in lines if line.startswith(b"event: ")) != b"event: result"
        assert site.engine.num_steps < 100
        assert [line for line in lines if line.startswith(b"event: ")][-1] == b"event: result"
