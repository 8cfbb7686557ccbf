"""The Ray Serve deployment: one `SummarizerService` per replica behind the HTTP API.

`build_app` is what `serve.run` and a Serve config file (deploy/) take.
"""

from typing import Any

from fastapi import FastAPI
from ray import serve
from ray.serve import Application

from serving.api import create_api
from serving.config import ServingConfig
from serving.service import SummarizerService

# Serve counts every request here, status calls included, and only approximately. Far above the gates' places, so
# that the gates decide who is busy, exactly and with Retry-After.
_ONGOING_HEADROOM = 200


@serve.ingress()
class Summarizer:
    """Keeps tokenizer and model in memory and answers over HTTP."""

    # Serve awaits the constructor: the extractive path is warm before the first request comes.
    async def __init__(self, config: ServingConfig) -> None:  # type: ignore[misc]
        self._service = SummarizerService(config)
        await self._service.start()

    async def __serve_build_asgi_app__(self) -> FastAPI:
        return create_api(self._service)

    async def __del__(self) -> None:
        self._service.close()


def build_app(config: ServingConfig) -> Application:
    """Return the Serve application for `config`; every setting that Serve itself needs is taken from there."""
    places = 2 * (config.max_running + config.max_waiting)
    options: dict[str, Any] = {
        "name": config.deployment_name,
        "num_replicas": config.num_replicas,
        "ray_actor_options": {"num_cpus": config.replica_cpus},
        "max_ongoing_requests": places + _ONGOING_HEADROOM,
        "max_queued_requests": places + _ONGOING_HEADROOM,
        "health_check_period_s": 5,
        "graceful_shutdown_timeout_s": config.drain_s,
        "graceful_shutdown_wait_loop_s": 0.2,
    }
    return serve.deployment(**options)(Summarizer).bind(config)
