"""The Ray Serve deployment: one `SummarizerService` per replica behind the HTTP API.

`build_app` is what `serve.run` and a Serve config file (deploy/) take.
"""

import asyncio
from typing import Any

from fastapi import FastAPI
from ray import serve
from ray.serve import Application
from ray.serve.config import RequestRouterConfig

from serving.api import create_api
from serving.config import ServingConfig
from serving.model_loader import ModelLoader
from serving.peers import Peers
from serving.ray_metrics import RayRecorder
from serving.router import MODEL_READY, ReadyFirstRouter
from serving.schemas import StatusResponse
from serving.service import SummarizerService

# Serve counts every request here, status calls included, and only approximately. Far above the gates' places, so
# that the gates decide who is busy, exactly and with Retry-After.
_ONGOING_HEADROOM = 200

_ROUTING_STATS_S = 1.0
_SCALE_UP_S = 5.0
"""A burst that is over by then needs no replica that takes ten seconds for its model."""
_LOOK_BACK_S = 15.0

_RECORD_S = 5.0
"""Ray hands numbers on every ten seconds."""


@serve.ingress()
class Summarizer:
    """Keeps tokenizer and model in memory and answers over HTTP."""

    # Serve awaits the constructor: the extractive path is warm before the first request comes.
    async def __init__(self, config: ServingConfig) -> None:  # type: ignore[misc]
        self._service = SummarizerService(config, ModelLoader(config), RayRecorder())
        self._peers = None if config.is_alone else Peers(serve.get_replica_context())
        await self._service.start()
        self._recording = asyncio.create_task(self._record_state())
        if self._peers is not None:
            await self._peers.wait_for_model(self._has_model)

    async def _record_state(self) -> None:
        while True:
            self._service.record_state()
            await asyncio.sleep(_RECORD_S)

    async def __serve_build_asgi_app__(self) -> FastAPI:
        if self._peers is None:
            return create_api(self._service)
        return create_api(self._service, status=self._status_of_all, replica_id=self._peers.own_id)

    async def __del__(self) -> None:
        self._recording.cancel()
        self._service.close()

    async def own_status(self) -> tuple[str, StatusResponse]:
        """What the other replicas ask for: who this one is, and how it is."""
        assert self._peers is not None, "the only replica has nobody to ask it"
        return self._peers.own_id, self._service.status()

    def record_routing_stats(self) -> dict[str, bool]:
        """What Serve's controller asks for, for `ReadyFirstRouter`."""
        return {MODEL_READY: self._has_model()}

    def _has_model(self) -> bool:
        return self._service.method == "abstractive"

    async def _status_of_all(self) -> StatusResponse:
        assert self._peers is not None
        return await self._peers.status(self._service.status())


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
    return serve.deployment(**{**options, **_options_for_several(config)})(Summarizer).bind(config)


def _options_for_several(config: ServingConfig) -> dict[str, Any]:
    if config.is_alone:
        return {}
    options: dict[str, Any] = {
        # A replica goes while others stay: whoever it has taken is answered, however long that takes.
        "graceful_shutdown_timeout_s": config.request_timeout_s,
        # Three times in a row, and it is replaced; Serve's own 30 s are for those that nobody could stand in for.
        "health_check_timeout_s": 10,
        "request_router_config": RequestRouterConfig(
            request_router_class=ReadyFirstRouter, request_routing_stats_period_s=_ROUTING_STATS_S
        ),
    }
    if config.max_replicas_per_node is not None:
        options["max_replicas_per_node"] = config.max_replicas_per_node
    if config.num_replicas == "auto":
        options["autoscaling_config"] = {
            "min_replicas": config.min_replicas,
            "max_replicas": config.most_replicas,
            # Half of what the gate lets run: the rest is room until another replica has its model.
            "target_ongoing_requests": max(1.0, config.max_running / 2),
            "upscale_delay_s": _SCALE_UP_S,
            "downscale_delay_s": config.scale_down_s,
            "look_back_period_s": _LOOK_BACK_S,
        }
    return options
