"""One public web page over HTTP, for an address that a stranger typed.

    address -> targets.py: its parts -> public_network.py: a connection, to a public address only -> request -> page
       ^                                                                                           |
       +---------------------------- at most five redirects, each judged anew ---------------------+

httpcore and not httpx or requests: it takes no proxy from the environment, which would look the name up by itself; it
reads no `.netrc`, keeps no cookies, follows nothing, and connects through `PublicNetwork`. Of the libraries made for
this, `safehttpx` asks dns.google too and is content with one public address among several, and `requests-hardened`
writes names to the log; neither bounds the time or the size of a whole page.
"""

import asyncio
import logging
import re
import socket
import ssl
import zlib
from dataclasses import dataclass
from urllib.parse import urljoin

import httpcore

from ui.fetching.public_network import PublicNetwork, Web
from ui.fetching.targets import Target
from ui.reading.article import MAX_FILE_SIZE
from ui.reading.errors import UnreadableError

WEB_NO_SUCH_SITE = "There is no site at this address. Check its spelling, and whether this machine is online."
WEB_NO_ANSWER = "The site does not answer properly. Try again later, or open it in your browser and paste the text."
WEB_TOO_SLOW = "The site takes too long to answer. Try again later, or open it in your browser and paste the text."
WEB_CERTIFICATE = (
    "The site cannot prove that it is what its address says, so it is not opened. Check the address for misspellings."
)
WEB_TOO_MANY_REDIRECTS = (
    "The site keeps sending on to other addresses. Open the page in your browser and paste its text."
)
WEB_TOO_LARGE = (
    f"The page is too large: more than {MAX_FILE_SIZE}. Open it in your browser and paste the article's text."
)
WEB_NOT_A_PAGE = "This address leads to something other than a page of text. Give the address of the article itself."
WEB_PDF = "This address leads to a PDF. Download it in your browser, then open it here as a file."
WEB_STRANGE = "The site's answer makes no sense here. Open the page in your browser and paste its text."
_WEB_REFUSED = "The site does not let programs read this page. Open it in your browser and paste its text here."
_WEB_GONE = "The site has no page at this address. Check the address, or look for the article on the site."
_WEB_TROUBLE = "The site has a problem of its own just now. Try again later."

logging.getLogger("httpcore").setLevel(logging.INFO)  # at DEBUG it writes down what visitors read

_MAX_REDIRECTS = 5
_HEADERS = {
    "User-Agent": "Nutshell/0.1 (article summarizer; reads one page because its user asked)",
    "Accept": "text/html, application/xhtml+xml, text/plain;q=0.8",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_PAGE_TYPES = {"text/html", "application/xhtml+xml", "text/plain"}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Page:
    """A page as it came, decompressed.

    Attributes:
        url: where the redirects ended.
        content_type: such as "text/html".
        charset: what the site calls its encoding, or "".
    """

    url: str
    content_type: str
    charset: str
    body: bytes


def download(url: str, web: Web) -> Page:
    """Fetch the text page at `url`, within `web`'s bounds.

    Raises:
        UnreadableError: it is not public, not there, not a text page, too large or too slow.
    """
    try:
        return asyncio.run(asyncio.wait_for(_follow(url, web), web.max_s))
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise UnreadableError(WEB_TOO_SLOW) from error
    except socket.gaierror as error:
        raise UnreadableError(WEB_NO_SUCH_SITE) from error
    except (OSError, httpcore.NetworkError, httpcore.ProtocolError) as error:
        is_false = isinstance(error.__cause__, ssl.SSLCertVerificationError)
        raise UnreadableError(WEB_CERTIFICATE if is_false else WEB_NO_ANSWER) from error


async def _follow(url: str, web: Web) -> Page:
    for _ in range(1 + _MAX_REDIRECTS):
        answer = await _get(Target.of(url), url, web)
        if isinstance(answer, Page):
            return answer
        url = answer
    raise UnreadableError(WEB_TOO_MANY_REDIRECTS)


async def _get(target: Target, url: str, web: Web) -> Page | str:
    """The page at `url`, or the URL that it redirects to."""
    trust = web.trust() if target.scheme == "https" else None
    where = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
    )
    headers = [("Host", target.host_header), *_HEADERS.items()]
    async with (
        httpcore.AsyncHTTPConnection(where.origin, ssl_context=trust, network_backend=PublicNetwork(web)) as site,
        site.stream("GET", where, headers=headers) as response,
    ):
        received = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if response.status in _REDIRECTS and received.get("location"):
            return _next_url(url, received["location"])
        content_type, charset = _page_type(response.status, received.get("content-type", ""))
        return Page(url, content_type, charset, await _body(response, received, web.max_bytes))


def _next_url(url: str, location: str) -> str:
    try:
        # Headers are Latin-1 by the book; sites write UTF-8, and spaces.
        return urljoin(url, location.encode("latin-1").decode().strip().replace(" ", "%20"))
    except ValueError as error:
        raise UnreadableError(WEB_STRANGE) from error


def _page_type(status: int, header: str) -> tuple[str, str]:
    """The content type and the charset of an answer that is a text page.

    Raises:
        UnreadableError: it is not one.
    """
    if status != 200:
        raise UnreadableError(_refusal(status))
    content_type = header.partition(";")[0].strip().lower()
    if content_type == "application/pdf":
        raise UnreadableError(WEB_PDF)
    if content_type not in _PAGE_TYPES:
        raise UnreadableError(WEB_NOT_A_PAGE)
    charset = _CHARSET.search(header)
    return content_type, charset[1] if charset else ""


async def _body(response: httpcore.Response, headers: dict[str, str], max_bytes: int) -> bytes:
    """All of the body, decompressed; at most `max_bytes`, on the wire and after."""
    packed = headers.get("content-encoding", "identity").strip().lower()
    if packed not in {"identity", "gzip", "x-gzip"}:
        raise UnreadableError(WEB_STRANGE)
    gunzip = zlib.decompressobj(wbits=31) if packed != "identity" else None
    num_bytes, body = 0, bytearray()
    try:
        async for piece in response.aiter_stream():
            num_bytes += len(piece)
            body += gunzip.decompress(piece, max_bytes + 1 - len(body)) if gunzip else piece
            if max(num_bytes, len(body)) > max_bytes:
                raise UnreadableError(WEB_TOO_LARGE)
    except zlib.error as error:
        raise UnreadableError(WEB_STRANGE) from error
    if gunzip and not gunzip.eof:
        raise httpcore.RemoteProtocolError("cut off in gzip")
    return bytes(body)


def _refusal(status: int) -> str:
    """What a site's HTTP status other than 200 means to a reader."""
    if status in {404, 410}:
        return _WEB_GONE
    if 400 <= status < 500:
        return _WEB_REFUSED
    return _WEB_TROUBLE if status >= 500 else WEB_STRANGE
