"""What KubeRay's operator takes in a RayService, as JSON schema: its own fields and their types, others refused.

Written after the types of the API group ray.io/v1 of KubeRay 1.5 (ray-operator/apis/ray/v1/rayservice_types.go and
raycluster_types.go; Apache License 2.0), not the generated CRD itself. What is Kubernetes' own, such as pod templates,
is ANYTHING here: `kubernetes_validate`, which carries Kubernetes' schemas, looks at it.
"""

from typing import Any

STRING: dict[str, Any] = {"type": "string"}
INTEGER: dict[str, Any] = {"type": "integer"}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
STRINGS: dict[str, Any] = {"type": "object", "additionalProperties": STRING}
ANYTHING: dict[str, Any] = {}


def _object(required: str = "", **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _choice(*values: str) -> dict[str, Any]:
    return {"enum": list(values)}


_CREDENTIAL = _object(value=STRING, valueFrom=ANYTHING)

_AUTOSCALER = _object(
    resources=ANYTHING,
    image=STRING,
    imagePullPolicy=STRING,
    securityContext=ANYTHING,
    idleTimeoutSeconds=INTEGER,
    upscalingMode=_choice("Default", "Aggressive", "Conservative"),
    version=_choice("v1", "v2"),
    env={"type": "array"},
    envFrom={"type": "array"},
    volumeMounts={"type": "array"},
)

_HEAD = _object(
    "template",
    template=ANYTHING,
    headService=ANYTHING,
    enableIngress=BOOLEAN,
    resources=STRINGS,
    labels=STRINGS,
    rayStartParams=STRINGS,
    serviceType=STRING,
)

_WORKERS = _object(
    "groupName template",
    groupName=STRING,
    suspend=BOOLEAN,
    replicas=INTEGER,
    minReplicas=INTEGER,
    maxReplicas=INTEGER,
    idleTimeoutSeconds=INTEGER,
    numOfHosts=INTEGER,
    resources=STRINGS,
    labels=STRINGS,
    rayStartParams=STRINGS,
    template=ANYTHING,
    scaleStrategy=_object(workersToDelete={"type": "array", "items": STRING}),
)

_CLUSTER = _object(
    "headGroupSpec",
    upgradeStrategy=_object(type=_choice("Recreate", "None")),
    authOptions=_object(mode=_choice("disabled", "token")),
    suspend=BOOLEAN,
    managedBy=STRING,
    autoscalerOptions=_AUTOSCALER,
    headServiceAnnotations=STRINGS,
    enableInTreeAutoscaling=BOOLEAN,
    gcsFaultToleranceOptions=_object(
        "redisAddress",
        redisAddress=STRING,
        redisUsername=_CREDENTIAL,
        redisPassword=_CREDENTIAL,
        externalStorageNamespace=STRING,
    ),
    headGroupSpec=_HEAD,
    rayVersion=STRING,
    workerGroupSpecs={"type": "array", "items": _WORKERS},
)

RAY_SERVICE = _object(
    "apiVersion kind metadata spec",
    apiVersion=_choice("ray.io/v1"),
    kind=_choice("RayService"),
    metadata=_object("name", name=STRING, namespace=STRING, labels=STRINGS, annotations=STRINGS),
    spec=_object(
        "rayClusterConfig",
        rayClusterDeletionDelaySeconds={**INTEGER, "minimum": 0},
        serviceUnhealthySecondThreshold=INTEGER,
        deploymentUnhealthySecondThreshold=INTEGER,
        serveService=ANYTHING,
        upgradeStrategy=_object(type=_choice("NewCluster", "None")),
        serveConfigV2=STRING,
        rayClusterConfig=_CLUSTER,
        excludeHeadPodFromServeSvc=BOOLEAN,
    ),
)
