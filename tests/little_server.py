"""A real little HTTP server on loopback that misbehaves in the way a test asks for."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType

Answer = Callable[[BaseHTTPRequestHandler], None]


class LittleServer:
    """Answers every request with `answer`, over https with `tls`; keeps the bodies it was sent."""

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.answer = answer
        self.bodies: list[dict] = []
        self.client_left = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                try:
                    server.answer(self)
                except OSError:  # broken pipe, or its like in TLS
                    server.client_left.set()

            def do_HEAD(self):
                self.do_GET()

            def do_POST(self):
                server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                try:
                    server.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    server.client_left.set()

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        # A short poll, so that a test need not wait half a second for `close`.
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def send_json(status: int, body: object, *, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
    """Answer with JSON."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(data)

    return answer


def sse(name: str, data: object) -> bytes:
    """One event of a stream, as the summarizer writes it."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def send_stream(
    *pieces: bytes, pause_s: float = 0.0, go: threading.Semaphore | None = None, repeat_last: bool = False
) -> Answer:
    """Answer with an event stream of `pieces`, a chunk each as Serve sends them; with `go`, each again and again until
    that is released, and with `repeat_last` the last until the client leaves."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()

        def send(piece: bytes) -> None:
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            handler.wfile.flush()

        for piece in pieces:
            send(piece)
            while go is not None and not go.acquire(timeout=0.05):
                send(piece)
            time.sleep(pause_s)
        deadline = time.monotonic() + 20
        while repeat_last and time.monotonic() < deadline:
            send(pieces[-1])
            time.sleep(0.05)
        send(b"")

    return answer
