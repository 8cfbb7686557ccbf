"""deploy/'s Kubernetes files: KubeRay or Kubernetes knows every field, and they fit each other and the code."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from deploy.constraints import FILE
from serving.config import ServingConfig
from serving.guards.keys import _OPEN, KEYS_VARIABLE
from tests.kuberay_schema import RAY_SERVICE
from tests.running_app import ROOT

KUBERNETES = "1.34"


def documents(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    # As JSON: what YAML's anchors share is no longer one object.
    return json.loads(json.dumps(list(yaml.safe_load_all(text))))


def ray_service() -> dict[str, Any]:
    (service,) = documents("kuberay.yaml")
    return service


def with_redis(service: dict[str, Any]) -> dict[str, Any]:
    """What `kubectl patch --type json` makes of it (RFC 6902, of which the file uses `add` only)."""
    (patch,) = documents("kuberay-redis.yaml")
    for operation in patch:
        assert operation["op"] == "add"
        *path, last = operation["path"].strip("/").split("/")
        target: Any = service
        for step in path:
            target = target[int(step) if isinstance(target, list) else step]
        if last == "-":
            target.append(operation["value"])
        else:
            target[last] = operation["value"]
    return service


def check(service: dict[str, Any]) -> None:
    """Hold a RayService against the operator's fields, its pods and its Serve configuration against theirs."""
    jsonschema.validate(service, RAY_SERVICE)
    cluster = service["spec"]["rayClusterConfig"]
    for group in [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]:
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": group["template"]}
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)


@pytest.mark.parametrize("service", [ray_service, lambda: with_redis(ray_service())], ids=["as it is", "with Redis"])
def test_operator_knows_every_field(service):
    check(service())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.rayClusterConfig.enableAutoscaling", True),
        ("spec.rayClusterConfig.headGroupSpec.replicas", 1),
        ("spec.rayClusterConfig.authOptions.mode", "basic"),
        ("spec.rayClusterConfig.workerGroupSpecs.0.minReplicas", "2"),
        ("spec.rayClusterConfig.workerGroupSpecs.0.template.spec.containers.0.readinessProb", {}),
        ("spec.rayClusterConfig.workerGroupSpecs.0.template.spec.containers.0.readinessProbe.httpGet.prot", 1),
        ("spec.rayClusterConfig.headGroupSpec.template.spec.containers.0.env.0.valueFrom.secretKey", {}),
    ],
)
def test_a_slip_would_be_seen(path, value):
    service: Any = ray_service()
    *steps, last = path.split(".")
    target = service
    for step in steps:
        target = target[int(step) if isinstance(target, list) else step]
    target[last] = value
    with pytest.raises(jsonschema.ValidationError):
        check(service)


def test_kubernetes_knows_every_field_around_it():
    kinds = []
    for document in documents("kubernetes.yaml"):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
        kinds.append(document["kind"])
    assert kinds == ["PersistentVolumeClaim", "Deployment", "Service", "Ingress", "Ingress"]


def serve_config() -> dict[str, Any]:
    return yaml.safe_load(ray_service()["spec"]["serveConfigV2"])


@pytest.mark.slow
def test_serve_knows_its_configuration():
    from ray.serve.schema import ServeDeploySchema

    ServeDeploySchema.model_validate(serve_config())


def containers() -> dict[str, dict[str, Any]]:
    cluster = ray_service()["spec"]["rayClusterConfig"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    page = documents("kubernetes.yaml")[1]["spec"]["template"]
    return {
        each["name"]: each
        for group in [*groups, {"template": page}]
        for each in group["template"]["spec"]["containers"]
    }


def test_replicas_fit_their_nodes_and_the_head_gets_none():
    cluster = ray_service()["spec"]["rayClusterConfig"]
    config = ServingConfig(**serve_config()["applications"][0]["args"])
    (workers,) = cluster["workerGroupSpecs"]
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert int(containers()["ray-head"]["resources"]["limits"]["cpu"]) == 1
    resources = containers()["ray-worker"]["resources"]
    assert resources["requests"] == resources["limits"]
    per_node = config.max_replicas_per_node
    assert per_node == 1
    assert int(resources["limits"]["cpu"]) >= config.replica_cpus * per_node
    assert (config.min_replicas, config.max_replicas) == (workers["minReplicas"], workers["maxReplicas"])
    # benchmarks/README.md: 1.6 GB (fp32) and 0.8 GB (int8) a replica; Ray's own processes take about one.
    needs_gb = {"fp32": 1.6, "int8": 0.8}[config.precision] * per_node + 1.0
    assert int(resources["limits"]["memory"].removesuffix("Gi")) * 1.07 > needs_gb + 0.5
    assert cluster["rayVersion"] == dict(line.split("==") for line in FILE.read_text().splitlines()[1:])["ray"]


def test_an_upgrade_waits_for_the_longest_request():
    config = ServingConfig(**serve_config()["applications"][0]["args"])
    spec = ray_service()["spec"]
    assert spec["upgradeStrategy"]["type"] == "NewCluster"
    assert (
        spec["rayClusterDeletionDelaySeconds"]
        > serve_config()["http_options"]["request_timeout_s"]
        > config.request_timeout_s
    )


def test_probes_need_no_program_and_no_key():
    probes = {
        (name, probe): container[probe]["httpGet"]
        for name, container in containers().items()
        for probe in ("readinessProbe", "livenessProbe")
    }
    assert probes["ray-worker", "readinessProbe"] == {"path": "/ready", "port": 8000}
    assert "/ready" in _OPEN
    # What Ray's agent on each node answers without its token.
    agent = Path(importlib.util.find_spec("ray").origin).parent / "dashboard" / "http_server_agent.py"
    assert f'"{probes["ray-worker", "livenessProbe"]["path"]}"' in agent.read_text(encoding="utf-8")
    assert probes["page", "readinessProbe"]["path"] == "/"


def test_nobody_is_root_and_every_secret_is_told_of():
    readme = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    for container in containers().values():
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert (
            container["image"]
            == yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["page"]["image"]
        )
        names = [variable["name"] for variable in container["env"]]
        assert KEYS_VARIABLE in names
    cluster = ray_service()["spec"]["rayClusterConfig"]
    assert cluster["authOptions"] == {"mode": "token"}
    for secret in ("nutshell", "nutshell-login", "nutshell-tls"):
        assert re.search(rf"create secret \w+ {secret}\b", readme), secret


def test_ingresses_ask_who_is_there_and_encrypt():
    page, api = documents("kubernetes.yaml")[3:]
    assert page["metadata"]["annotations"]["nginx.ingress.kubernetes.io/auth-type"] == "basic"
    assert api["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"] == "nutshell-serve-svc"
    for ingress in (page, api):
        hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
        assert ingress["spec"]["tls"] == [{"hosts": hosts, "secretName": "nutshell-tls"}]


def test_page_answers_to_the_name_of_its_ingress():
    from command_line import parse_command_line

    _, app, serving = parse_command_line(containers()["page"]["args"], {})
    assert serving.allowed_host == documents("kubernetes.yaml")[3]["spec"]["rules"][0]["host"]
    assert app.serving_url == "http://nutshell-serve-svc:8000"
