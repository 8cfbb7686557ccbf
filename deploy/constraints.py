"""Writes constraints.txt, the exact versions for the image: those installed here. `python -m deploy.constraints`."""

import re
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "deploy" / "constraints.txt"


def requirements() -> list[Requirement]:
    """What requirements.txt asks for."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.partition(" #")[0]) for line in lines if line and not line.lstrip().startswith("#")]


def installed() -> dict[str, str]:
    """Every package that requirements.txt needs, directly or not, and its version here."""
    found: dict[str, str] = {}
    seen: set[str] = set()
    todo = requirements()
    while todo:
        requirement = todo.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        package = distribution(requirement.name)
        found[re.sub(r"[-_.]+", "-", requirement.name).lower()] = package.version
        for needed in map(Requirement, package.requires or []):
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in requirement.extras or {""}):
                todo.append(needed)
    return found


if __name__ == "__main__":
    lines = [f"{name}=={version}" for name, version in sorted(installed().items())]
    FILE.write_text("# Written by `python -m deploy.constraints`.\n" + "\n".join(lines) + "\n", encoding="utf-8")
