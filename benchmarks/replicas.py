"""How throughput grows with replicas, and what routing costs: `python -m benchmarks.replicas`, a minute or two.

The replicas are stand-ins that sleep instead of computing, one request at a time each, behind the router and the proxy
guards of the application, so that what is measured is what lies between them and the clients. Results go to
results/replicas.json.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests
from fastapi import FastAPI

from serving.config import ServingConfig
from serving.launch import launch_environment
from tests.running_app import command_of, cpu_seconds, descendants

_WORK_S = 0.5
_MEASURED_S = 12.0
_CLIENTS_PER_REPLICA = 3
_PORT = 8000
_RESULTS = Path(__file__).parent / "results" / "replicas.json"
_URL = f"http://127.0.0.1:{_PORT}"


def _app(num_replicas: int, router: type | None) -> Any:
    from ray import serve
    from ray.serve.config import RequestRouterConfig

    api = FastAPI()

    @serve.ingress(api)
    class StandIn:
        def __init__(self) -> None:
            self._turn = asyncio.Semaphore(1)

        @api.get("/work")
        async def work(self) -> str:
            async with self._turn:
                await asyncio.sleep(_WORK_S)
            return "done"

        @api.get("/nothing")
        async def nothing(self) -> str:
            return "done"

        def record_routing_stats(self) -> dict[str, bool]:
            return {"model_ready": True}

    options: dict[str, Any] = {"num_replicas": num_replicas, "max_ongoing_requests": 1000}
    if router is not None:
        options["request_router_config"] = RequestRouterConfig(request_router_class=router)
    return serve.deployment(ray_actor_options={"num_cpus": 0}, **options)(StandIn).bind()


@contextmanager
def _running(num_replicas: int, router: type | None) -> Iterator[None]:
    from ray import serve

    serve.run(_app(num_replicas, router), name="standins", route_prefix="/")
    time.sleep(2)
    yield
    serve.delete("standins")


def _rate(path: str, num_clients: int) -> float:
    """Requests a second."""
    end = time.monotonic() + _MEASURED_S

    def client(_: int) -> int:
        session, num_answers = requests.Session(), 0
        while time.monotonic() < end:
            num_answers += session.get(_URL + path, timeout=60).status_code == 200
        return num_answers

    started = time.monotonic()
    with ThreadPoolExecutor(num_clients) as pool:
        total = sum(pool.map(client, range(num_clients)))
    return total / (time.monotonic() - started)


def _cpu_s(kind: str) -> float:
    """CPU time so far of Ray's processes of a kind."""
    return sum(cpu_seconds(pid) for pid in descendants(os.getpid()) if f"ray::{kind}" in command_of(pid))


def _median_ms() -> float:
    session, times = requests.Session(), []
    for _ in range(300):
        started = time.perf_counter()
        assert session.get(f"{_URL}/nothing", timeout=60).status_code == 200
        times.append(1000 * (time.perf_counter() - started))
    return round(median(times), 1)


def main() -> None:
    """Measure."""
    import ray
    from ray import serve
    from ray.serve.config import HTTPOptions

    from serving.router import ReadyFirstRouter

    ray.init(address="local", include_dashboard=False, object_store_memory=80 * 2**20, num_cpus=8, log_to_driver=False)
    serve.start(http_options=HTTPOptions(port=_PORT))
    found: dict[str, Any] = {"rates": {}, "median_ms": {}, "controller_share": {}}
    for name, router in (("Serve's router", None), ("ours", ReadyFirstRouter)):
        with _running(2, router):
            found["median_ms"][name] = _median_ms()
    for num_replicas in (1, 2, 4, 8):
        with _running(num_replicas, ReadyFirstRouter):
            before = _cpu_s("ServeController")
            found["rates"][num_replicas] = round(_rate("/work", _CLIENTS_PER_REPLICA * num_replicas), 2)
            found["controller_share"][num_replicas] = round((_cpu_s("ServeController") - before) / _MEASURED_S, 3)
            before = _cpu_s("ProxyActor")
            rate = _rate("/nothing", 16)
            found["one_proxy"] = {
                "rate": round(rate, 1),
                "cpu_ms": round(1000 * (_cpu_s("ProxyActor") - before) / (rate * _MEASURED_S), 2),
            }
    print(json.dumps(found))
    _RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    serve.shutdown()
    ray.shutdown()


if __name__ == "__main__":
    # Ray's processes, and so the proxy with its guards, have the environment of this one.
    if "RAY_AUTH_TOKEN" not in os.environ:
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.replicas"], launch_environment(ServingConfig()))
    main()
