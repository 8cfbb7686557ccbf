"""Which replica gets a request, where there are several: Serve's proxies run this.

Serve's own router prefers the replicas of the proxy's machine and otherwise takes the better of two by chance. This one
takes the one with the fewest requests among those that have their model, whoever asks through whichever proxy. A
deployment of one replica keeps Serve's.
"""

import random

from ray.serve.request_router import PendingRequest, ReplicaID, RequestRouter, RunningReplica

MODEL_READY = "model_ready"
"""What a replica says of itself by `record_routing_stats`, which Serve's controller passes on to every proxy."""


class ReadyFirstRouter(RequestRouter):
    """Prefers replicas whose model is ready, and leaves out those that have declined the request already."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self._ready: set[ReplicaID] = set()

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """Return the replicas to choose from; Serve takes the one with the fewest requests."""
        # Remembered, since a model that is ready stays so, while a controller that starts again has to ask anew.
        self._ready = {
            replica.replica_id
            for replica in candidate_replicas
            if replica.replica_id in self._ready or replica.routing_stats.get(MODEL_READY)
        }
        able = [replica for replica in candidate_replicas if replica.replica_id in self._ready] or candidate_replicas
        # ProxyGuard's list; no client can set it.
        declined = pending_request.metadata.session_id.split() if pending_request else []
        free = [replica for replica in able if replica.replica_id.unique_id not in declined] or able
        return [random.sample(free, len(free))]
