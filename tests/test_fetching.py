"""Web addresses: what is one, what may be opened, and every way in which a page or its site can misbehave."""

import gzip
import itertools
import logging
import socket
import ssl
import threading
import time
import tracemalloc
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.little_server import Answer, LittleServer
from ui.fetching.download import (
    WEB_CERTIFICATE,
    WEB_NO_ANSWER,
    WEB_NO_SUCH_SITE,
    WEB_NOT_A_PAGE,
    WEB_PDF,
    WEB_STRANGE,
    WEB_TOO_LARGE,
    WEB_TOO_MANY_REDIRECTS,
    WEB_TOO_SLOW,
    download,
)
from ui.fetching.public_addresses import is_public
from ui.fetching.public_network import WEB_NOT_PUBLIC, Web, resolve
from ui.fetching.targets import WEB_BAD_ADDRESS, Target
from ui.fetching.web import WEB_EMPTY, fetch_article, web_address
from ui.reading.decoding import decode
from ui.reading.errors import UnreadableError

pytestmark = pytest.mark.usefixtures("reading_in_process")

CASES = Path(__file__).parent / "cases"
STORY = "The ferry runs all night from Monday on, the city says."


def send(body: bytes = STORY.encode(), kind: str | None = "text/plain", status: int = 200, **headers: str) -> Answer:
    """Answer with a page."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if kind is not None:
            handler.send_header("Content-Type", kind)
        for header, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(header.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def send_raw(*pieces: bytes, pause_s: float = 0.0, repeat_last: bool = False) -> Answer:
    """Answer with exactly these bytes, the last of them again and again for 60 s with `repeat_last`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        ends_at_s = time.monotonic() + 60
        for piece in itertools.chain(pieces, itertools.repeat(pieces[-1]) if repeat_last else []):
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause_s)
            if time.monotonic() > ends_at_s:
                return

    return answer


@pytest.fixture
def serve():
    """Start a little site, `news.test`; returns it, its URL, and a `Web` whose only public address is 127.0.0.1."""
    servers = []

    def serve(answer, *, tls=None, **changes):
        server = LittleServer(answer, tls=tls)
        servers.append(server)
        settings = {
            "resolve": lambda host, port: resolve(host, port) if host[0].isdigit() else ["127.0.0.1"],
            "is_allowed": lambda address: address == "127.0.0.1",
            "ports": frozenset(server.port for server in servers),
            "max_s": 5.0,
            **changes,
        }
        scheme = "https" if tls else "http"
        return server, f"{scheme}://news.test:{server.port}/story", Web(**settings)

    yield serve
    for server in servers:
        server.close()


def refusal(url: str, web: Web) -> str:
    with pytest.raises(UnreadableError) as caught:
        fetch_article(url, web=web)
    return str(caught.value)


# What is a web address


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("https://example.com/story", "https://example.com/story"),
        ("  http://example.com\n", "http://example.com"),
        ("HTTPS://Example.com/A?b=c#d", "HTTPS://Example.com/A?b=c#d"),
        ("www.example.com/story", "https://www.example.com/story"),
        ("WWW.example.com", "https://WWW.example.com"),
        ("<https://example.com/story>", "https://example.com/story"),
        ("\ufeffhttps://example.com\u200b", "https://example.com"),
        ("https://straße.de/größe", "https://straße.de/größe"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        ("See https://example.com", None),
        ("https://example.com is down", None),
        ("https://example.com\nhttps://example.org", None),
        ("ftp://example.com/file", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("example.com/story", None),
        ("www.example", None),
        ("www. is short for world wide web", None),
        ("https://", None),
        ("https:///path", None),
        ("http", None),
        ("", None),
    ],
)
def test_web_address(text, want):
    assert web_address(text) == want


@given(st.text())
def test_web_address_is_never_more_than_the_text(text):
    found = web_address(text)
    assert found is None or found.removeprefix("https://") in text


# What may be opened


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
        "2a00:1450::8a",
    ],
)
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(address, id=f"{why}: {address}")
        for why, addresses in {
            "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
            "unspecified": ["0.0.0.0", "0.1.2.3", "::"],
            "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
            "link-local": ["169.254.1.1", "fe80::1", "fe80::1%eth0", "febf::1"],
            "metadata": ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
            "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
            "multicast": ["224.0.0.1", "239.255.255.250", "233.252.0.1", "ff02::1", "ff0e::1"],
            "reserved": ["240.0.0.1", "255.255.255.255", "4000::1", "5f00::1", "100::1"],
            "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
            "benchmarks": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
            "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"],
            "IPv4-compatible": ["::127.0.0.1", "::169.254.169.254", "::8.8.8.8"],
            "6to4": ["2002:7f00:1::", "2002:a9fe:a9fe::1", "192.88.99.1"],
            "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"],
            "Teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
            "ORCHID": ["2001:10::1", "2001:20::1"],
            "unique local": ["fc00::1", "fdff::1"],
            "site-local": ["fec0::1"],
            "no address": ["", "localhost", "127.1", "8.8.8.8 ", "0x7f000001"],
        }.items()
        for address in addresses
    ],
)
def test_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.000.000.001",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "0",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "169.254.169.254",
        "0xA9FEA9FE",
        "2852039166",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "192.168.0.1",
        "224.0.0.1",
    ],
)
def test_no_spelling_of_this_machine_gets_through(host, monkeypatch):
    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", lambda *args, **kwargs: pytest.fail("connected"))
    assert refusal(f"http://{host}/", Web()) == WEB_NOT_PUBLIC


@pytest.mark.parametrize(
    "url",
    [
        "ftp://news.test/",
        "file:///etc/passwd",
        "gopher://news.test/",
        "javascript:alert(1)",
        "//news.test/",
        "news.test",
        "http://user@news.test/",
        "http://user:secret@news.test/",
        "http://news.test@127.0.0.1/",
        "http://@news.test/",
        "http://news.test\\@127.0.0.1/",
        "http:\\\\news.test/",
        "http://news.test/a b",
        "http://news.test/\r\nHost: x",
        "http://news.test\t/",
        "http:///story",
        "http://",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://news.test:99999/",
        "http://news.test:http/",
        "http://127%2e0%2e0%2e1/",
        "http://news..test/",
        "http://-\u00ad/",
        "http://%00/",
        f"http://{'a' * 64}.test/",
        f"http://{'a.' * 130}test/",
        f"http://news.test/{'a' * 8000}",
        "http://\udcff/",
        "http://a/\udcff",
    ],
)
def test_no_web_address(url):
    web = Web(resolve=lambda host, port: pytest.fail("looked up"))
    assert refusal(url, web) == WEB_BAD_ADDRESS


@pytest.mark.parametrize("port", [22, 25, 8000, 8080, 8265, 6379, 65535])
def test_other_ports_are_not_the_web(port):
    web = Web(resolve=lambda host, port: pytest.fail("looked up"))
    assert refusal(f"http://news.test:{port}/", web) == WEB_NOT_PUBLIC


@pytest.mark.parametrize(
    ("url", "host", "header", "path"),
    [
        ("https://News.Test./a?b=c#d", "news.test", "news.test", "/a?b=c"),
        ("http://news.test:80", "news.test", "news.test", "/"),
        ("http://news.test:443?q", "news.test", "news.test:443", "/?q"),
        ("https://straße.de/größe?ä=%C3%A4", "xn--strae-oqa.de", "xn--strae-oqa.de", "/gr%C3%B6%C3%9Fe?%C3%A4=%C3%A4"),
        ("https://[2606:4700::0001]/", "2606:4700::1", "[2606:4700::1]", "/"),
        ('https://a_b.test/"<>', "a_b.test", "a_b.test", "/%22%3C%3E"),
    ],
)
def test_parts_of_an_address(url, host, header, path):
    target = Target.of(url)
    assert (target.host, target.host_header, target.path) == (host, header, path)


@given(st.text(max_size=40))
def test_no_address_brings_anything_but_our_own_error(rest):
    for url in [rest, f"http://{rest}", f"https://news.test/{rest}", f"http://news.test:{rest}"]:
        try:
            target = Target.of(url)
        except UnreadableError:
            continue
        assert f"{target.host_header}{target.path}".isascii()
        assert not set(f"{target.host_header}{target.path}") & set(" \t\r\n\\\0")


def test_one_private_address_among_public_ones_is_enough(serve):
    server, url, web = serve(send(), resolve=lambda host, port: ["127.0.0.1", "10.0.0.1"])
    server.answer = lambda handler: pytest.fail("asked")
    assert refusal(url, web) == WEB_NOT_PUBLIC


def test_a_name_without_addresses_is_not_public(serve):
    _, url, web = serve(send(), resolve=lambda host, port: [])
    assert refusal(url, web) == WEB_NOT_PUBLIC


def test_a_name_is_looked_up_once_and_the_judged_address_is_used(serve):
    looked_up = []

    def rebinding(host, port):
        looked_up.append((host, port))
        return ["127.0.0.1"] if len(looked_up) == 1 else ["127.0.0.2"]

    # The system has no address for news.test: a second look-up by the HTTP library would fail as well.
    server, url, web = serve(send(), resolve=rebinding)
    assert fetch_article(url, web=web).text == STORY
    assert looked_up == [("news.test", server.port)]


def test_the_next_address_is_tried(serve):
    _, url, web = serve(
        send(), resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"], is_allowed=lambda address: address[:4] == "127."
    )
    assert fetch_article(url, web=web).text == STORY


def test_proxies_of_the_environment_are_not_asked(serve, monkeypatch):
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"]:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    _, url, web = serve(send())
    assert fetch_article(url, web=web).text == STORY


def test_what_the_site_is_told(serve):
    seen = []

    def answer(handler):
        seen.append((handler.path, handler.headers))
        send()(handler)

    server, url, web = serve(answer)
    fetch_article(f"{url}?a=b#c", web=web)
    [(path, headers)] = seen
    assert path == "/story?a=b"
    assert headers["Host"] == f"news.test:{server.port}"
    assert headers["User-Agent"].startswith("Nutshell/")
    assert headers.keys() == ["Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"]


# Redirects


def redirecting(locations: dict[str, str]) -> Answer:
    def answer(handler):
        if handler.path in locations:
            send(b"moved", status=302, Location=locations[handler.path], Set_Cookie="a=b")(handler)
        else:
            assert "Cookie" not in handler.headers
            send()(handler)

    return answer


@pytest.mark.parametrize(
    "location", ["/new", "new", "//news.test:{port}/new", "?a=b", "http://127.0.0.1:{port}/", "/grö ße"]
)
def test_redirect_is_followed(serve, location):
    server, url, web = serve(send())
    target = location.format(port=server.port).encode().decode("latin-1")
    server.answer = redirecting({"/story": target})
    assert fetch_article(url, web=web).text == STORY


@pytest.mark.parametrize(
    ("location", "want"),
    [
        ("http://127.0.0.2:{port}/", WEB_NOT_PUBLIC),
        ("http://0x7f000002:{port}/", WEB_NOT_PUBLIC),
        ("http://169.254.169.254:{port}/latest/meta-data/", WEB_NOT_PUBLIC),
        ("//10.0.0.1:{port}/", WEB_NOT_PUBLIC),
        ("http://news.test:22/", WEB_NOT_PUBLIC),
        ("http://news.test/", WEB_NOT_PUBLIC),  # port 80 is none of this site's
        ("file:///etc/passwd", WEB_BAD_ADDRESS),
        ("ftp://news.test/", WEB_BAD_ADDRESS),
        ("http://user@news.test:{port}/", WEB_BAD_ADDRESS),
        ("http://[", WEB_STRANGE),
        ("/\xff", WEB_STRANGE),
    ],
)
def test_redirect_is_judged_anew(serve, location, want):
    server, url, web = serve(send())
    server.answer = redirecting({"/story": location.format(port=server.port)})
    assert refusal(url, web) == want


@pytest.mark.parametrize(("num_redirects", "works"), [(5, True), (6, False)])
def test_five_redirects_are_followed(serve, num_redirects, works):
    server, url, web = serve(send())
    server.answer = redirecting({f"/{n}": f"/{n - 1}" for n in range(1, num_redirects + 1)})
    url = url.replace("story", str(num_redirects))
    if works:
        assert fetch_article(url, web=web).text == STORY
    else:
        assert refusal(url, web) == WEB_TOO_MANY_REDIRECTS


def test_redirect_in_a_circle(serve):
    server, url, web = serve(send())
    server.answer = redirecting({"/story": "/story"})
    assert refusal(url, web) == WEB_TOO_MANY_REDIRECTS


def test_redirect_to_nowhere(serve):
    _, url, web = serve(send(status=302))
    assert refusal(url, web) == WEB_STRANGE


# Time and size

_OK = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda handler: time.sleep(3), id="says nothing"),
        pytest.param(send_raw(b"HTTP/1.0 200", b"x", pause_s=0.05, repeat_last=True), id="drips its status line"),
        pytest.param(send_raw(_OK, b"A: b\r\n", pause_s=0.1, repeat_last=True), id="drips headers"),
        pytest.param(send_raw(_OK + b"\r\n", b"x", pause_s=0.05, repeat_last=True), id="drips its page"),
        pytest.param(
            send_raw(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", pause_s=0.05, repeat_last=True),
            id="drips chunks",
        ),
        pytest.param(send_raw(b"HTTP/1.0 100 Continue\r\n\r\n", pause_s=0.05, repeat_last=True), id="says continue"),
    ],
)
def test_slow_site(serve, answer):
    _, url, web = serve(answer, max_s=0.4)
    started_s = time.monotonic()
    assert refusal(url, web) == WEB_TOO_SLOW
    assert time.monotonic() - started_s < 30


def test_slow_name(serve):
    given_up = threading.Event()
    _, url, web = serve(send(), max_s=0.3, resolve=lambda host, port: ["127.0.0.1"] if given_up.wait(60) else [])
    started_s = time.monotonic()
    assert refusal(url, web) == WEB_TOO_SLOW
    assert time.monotonic() - started_s < 30
    given_up.set()


def test_slow_redirects_share_one_clock(serve):
    server, url, web = serve(send(), max_s=0.5)
    slow = redirecting({"/story": "/story"})
    server.answer = lambda handler: time.sleep(0.2) or slow(handler)
    assert refusal(url, web) == WEB_TOO_SLOW


def test_tls_that_never_begins(serve):
    _, url, web = serve(lambda handler: None, max_s=0.4)
    # A plain server waits for a line of text, the client for a handshake.
    assert refusal(url.replace("http:", "https:"), web) in {WEB_TOO_SLOW, WEB_NO_ANSWER}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(send(b"x" * 100_001), id="says so"),
        pytest.param(send_raw(_OK + b"\r\n", b"x" * 50_000, repeat_last=True), id="does not end"),
        pytest.param(
            send_raw(
                _OK + b"Transfer-Encoding: chunked\r\n\r\n", b"c350\r\n" + b"x" * 50_000 + b"\r\n", repeat_last=True
            ),
            id="does not end, in chunks",
        ),
        pytest.param(send(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"), id="gzip bomb"),
        pytest.param(
            send_raw(
                _OK + b"Content-Encoding: gzip\r\n\r\n", b"\x1f\x8b\x08\x08" + bytes(6), b"x" * 50_000, repeat_last=True
            ),
            id="gzip header without end",
        ),
    ],
)
def test_large_page(serve, answer):
    _, url, web = serve(answer, max_bytes=100_000)
    assert refusal(url, web) == WEB_TOO_LARGE


def test_gzip_bomb_is_never_unpacked(serve):
    _, url, web = serve(send(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"), max_bytes=100_000)
    tracemalloc.start()
    try:
        assert refusal(url, web) == WEB_TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_page_of_just_the_largest_size(serve):
    _, url, web = serve(send(b"x" * 100_000), max_bytes=100_000)
    assert len(fetch_article(url, web=web).text) == 100_000


def test_compressed_page(serve):
    _, url, web = serve(send(gzip.compress(STORY.encode()), Content_Encoding="gzip"))
    assert fetch_article(url, web=web).text == STORY


def test_page_in_chunks(serve):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(word), word) for word in [b"The ", b"ferry."]) + b"0\r\n\r\n"
    _, url, web = serve(
        send_raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    )
    assert fetch_article(url, web=web).text == "The ferry."


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param(send_raw(_OK + b"Content-Length: 100\r\n\r\n", b"half"), WEB_NO_ANSWER, id="cut off"),
        pytest.param(
            send(gzip.compress(STORY.encode())[:-12], Content_Encoding="gzip"),
            WEB_NO_ANSWER,
            id="cut off in gzip",
        ),
        pytest.param(
            send_raw(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"ff\r\nhalf"),
            WEB_NO_ANSWER,
            id="cut off in chunks",
        ),
        pytest.param(send(Content_Encoding="gzip"), WEB_STRANGE, id="not gzip"),
        pytest.param(send(Content_Encoding="br"), WEB_STRANGE, id="Brotli, which nobody asked for"),
        pytest.param(send(Content_Encoding="gzip, gzip"), WEB_STRANGE, id="gzip in gzip"),
        pytest.param(lambda handler: None, WEB_NO_ANSWER, id="hangs up"),
        pytest.param(send_raw(b"SSH-2.0-OpenSSH_9.6\r\n"), WEB_NO_ANSWER, id="not HTTP"),
        pytest.param(send_raw(b"HTTP/1.0 200 OK\r\n" + b"A: b\r\n" * 200), WEB_NO_ANSWER, id="many headers"),
        pytest.param(send_raw(b"HTTP/1.0 200 OK\r\nA: " + b"b" * 70_000), WEB_NO_ANSWER, id="long header"),
        pytest.param(send(kind="image/png"), WEB_NOT_A_PAGE, id="picture"),
        pytest.param(send(kind="application/json"), WEB_NOT_A_PAGE, id="JSON"),
        pytest.param(send(kind=None), WEB_NOT_A_PAGE, id="of no kind"),
        pytest.param(send(bytes(range(256)) * 9), WEB_NOT_A_PAGE, id="picture that says it is text"),
        pytest.param(send(kind="application/pdf"), WEB_PDF, id="PDF"),
        pytest.param(send(b" \n"), WEB_EMPTY, id="empty"),
    ],
)
def test_site_that_misbehaves(serve, answer, want):
    _, url, web = serve(answer)
    assert refusal(url, web) == want


@pytest.mark.parametrize(
    ("status", "piece"),
    [
        (401, "does not let programs read"),
        (403, "open it in your browser and paste"),
        (429, "does not let programs read"),
        (451, "does not let programs read"),
        (404, "no page at this address"),
        (410, "no page at this address"),
        (500, "problem of its own"),
        (503, "problem of its own"),
        (204, "makes no sense"),
        (304, "makes no sense"),
    ],
)
def test_status(serve, status, piece):
    _, url, web = serve(send(b"" if status in {204, 304} else b"sorry", status=status))
    assert piece.lower() in refusal(url, web).lower()


def test_nobody_at_home(serve):
    server, url, web = serve(send())
    server.close()
    assert refusal(url, web) == WEB_NO_ANSWER


def test_no_such_name():
    def resolve_nothing(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    assert refusal("https://news.test/", Web(resolve=resolve_nothing)) == WEB_NO_SUCH_SITE


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", _OK + b"\r\n", _OK + b"Transfer-Encoding: chunked\r\n\r\n"]),
)
def test_garbage_brings_text_or_our_own_error(garbage, start):
    server = LittleServer(send_raw(start + garbage))
    web = Web(lambda host, port: ["127.0.0.1"], lambda address: True, frozenset({server.port}), max_s=2)
    try:
        page = download(f"http://news.test:{server.port}/", web)
        assert len(page.body) <= len(garbage)
    except UnreadableError:
        pass
    finally:
        server.close()


# TLS


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def server_tls(authority, name, names_asked=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if names_asked is not None:
        context.sni_callback = lambda sock, asked, context: names_asked.append(asked)
    return context


def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return lambda: context


def test_certificate_is_checked_for_the_name_though_the_address_is_dialed(serve, authority):
    names_asked = []
    _, url, web = serve(send(), tls=server_tls(authority, "news.test", names_asked), trust=trusting(authority))
    assert fetch_article(url, web=web).text == STORY
    assert names_asked == ["news.test"]


def test_certificate_of_another_site(serve, authority):
    _, url, web = serve(send(), tls=server_tls(authority, "other.test"), trust=trusting(authority))
    assert refusal(url, web) == WEB_CERTIFICATE


def test_certificate_of_the_address_is_not_one_of_the_name(serve, authority):
    _, url, web = serve(send(), tls=server_tls(authority, "127.0.0.1"), trust=trusting(authority))
    assert refusal(url, web) == WEB_CERTIFICATE


def test_certificate_of_nobody_known(serve, authority):
    _, url, web = serve(send(), tls=server_tls(authority, "news.test"))
    assert refusal(url, web) == WEB_CERTIFICATE


def test_slow_page_over_tls(serve, authority):
    drips = send_raw(_OK + b"\r\n", b"x", pause_s=0.05, repeat_last=True)
    _, url, web = serve(drips, tls=server_tls(authority, "news.test"), trust=trusting(authority), max_s=0.6)
    assert refusal(url, web) == WEB_TOO_SLOW


# Text


@pytest.mark.parametrize(
    ("body", "declared", "want"),
    [
        ("Zürich – 東京".encode(), "", "Zürich – 東京"),
        ("Zürich – 東京".encode(), "utf-8", "Zürich – 東京"),
        ("Zürich – ‘ja’".encode("cp1252"), "ISO-8859-1", "Zürich – ‘ja’"),
        ("Łódź".encode("iso8859-2"), "latin2", "Łódź"),
        ("Łódź".encode("utf-16"), "", "Łódź"),
        ("Łódź".encode("utf-8-sig"), "iso8859-2", "Łódź"),
        ("東京".encode("shift_jis"), "Shift_JIS", "東京"),
        ("東京".encode("gb18030"), "gb2312", "東京"),
        ("Москва".encode("koi8-r"), "koi8-r", "Москва"),
        ("Zürich".encode(), "no-such-encoding", "Zürich"),
        ("Zürich".encode(), "zlib", "Zürich"),
        ("Zürich".encode(), "a\0b", "Zürich"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"", "utf-8", ""),
    ],
)
def test_encoding_that_a_site_declares(body, declared, want):
    decoded = decode(body, declared=declared)
    assert (decoded.text, decoded.doubt) == (want, "")


@settings(deadline=None)
@given(st.binary(max_size=200), st.text(max_size=20))
def test_no_declaration_makes_decoding_fail(data, declared):
    decoded = decode(data, declared=declared)
    assert decoded is None or isinstance(decoded.text, str)


@pytest.mark.parametrize("name", ["punycode", "idna"])
def test_encodings_that_take_for_ever_are_not_heeded(name):
    data = b"\xff" + b"a" * 1_000_000 + b"-" + b"9" * 1_000_000
    assert decode(data, declared=name) == decode(data)


@pytest.mark.parametrize(
    ("kind", "head"),
    [
        ("text/html; charset=koi8-r", b""),
        ('text/html; charset="KOI8-R"', b'<meta charset="utf-8">'),
        ("text/html", b'<meta charset="koi8-r">'),
        ("text/html", b'<meta http-equiv=Content-Type content="text/html; charset=koi8-r">'),
        ("application/xhtml+xml", b"<meta charset='koi8-r' />"),
    ],
)
def test_encoding_of_a_page(serve, kind, head):
    sentence = "Паром будет ходить всю ночь с понедельника, сообщает город. "
    story = b"<html><head>%s<title>x</title></head><body><article>%s</article></body></html>" % (
        head,
        b"".join(b"<p>%s</p>" % (sentence * 4).encode("koi8-r") for _ in range(5)),
    )
    _, url, web = serve(send(story, kind))
    assert sentence.strip() in fetch_article(url, web=web).text


def test_a_page_with_a_consent_box_gives_its_article_alone(serve):
    _, url, web = serve(send((CASES / "short-article-under-consent-box.html").read_bytes(), "text/html"))
    assert fetch_article(url, web=web).text == (
        "Dam to go\n\nThe river board said on Friday that the old dam above Lindfield will be taken down within two "
        "years, after engineers found cracks in both of its towers and water in the inspection tunnel."
    )


def test_nothing_is_logged(serve, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    server, url, web = serve(send())
    fetch_article(url, web=web)
    server.answer = send(status=500)
    refusal(url, web)
    assert {record.name for record in caplog.records} <= {"asyncio"}  # it names its selector
    assert capfd.readouterr() == ("", "")
