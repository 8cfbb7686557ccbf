"""A model hub on loopback, as far as huggingface_hub asks one: model info, file tree, and files in slow pieces."""

import hashlib
import re
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.little_server import LittleServer, send_json

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
        self._files = {path.name: path for path in model_dir.iterdir() if path.is_file()}
        self._server = LittleServer(self._answer)
        self.url, self.close = self._server.url, self._server.close

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.num_requests += 1
        path = handler.path.split("?")[0]
        sizes = {name: file.stat().st_size for name, file in self._files.items()}
        if self.broken:
            send_json(500, {})(handler)
        elif path.startswith(f"/api/models/{self.model_id}/tree/"):
            tree = [
                {"type": "file", "path": name, "size": size, "oid": _oid(self._files[name])}
                for name, size in sizes.items()
            ]
            send_json(200, tree)(handler)
        elif path.startswith(f"/api/models/{self.model_id}"):
            siblings = [{"rfilename": name, "size": size} for name, size in sizes.items()]
            info = {"id": self.model_id, "sha": _COMMIT, "siblings": siblings, "tags": [], "private": False}
            send_json(200, info)(handler)
        elif path.startswith(f"/{self.model_id}/resolve/") and path.rsplit("/", 1)[1] in self._files:
            self._send_file(handler, self._files[path.rsplit("/", 1)[1]])
        else:
            send_json(404, {}, headers={"X-Error-Code": "RepoNotFound"})(handler)

    def _send_file(self, handler: BaseHTTPRequestHandler, file: Path) -> None:
        body = file.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        handler.send_response(206 if asked else 200)
        if asked:
            handler.send_header("Content-Range", f"bytes {asked[1]}-{len(body) - 1}/{len(body)}")
            body = body[int(asked[1]) :]
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("ETag", f'"{_oid(file)}"')
        handler.send_header("X-Repo-Commit", _COMMIT)
        handler.end_headers()
        for start in range(0, len(body) if handler.command == "GET" else 0, 65_536):
            handler.wfile.write(body[start : start + 65_536])
            self.num_file_bytes += len(body[start : start + 65_536])
            time.sleep(self.piece_pause_s)


def _oid(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
