"""Keeps the numbers of `metrics.py` in Ray, and knows where Ray offers them."""

from collections.abc import Callable
from typing import Any

import ray
from ray.serve import metrics

from serving.addresses import in_url
from serving.metrics import METRICS, Metric


class RayRecorder:
    """The `Recorder` of a process of Ray's; in replicas Serve adds their `deployment`, `replica` and `application`."""

    def __init__(self) -> None:
        self._keep = {name: _keep(name, metric) for name, metric in METRICS.items()}

    def __call__(self, name: str, value: float, **labels: str) -> None:
        """Keep a value."""
        self._keep[name](value, labels)


def _keep(name: str, metric: Metric) -> Callable[[float, dict[str, str]], None]:
    """Ray's metric for one of the table's, as the function that takes a value and its labels."""
    about: dict[str, Any] = {"description": metric.description, "tag_keys": metric.labels}
    if metric.kind == "counter":
        return metrics.Counter(name, **about).inc
    if metric.kind == "gauge":
        return metrics.Gauge(name, **about).set
    return metrics.Histogram(name, boundaries=list(metric.buckets), **about).observe


def metrics_agents() -> list[str]:
    """The addresses at which the machines of this cluster tell their processes' numbers."""
    nodes = [node for node in ray.nodes() if node["Alive"] and node["MetricsExportPort"] > 0]
    return [f"http://{in_url(node['NodeManagerAddress'])}:{node['MetricsExportPort']}/metrics" for node in nodes]
