"""Floods one port: `python -m benchmarks.faults.attacker KIND URL COUNT SECONDS`. Prints how its requests ended.

Whatever is refused or closed is opened again, so the flood is kept up.
"""

import argparse
import asyncio
import json
import resource
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import requests

from ui.samples import SAMPLES

_REOPEN_S = 1.0
_PIECE = b" " * 65_536

Opening = Callable[[], AsyncIterator[bytes]]
"""What one connection sends, piece by piece; it may go on for ever."""


def _head(path: str, kind: str, num_bytes: int) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {num_bytes}\r\n\r\n"
    return head.encode()


def _post(path: str, body: object) -> bytes:
    data = json.dumps(body).encode()
    return _head(path, "application/json", len(data)) + data


async def _idle() -> AsyncIterator[bytes]:
    yield b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"


async def _unfinished() -> AsyncIterator[bytes]:
    yield _head("/summarize", "application/json", 400) + b"{"


async def _drip() -> AsyncIterator[bytes]:
    body = json.dumps({"text": SAMPLES[0].text}).encode()
    yield _head("/summarize", "application/json", len(body))
    for byte in body:
        yield bytes([byte])
        await asyncio.sleep(1)


async def _overload() -> AsyncIterator[bytes]:
    text = f"{SAMPLES[0].text} {uuid.uuid4().hex}"
    yield _post("/summarize", {"text": text, "method": "abstractive", "max_length": 400})


_FORM = "multipart/form-data; boundary=b"
_FILE = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'


async def _unfinished_file() -> AsyncIterator[bytes]:
    yield _head("/gradio_api/upload", _FORM, 100_000) + _FILE + b"hello"


async def _file() -> AsyncIterator[bytes]:
    end, num_pieces = b"\r\n--b--\r\n", 5_000_000 // len(_PIECE)
    yield _head("/gradio_api/upload", _FORM, len(_FILE) + num_pieces * len(_PIECE) + len(end)) + _FILE
    for _ in range(num_pieces):
        yield _PIECE
    yield end


async def _large_json() -> AsyncIterator[bytes]:
    """200 MB without saying so beforehand."""
    yield b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    yield b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in range(200_000_000 // len(_PIECE)):
        yield b"%x\r\n%s\r\n" % (len(_PIECE), _PIECE)
    yield b"0\r\n\r\n"


def _joins(url: str) -> Opening:
    dependencies = requests.get(f"{url}/config", timeout=20).json()["dependencies"]
    (target,) = [each["id"] for each in dependencies if each["api_name"] == "summarize"]

    async def join() -> AsyncIterator[bytes]:
        data = [f"{SAMPLES[0].text} {uuid.uuid4().hex}", 60]
        yield _post("/gradio_api/queue/join", {"fn_index": target, "data": data, "session_hash": uuid.uuid4().hex[:12]})

    return join


_OPENINGS: dict[str, Opening] = {
    "idle": _idle,
    "unfinished": _unfinished,
    "drip": _drip,
    "overload": _overload,
    "unfinished-file": _unfinished_file,
    "file": _file,
    "large-json": _large_json,
}
KINDS = (*_OPENINGS, "joins")


async def _hold(address: tuple[str, int], opening: Opening, until_s: float, ends: Counter[str]) -> None:
    """One of the attacker's connections, opened again whenever the server is done with it."""
    while time.monotonic() < until_s:
        try:
            async with asyncio.timeout(until_s - time.monotonic()):
                ends[await _send(address, opening)] += 1
        except TimeoutError:
            ends["still open"] += 1
        except OSError:
            ends["closed"] += 1
        await asyncio.sleep(_REOPEN_S)


async def _send(address: tuple[str, int], opening: Opening) -> str:
    reader, writer = await asyncio.open_connection(*address)
    try:
        answer = asyncio.ensure_future(reader.readline())
        async for piece in opening():
            if answer.done():
                break
            writer.write(piece)
            await writer.drain()
        line = (await answer).split()
        return line[1].decode() if len(line) > 1 else "closed"
    finally:
        writer.transport.abort()


async def flood(kind: str, url: str, count: int, seconds: float) -> Counter[str]:
    """Keep `count` connections of this kind open for `seconds`; return how their requests ended."""
    opening = _OPENINGS.get(kind) or _joins(url)
    parts, ends = urlsplit(url), Counter[str]()
    address, until_s = (parts.hostname or "", parts.port or 80), time.monotonic() + seconds
    await asyncio.gather(*(_hold(address, opening, until_s, ends) for _ in range(count)))
    return ends


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("url")
    parser.add_argument("count", type=int)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(json.dumps(asyncio.run(flood(options.kind, options.url, options.count, options.seconds))))


if __name__ == "__main__":
    main()
