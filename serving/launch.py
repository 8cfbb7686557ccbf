"""Runs Ray and the Serve application in one process of its own: `python -m serving.launch CONFIG_JSON [FLAGS]`.

`app.py` starts it, so that the page and Ray come up side by side, so that Ray's chatter has a log file of its own,
and so that Ctrl-C in a terminal reaches us before it reaches Ray. It ends on SIGTERM, after the summaries under way;
when its standard input closes, that is, when whoever started it is gone (not with --detach, where there is nobody to
miss); and when Ray has lost a process that nothing but a new start brings back.
"""

import logging
import os
import secrets
import shutil
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout

from serving.config import ServingConfig
from serving.guards.bounds import BOUNDS_VARIABLE, Bounds
from serving.guards.keys import KEYS_VARIABLE
from serving.state import kill_session, log_path, new_folder, pid_path, remove_folders, state_dir

PORT_TAKEN = 3
"""Exit status: another summarizer on this port is starting or runs."""

_OBJECT_STORE_BYTES = 80 * 2**20
"""Near Ray's minimum: requests go through Serve's own channels, not through the object store."""

_MAX_LOG_BYTES = 10_000_000
_POLL_S = 0.5
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # glibc gives each of a replica's many threads a heap of its own, which never shrinks again.
    "MALLOC_ARENA_MAX": "2",
    # Ray's ports listen on every interface; without the token, whoever reaches them could run code here.
    "RAY_AUTH_MODE": "token",
    # Ray lowers its workers' priority, for the sake of clusters whose own daemons need the CPU first.
    "RAY_worker_niceness": "0",
    # Serve asks a proxy every 10 s whether it lives, and three times before it starts another one.
    "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "1",
    "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH": "serving.guards.proxy:middlewares",
}

_NUM_FIRST_WORKERS = 3
"""The controller's, the proxy's and a replica's."""
_OWN_RAY = {
    "RAY_preload_python_modules": "serving.workers",
    # Else Ray ends those beyond one for each core when they have waited for a second.
    "RAY_num_workers_soft_limit": str(_NUM_FIRST_WORKERS),
}
"""What no cluster has that others use as well."""


def launch_environment(config: ServingConfig, api_key: str | None = None) -> dict[str, str]:
    """The environment of the process that runs Ray, and so of every process that Ray starts.

    Args:
        config: the application's settings.
        api_key: the API's keys, separated by commas; here, since `config` stands on a command line.
    """
    root = str(Path(__file__).resolve().parent.parent)
    python_path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    # Made anew for each start: Ray's own is a file in the home folder, which may be missing or read-only.
    token = {} if os.environ.get("RAY_AUTH_TOKEN_PATH") else {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    bounds = {BOUNDS_VARIABLE: Bounds.of(config).model_dump_json()}
    keys = {KEYS_VARIABLE: api_key} if api_key else {}
    return {**token, **os.environ, **_ENVIRONMENT, **_OWN_RAY, **bounds, **keys, "PYTHONPATH": python_path}


class _Stop:
    """Why to end: `wanted` by a signal, or `is_alone` because the starter is gone."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.is_alone = False

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.event.set()

    def on_parents_end(self) -> None:
        # Not sys.stdin: a daemon thread inside its lock makes the interpreter crash at its end.
        os.read(0, 1)
        self.is_alone = True
        self.event.set()


def serve_forever(config: ServingConfig, *, is_detached: bool, is_restart: bool) -> None:
    """Start a Ray of our own and the application on it; return when asked to stop, with both shut down.

    Args:
        config: the application's settings.
        is_detached: go on when the starter is gone, and note the process's number for `stop`.
        is_restart: let the log go on.

    Raises:
        SystemExit: another summarizer uses the port.
    """
    stop = _Stop()
    if not is_detached:
        threading.Thread(target=stop.on_parents_end, daemon=True).start()
    lock = FileLock(state_dir() / f"serving-{config.serving_port}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        sys.exit(PORT_TAKEN)
    # From here on the port is ours, and so are the log and the note: until now they may have been another's.
    if not is_restart:
        os.truncate(log_path(config.serving_port), 0)
    if is_detached:
        pid_path(config.serving_port).write_text(str(os.getpid()), encoding="ascii")
    remove_folders(config.serving_port)
    folder = new_folder(config.serving_port)
    import ray

    import serving.workers  # noqa: F401  # this process needs the same, and no pandas either

    try:
        _start_ray(config, folder)
        # After Ray, which puts handlers of its own there, and they end everything at once.
        signal.signal(signal.SIGTERM, stop.on_signal)
        signal.signal(signal.SIGINT, stop.on_signal)
        _run_application(config)
        _watch_ray(config.serving_port, stop)
        if not stop.is_alone:
            _drain(config)
    finally:
        ray.shutdown()
        remove_folders(config.serving_port)


def _start_ray(config: ServingConfig, folder: Path) -> None:
    import ray

    _start_less()
    ray.init(
        # A bare init() would join whatever cluster it finds.
        address="local",
        num_cpus=max(os.cpu_count() or 1, config.replica_cpus * config.most_replicas),
        include_dashboard=False,
        object_store_memory=_OBJECT_STORE_BYTES,
        log_to_driver=True,
        logging_level=logging.WARNING,
        _temp_dir=str(folder),
    )


def _start_less() -> None:
    """Keep Ray from starting what nobody here needs, which it has no setting for."""
    from ray._private import services
    from ray._private.node import Node

    # Without a dashboard this process does nothing but usage statistics. Even with these switched off it asks the
    # cloud's metadata address where it is, and it takes a second and 90 MB.
    services.start_api_server = lambda *_args, **_options: ("", None)
    # It asks clouds for more machines: a second and 86 MB.
    Node.start_monitor = lambda _self: None
    # Ray has a worker waiting for each core, and has as many import at once, be they one or sixty.
    own = {
        "--num_prestart_python_workers": _NUM_FIRST_WORKERS,
        "--maximum_startup_concurrency": max(_NUM_FIRST_WORKERS, os.cpu_count() or 1),
    }
    start = services.start_ray_process

    def start_with_own(command: list[str], *args: Any, **options: Any) -> Any:
        parts = [f"{name}={own[name]}" if (name := part.partition("=")[0]) in own else part for part in command]
        return start(parts, *args, **options)

    services.start_ray_process = start_with_own


def _run_application(config: ServingConfig) -> None:
    from ray import serve
    from ray.serve.config import HTTPOptions
    from ray.serve.schema import LoggingConfig

    from serving.deployment import build_app

    serve.start(http_options=HTTPOptions(host=config.serving_host, port=config.serving_port))
    # Serve's access log would have a line for every poll of /status.
    serve.run(
        build_app(config),
        name=config.deployment_name,
        route_prefix="/",
        logging_config=LoggingConfig(enable_access_log=False),
        blocking=False,
    )


def _watch_ray(port: int, stop: _Stop) -> None:
    """Return when asked to stop. Serve itself brings replicas and proxies back.

    When the raylet or the GCS ended, requests would hang from then on, for good or for a minute, and so would
    `ray.shutdown`. So this process ends, and everything that it started with it, at once.
    """
    import ray

    node: Any = ray._private.worker._global_node
    while not stop.event.wait(_POLL_S):
        dead = [kind for kind, _ in node.dead_processes()]
        if dead:
            print(f"Ray has lost its {', '.join(dead)}.", file=sys.stderr, flush=True)
            remove_folders(port)
            kill_session(os.getpid())
        _bound(log_path(port))


def _drain(config: ServingConfig) -> None:
    """Take no more requests; return when those under way are answered, or after `drain_s`."""
    from ray import serve

    serve.delete(config.deployment_name)


def _bound(log: Path) -> None:
    """Keep the log and one older piece, of `_MAX_LOG_BYTES` each. It is written in append mode, so it can be cut."""
    if log.exists() and log.stat().st_size > _MAX_LOG_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


if __name__ == "__main__":
    flags = sys.argv[2:]
    serve_forever(
        ServingConfig.model_validate_json(sys.argv[1]),
        is_detached="--detached" in flags,
        is_restart="--restart" in flags,
    )
