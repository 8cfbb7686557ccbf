"""What the guards in Serve's proxy must know, handed over in one environment variable: it is a process of Ray's."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from serving.config import ServingConfig

BOUNDS_VARIABLE = "_NUTSHELL_BOUNDS"


class Bounds(BaseModel):
    """What the proxy must know of a `ServingConfig`."""

    model_config = ConfigDict(frozen=True)

    # Without the variable, on a cluster, whoever runs the ingress says which names there are.
    serving_host: str = "0.0.0.0"
    allowed_host: str = "*"
    deployment_name: str = "Summarizer"
    max_body_bytes: int = ServingConfig().max_body_bytes

    @classmethod
    def of(cls, config: ServingConfig) -> "Bounds":
        """The bounds of an application."""
        return cls(**{name: getattr(config, name) for name in cls.model_fields})

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Bounds":
        """What the process that started Ray has written there."""
        return cls.model_validate_json(environ.get(BOUNDS_VARIABLE, "{}"))
