"""deploy/Dockerfile and compose.yaml, without a container builder: linted, and each step run in a plain folder.

Not shown here: that the base image exists under its name, what pip fetches into it, Docker's own network and volumes.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from deploy.constraints import FILE, requirements
from tests.running_app import ROOT, free_port, wait_until

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE = ROOT / "deploy" / "compose.yaml"
HADOLINT = Path(sys.executable).with_name("hadolint")
IS_ROOT = os.geteuid() == 0
"""Nobody else can make users and give folders away."""
KEY = "a-key-for-the-image-0123"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines put together."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


def argument(name: str) -> str:
    (found,) = [rest for instruction, rest in instructions() if instruction == name]
    return found


def test_linter_has_nothing_to_say():
    ran = subprocess.run([HADOLINT, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 0)


def test_image_is_pinned_and_nobodys_root():
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", argument("FROM"))
    uid, gid = argument("USER").split(":")
    assert int(uid) > 0
    assert int(gid) > 0
    pinned = dict(line.split("==") for line in FILE.read_text().splitlines() if not line.startswith("#"))
    for requirement in requirements():
        version = pinned[re.sub(r"[-_.]+", "-", requirement.name).lower()]
        assert requirement.specifier.contains(version), requirement
    assert pinned["torch"].endswith("+cpu")
    assert len(pinned) > 100, "those that requirements.txt needs indirectly too"


def test_context_holds_what_is_copied_and_little_else():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for name, rest in instructions() if name == "COPY" for source in rest.split()[:-1]}
    assert allowed == copied


@dataclass
class Image:
    """The folder that stands for the image's root, with what the Dockerfile says of how to run it."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def inside(self, text: str) -> str:
        """`text` with the image's paths moved below this folder."""
        return re.sub(r"(?<![\w./])/(app|models|home/nutshell)\b", rf"{self.root}/\1", text)

    def command(self, *arguments: str) -> list[str]:
        """What a container runs: the entry point, with Python being this one."""
        entry = [
            sys.executable if part == "python" else self.inside(part) for part in json.loads(argument("ENTRYPOINT"))
        ]
        return [*entry, *map(self.inside, arguments)]

    def start(self, log: Path, *arguments: str, **environment: str) -> subprocess.Popen:
        own = {**self.environment, "HOME": str(self.root / "home/nutshell"), "HF_HUB_OFFLINE": "1", **environment}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        with log.open("wb") as out:
            return subprocess.Popen(
                self.command(*arguments), cwd=self.root / "app", env={**kept, **own}, stdout=out, stderr=out
            )


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    """Every step of the Dockerfile, done in a folder; pip's is a dry run against the packages of this Python."""
    image = Image(tmp_path_factory.mktemp("image"))
    (image.root / "etc").mkdir()
    for name, line in {"passwd": "root:x:0:0::/root:/bin/sh", "group": "root:x:0:", "shadow": "root:*:1::::::"}.items():
        (image.root / "etc" / name).write_text(line + "\n")
    (image.root / "home").mkdir()
    folder = image.root
    for name, rest in instructions():
        if name == "ENV":
            image.environment |= {key: image.inside(value) for key, value in re.findall(r"(\w+)=(\S+)", rest)}
        elif name == "WORKDIR":
            folder = Path(image.inside(rest))
            folder.mkdir(exist_ok=True)
        elif name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                path = ROOT / source
                if path.is_dir():
                    shutil.copytree(path, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(path, folder / target)
        elif name == "RUN":
            step = re.sub(r"\b(user|group)add ", rf"\1add --prefix {image.root} ", image.inside(rest))
            if not IS_ROOT:
                step = re.sub(r"^groupadd.*&& install -d -o 1000 -g 1000", "install -d", step)
            # Versions of this Python's packages may be later than the image's, and nothing shall be fetched.
            step = step.replace("pip install", "pip install --dry-run --no-index").replace("-c constraints.txt", "")
            step = re.sub(r"\bpython\b", shlex.quote(sys.executable), step)
            subprocess.run(["/bin/sh", "-ec", step], cwd=folder, env={**os.environ, "TORCH_INDEX": "none"}, check=True)
    return image


@pytest.mark.slow
def test_steps_leave_the_application_and_folders_for_volumes(image):
    assert (image.root / "app/serving/guards/proxy.py").exists()
    assert list((image.root / "app/serving").glob("__pycache__/*.pyc"))
    for folder in ("models", "home/nutshell/.cache/nutshell"):
        assert (image.root / folder).stat().st_uid == (1000 if IS_ROOT else os.geteuid())
    assert not IS_ROOT or "nutshell:x:1000:1000" in (image.root / "etc/passwd").read_text()


def test_build_without_an_index_for_torch_says_what_is_missing():
    (step,) = [rest for name, rest in instructions() if name == "RUN" and "pip" in rest]
    ran = subprocess.run(["/bin/sh", "-ec", step], env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "give it as --build-arg" in ran.stderr


@pytest.mark.slow
def test_container_without_a_key_says_what_is_missing(image, tmp_path):
    process = image.start(tmp_path / "log", *json.loads(argument("CMD")))
    assert process.wait(timeout=120) == 1
    assert "NUTSHELL_API_KEY" in (tmp_path / "log").read_text()


def interpolated(environment: dict[str, str]) -> dict:
    """compose.yaml as Compose reads it, with these variables set."""

    def value(match: re.Match[str]) -> str:
        name, mark, rest = match[1], match[2], match[3]
        if environment.get(name):
            return environment[name]
        assert mark == ":-", f"{name} must be set: {rest}"
        return rest

    return yaml.safe_load(re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, COMPOSE.read_text(encoding="utf-8")))


def test_compose_file_is_what_the_specification_allows():
    # Its parser reads no merge keys, which are YAML 1.1's and Compose's own; so it is given the merged file.
    spec = PyCompose.from_yaml(yaml.safe_dump(interpolated({"NUTSHELL_API_KEY": KEY})))
    assert sorted(spec.service_names()) == ["page", "summarizer"]
    with pytest.raises(ValueError, match="imag"):
        PyCompose.from_yaml("services: {page: {imag: nutshell}}")


def test_compose_publishes_on_loopback_and_asks_for_a_key():
    for service in interpolated({"NUTSHELL_API_KEY": KEY})["services"].values():
        assert service["ports"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert service["environment"]["NUTSHELL_API_KEY"] == KEY
        assert service["cap_drop"] == ["ALL"]
    with pytest.raises(AssertionError, match="NUTSHELL_API_KEY must be set"):
        interpolated({})


@pytest.mark.ray
def test_both_services_run_as_written(image, tiny_t5, tmp_path):
    """The commands and settings of compose.yaml in the folder: on free ports, and a name of Docker's network less."""
    from gradio_client import Client

    shutil.copytree(tiny_t5, image.root / "models" / "tiny")
    services = interpolated({"NUTSHELL_API_KEY": KEY, "NUTSHELL_MODEL": "/models/tiny"})["services"]
    api_port, page_port = free_port(), free_port()
    started = {}

    def start(name, *more):
        service = services[name]
        command = [part.replace("summarizer:8000", f"127.0.0.1:{api_port}") for part in service["command"]]
        environment = {key: image.inside(value) for key, value in service["environment"].items()}
        started[name] = image.start(tmp_path / name, *command, *more, **environment)

    def is_healthy(test):
        test = [part.replace("8000", str(api_port)).replace("7860", str(page_port)) for part in test]
        return subprocess.run([sys.executable, *test[1:]], stderr=subprocess.DEVNULL, check=False).returncode == 0

    own_test = json.loads(argument("HEALTHCHECK").partition("CMD ")[2])
    assert not is_healthy(own_test)
    try:
        start("summarizer", "--serving-port", str(api_port))
        start("page", "--port", str(page_port))
        wait_until(lambda: is_healthy(own_test), timeout_s=300, what=(tmp_path / "summarizer").read_text())
        wait_until(lambda: is_healthy(services["page"]["healthcheck"]["test"][1:]), timeout_s=120, what="the page")
        wait_until(
            lambda: "is ready" in (tmp_path / "page").read_text(),
            timeout_s=300,
            what="the model, from its mounted folder",
        )
        client = Client(f"http://127.0.0.1:{page_port}", verbose=False)
        assert client.predict("Ferries run all night. Nobody sleeps.", 60, api_name="/summarize")
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for process in started.values():
            process.wait(timeout=120)
