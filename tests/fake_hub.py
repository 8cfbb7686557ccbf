"""A model hub on loopback, as far as huggingface_hub asks one: model info, file tree, and files in slow pieces."""

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """Serves the folder `model_dir` as the model `model_id`.

    Attributes:
        piece_pause_s: pause between pieces of a file of 64 KiB.
        broken: answer 500 to everything.
        num_requests: requests so far.
        num_file_bytes: bytes of files sent so far.
    """

    def __init__(self, model_dir: Path, model_id: str = "someone/tiny") -> None:
        self.model_id = model_id
        self.model_dir = model_dir
        self.piece_pause_s = 0.0
        self.broken = False
        self.num_requests = 0
        self.num_file_bytes = 0
        hub = self
        files = {path.name: path for path in model_dir.iterdir() if path.is_file()}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_HEAD(self):
                self._answer(with_body=False)

            def do_GET(self):
                self._answer(with_body=True)

            def _answer(self, with_body):
                hub.num_requests += 1
                path = self.path.split("?")[0]
                if hub.broken:
                    self._send(500, b"{}", with_body=with_body)
                elif path.startswith(f"/api/models/{hub.model_id}/tree/"):
                    tree = [
                        {"type": "file", "path": name, "size": file.stat().st_size, "oid": _oid(file)}
                        for name, file in files.items()
                    ]
                    self._send(200, json.dumps(tree).encode(), with_body=with_body)
                elif path.startswith(f"/api/models/{hub.model_id}"):
                    siblings = [{"rfilename": name, "size": file.stat().st_size} for name, file in files.items()]
                    info = {
                        "id": hub.model_id,
                        "sha": _COMMIT,
                        "siblings": siblings,
                        "tags": [],
                        "private": False,
                    }
                    self._send(200, json.dumps(info).encode(), with_body=with_body)
                elif path.startswith(f"/{hub.model_id}/resolve/") and path.rsplit("/", 1)[1] in files:
                    self._send_file(files[path.rsplit("/", 1)[1]], with_body)
                else:
                    self._send(404, b"{}", with_body=with_body, headers={"X-Error-Code": "RepoNotFound"})

            def _send(self, status, body, *, with_body, headers=None):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                if with_body:
                    self.wfile.write(body)

            def _send_file(self, file, with_body):
                body = file.read_bytes()
                asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                if asked:
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {asked[1]}-{len(body) - 1}/{len(body)}")
                    body = body[int(asked[1]) :]
                else:
                    self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", f'"{_oid(file)}"')
                self.send_header("X-Repo-Commit", _COMMIT)
                self.end_headers()
                if with_body:
                    for start in range(0, len(body), 65_536):
                        self.wfile.write(body[start : start + 65_536])
                        hub.num_file_bytes += len(body[start : start + 65_536])
                        time.sleep(hub.piece_pause_s)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def _oid(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
