"""What the replicas of one deployment know of each other: which have their model, and how busy all are together."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from ray import serve
from ray.serve.exceptions import DeploymentUnavailableError

from serving.schemas import Queue, Replicas, StatusResponse

logger = logging.getLogger("nutshell")

_ANSWER_S = 2.0
"""Within it a replica that lives has answered, on a busy machine too."""
_FRESH_S = 1.0
_PATIENCE_S = 1.0
_POLL_S = 0.2
_MAX_SILENCES = 10


class Peers:
    """All replicas of a deployment, as one of them sees them.

    Args:
        context: Serve's, of this replica.
    """

    def __init__(self, context: Any) -> None:
        self.own_id: str = context.replica_id.unique_id
        self._names = context.deployment, context.app_name
        self._handle: Any = None
        self._others: list[StatusResponse] = []
        self._asked_at = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def status(self, own: StatusResponse) -> StatusResponse:
        """The deployment's status. Where the others do not answer at once, it holds what they said last."""
        if self._asking is None and time.monotonic() - self._asked_at > _FRESH_S:
            self._asking = asyncio.create_task(self._refresh())
        if self._asking is not None:
            await asyncio.wait({self._asking}, timeout=_PATIENCE_S)
        return add_up(own, self._others)

    async def wait_for_model(self, is_ready: Callable[[], bool]) -> None:
        """Return when this replica has its model (`is_ready`), or as soon as no other has one.

        As long as a replica's constructor waits, Serve sends it nothing and ends no other in its favour.
        """
        num_silences = 0
        while not is_ready() and num_silences < _MAX_SILENCES:
            try:
                others = await self._ask()
            except TimeoutError:
                num_silences += 1
                continue
            if not any(status.model_state == "ready" for status in others):
                return
            num_silences = 0
            asked_at = time.monotonic()
            while not is_ready() and time.monotonic() - asked_at < _FRESH_S:
                await asyncio.sleep(_POLL_S)

    async def _refresh(self) -> None:
        try:
            self._others = await self._ask()
        except TimeoutError:
            logger.info("Not every replica has told its status in time.")
        finally:
            self._asked_at = time.monotonic()
            self._asking = None

    async def _ask(self) -> list[StatusResponse]:
        """What every other running replica says of itself.

        Raises:
            TimeoutError: one of them does not answer; it may be gone.
        """
        if self._handle is None:
            self._handle = serve.get_deployment_handle(*self._names)
        try:
            async with asyncio.timeout(_ANSWER_S):
                answers = await self._handle.broadcast("own_status").results_async(return_exceptions=True)
        except DeploymentUnavailableError:
            return []
        return [answer[1] for answer in answers if isinstance(answer, tuple) and answer[0] != self.own_id]


def add_up(own: StatusResponse, others: list[StatusResponse]) -> StatusResponse:
    """One status of all replicas: of one that has its model, if any has, with everybody's queue and places."""
    all_ = [own, *others]
    furthest = next((status for status in all_ if status.model_state == "ready"), own)
    queue = Queue(
        num_running=sum(status.queue.num_running for status in all_),
        num_waiting=sum(status.queue.num_waiting for status in all_),
    )
    replicas = Replicas(
        num_running=len(all_),
        num_ready=sum(status.replicas.num_ready for status in all_),
        num_places=sum(status.replicas.num_places for status in all_),
    )
    return furthest.model_copy(update={"queue": queue, "replicas": replicas})
