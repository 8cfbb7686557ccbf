"""A Ray cluster on machines, set up by the very lines of deploy/README.md, and the application on it."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.cluster.machines import Machine, Machines
from tests.running_app import ROOT

_INSTALL, _SECRETS, _KEEP_SECRETS, _FIRST, _OTHERS, _DEPLOY, _ASK = range(7)


def documented_steps() -> list[str]:
    """The boxes of the README's section on clusters, in order."""
    readme = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## On two machines or more")[2].partition("\n## ")[0]
    boxes = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [re.sub(r"^ {3}", "", box, flags=re.MULTILINE) for box in boxes]


def wait_for(condition: Callable[[], Any], *, timeout_s: float, what: str) -> float:
    """Wait until `condition` holds, whatever a cluster in trouble raises; returns the seconds that took."""
    start = time.monotonic()
    error: Exception | None = None
    while True:
        try:
            if condition():
                return time.monotonic() - start
        except Exception as raised:
            error = raised
        assert time.monotonic() - start < timeout_s, f"not within {timeout_s:.0f} s: {what} ({error!r})"
        time.sleep(0.25)


class Lab:
    """Three machines with a cluster: the first one is Ray's head."""

    def __init__(self, folder: Path, *, num_machines: int = 3) -> None:
        self.machines = Machines(folder, num_machines)
        self.head, *self.others = self.machines.all
        self.steps = documented_steps()
        self._token = self._key = ""
        for machine in self.machines.all:
            _copy_repository(machine.folder / "srv" / "nutshell")

    def run(self, step: int, machine: Machine) -> str:
        """Run one box of the README on a machine."""
        return machine.run(self._filled_in(step))

    def _filled_in(self, step: int) -> str:
        return (
            self.steps[step]
            .replace("HEAD", self.head.address)
            .replace("TOKEN", self._token)
            .replace("=KEY", f"={self._key}")
            .replace("Bearer KEY", f"Bearer {self._key}")
        )

    def start(self) -> "Lab":
        """Boxes 1 to 5; returns when all machines have joined."""
        for machine in self.machines.all:
            self.run(_INSTALL, machine)
        self._token, self._key = self.run(_SECRETS, self.head).split()[-2:]
        for machine in self.machines.all:
            self.run(_KEEP_SECRETS, machine)
        self.start_ray(self.head)
        wait_for(self.living, timeout_s=400, what="the first machine is up")
        for machine in self.others:
            self.start_ray(machine)
        wait_for(lambda: len(self.living()) == len(self.machines.all), timeout_s=400, what="all machines joined")
        return self

    def start_ray(self, machine: Machine) -> None:
        """Box 4 or 5."""
        machine.supervise(self._filled_in(_FIRST if machine is self.head else _OTHERS))

    def deploy(self, **args: Any) -> None:
        """Box 6, with these `args` in the file; None takes one out."""
        path = self.head.folder / "srv" / "nutshell" / "deploy" / "serve_config.yaml"
        config = yaml.safe_load((ROOT / "deploy" / "serve_config.yaml").read_text(encoding="utf-8"))
        given = {**config["applications"][0]["args"], **args}
        config["applications"][0]["args"] = {name: value for name, value in given.items() if value is not None}
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        self.run(_DEPLOY, self.head)

    def ask_as_documented(self) -> list[dict[str, Any]]:
        """Box 7, from beside the machines."""
        box = self._filled_in(_ASK)
        printed = subprocess.run(
            ["bash", "-ec", box.replace("\ncurl", "\necho; curl")], capture_output=True, text=True, check=True
        )
        return [json.loads(line) for line in printed.stdout.splitlines() if line]

    def dashboard(self, path: str) -> Any:
        """Ask Ray's dashboard, which listens on the first machine's 127.0.0.1."""
        header = f"Authorization: Bearer {self._token}"
        return json.loads(self.head.run(f"curl -sS -m 10 -H '{header}' http://127.0.0.1:8265{path}"))

    def living(self) -> list[str]:
        """Addresses of the machines that are alive, as Ray sees it."""
        listed = self.dashboard("/api/v0/nodes")["data"]["result"]["result"]
        return [node["node_ip"] for node in listed if node["state"] == "ALIVE"]

    def details(self) -> dict[str, Any]:
        """What Serve says of controller, proxies and applications."""
        return self.dashboard("/api/serve/applications/")

    def replicas(self) -> list[dict[str, Any]]:
        """Replicas that run: node_ip, pid, ..."""
        deployments = self.details()["applications"]["nutshell"]["deployments"].values()
        return [each for deployment in deployments for each in deployment["replicas"] if each["state"] == "RUNNING"]

    def machine_at(self, address: str) -> Machine:
        """The machine with this address."""
        return next(machine for machine in self.machines.all if machine.address == address)

    def session(self) -> requests.Session:
        """A client that has the API's key."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self._key}"
        return session

    def urls(self) -> list[str]:
        """Of the proxies that answer."""
        return [url for url in (f"http://{machine.address}:8000" for machine in self.machines.all) if _is_up(url)]

    def num_ready(self) -> set[int]:
        """How many replicas have their model, by each proxy's word."""
        return {self.session().get(f"{url}/status", timeout=5).json()["replicas"]["num_ready"] for url in self.urls()}

    def wait_whole(self, num_replicas: int, *, timeout_s: float = 300) -> float:
        """Wait until so many replicas have their model, by every proxy's word, and all proxies are there."""

        def is_whole() -> bool:
            if self.details()["applications"]["nutshell"]["status"] != "RUNNING":
                return False  # an update is on its way, or a replica is missing
            places = {replica["node_ip"] for replica in self.replicas()} | {self.head.address}
            has_proxies = {f"http://{place}:8000" for place in places} <= set(self.urls())
            return has_proxies and self.num_ready() == {num_replicas}

        return wait_for(is_whole, timeout_s=timeout_s, what=f"{num_replicas} replicas with their model")

    def close(self) -> None:
        """End everything."""
        self.machines.close()


def _copy_repository(target: Path) -> None:
    """The files that git knows, as a clone has them, and the installed packages, which are the same for all."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to((ROOT / ".venv").resolve())


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).status_code == 200
    except requests.RequestException:
        return False
