"""Runs Ray and the Serve application in one process of its own: `python -m serving.launch CONFIG_JSON`.

`app.py` starts it, so that the page and Ray come up side by side, so that Ray's chatter has a log file of its own,
and so that Ctrl-C in a terminal reaches us before it reaches Ray. It ends on SIGTERM, and when its standard input
closes, that is, when whoever started it is gone (not with --detach, where there is nobody to miss).
"""

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from serving.config import ServingConfig

_OBJECT_STORE_BYTES = 80 * 2**20
"""Near Ray's minimum: requests go through Serve's own channels, not through the object store."""

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
    "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH": "serving.http_guards:proxy_middlewares",
}


def launch_environment() -> dict[str, str]:
    """The environment of the process that runs Ray, and so of every process that Ray starts."""
    root = str(Path(__file__).resolve().parent.parent)
    python_path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {**os.environ, **_ENVIRONMENT, "PYTHONPATH": python_path}


def serve_forever(config: ServingConfig, *, follow_parent: bool) -> None:
    """Start a Ray of our own and the application on it; return when asked to stop, with both shut down."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    if follow_parent:
        threading.Thread(target=_wait_for_parent, args=(stop,), daemon=True).start()

    leave_out_pandas()
    import ray
    from ray import serve
    from ray.serve.config import HTTPOptions
    from ray.serve.schema import LoggingConfig

    from serving.deployment import build_app

    ray.init(
        # A bare init() would join whatever cluster it finds.
        address="local",
        num_cpus=max(os.cpu_count() or 1, config.replica_cpus * config.num_replicas),
        include_dashboard=False,
        object_store_memory=_OBJECT_STORE_BYTES,
        log_to_driver=True,
        logging_level=logging.WARNING,
        runtime_env={"worker_process_setup_hook": "serving.launch.leave_out_pandas"},
    )
    try:
        serve.start(http_options=HTTPOptions(host=config.serving_host, port=config.serving_port))
        # Serve's access log would have a line for every poll of /status.
        serve.run(
            build_app(config),
            name=config.deployment_name,
            route_prefix="/",
            logging_config=LoggingConfig(enable_access_log=False),
            blocking=False,
        )
        stop.wait()
    finally:
        # Without serve.shutdown(): it waits for requests in flight, and the processes go with Ray anyway.
        ray.shutdown()


def leave_out_pandas() -> None:
    """Let this process do without pandas: 33 MB.

    Serve imports it wherever it is installed, to pass data frames between deployments; it is installed for Gradio.
    """
    sys.modules["pandas"] = None  # type: ignore[assignment]  # the import system's way to say "not there"


def _wait_for_parent(stop: threading.Event) -> None:
    # Not sys.stdin: a daemon thread inside its lock makes the interpreter crash at its end.
    os.read(0, 1)
    stop.set()


if __name__ == "__main__":
    serve_forever(ServingConfig.model_validate_json(sys.argv[1]), follow_parent="--detached" not in sys.argv[2:])
