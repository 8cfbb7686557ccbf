"""Several "machines" on one Linux machine: each has its own address, processes, home, /srv and /tmp/ray.

A machine is a set of namespaces (network, processes, mounts, hostname, shared memory) on a bridge of its own, so that

- every machine uses the usual ports (6379, 8000, 8265) and nothing collides with the host's;
- `kill()` ends all its processes at once (its sockets close, as when a VM's processes die);
- `unplug()` pulls its cable: nothing is closed, packets just vanish, as when a machine loses power;
- files that one machine writes are not on the others, so a forgotten shared folder shows.

The process that makes them must be in a network namespace of its own (`make test-cluster` sees to that), so that the
host's network is not touched. Needs root, or user namespaces.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SUBNET = "10.99.0"
INSIDE = "CLUSTER_LAB_HAS_ITS_NETWORK"
"""Set in the environment of a process that has a network of its own."""

# Ignoring SIGCHLD makes the kernel reap what is handed to this first process of the machine.
_INIT = "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nwhile True: signal.pause()"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


class Machine:
    """One machine; made by `Machines`."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        self.name, self.address, self.folder = name, address, folder
        self._cable = f"c-{name}"
        self._shell: subprocess.Popen[bytes] | None = None
        self._pid = 0

    def boot(self) -> "Machine":
        """Start it with an empty process table; what is on its disk stays from the last time."""
        for part in ("home", "ray", "srv"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        Path("/tmp/ray").mkdir(exist_ok=True)
        mounts = " && ".join(
            f"mount --bind {self.folder}/{part} {at}" for part, at in (("ray", "/tmp/ray"), ("srv", "/srv"))
        )
        memory = "mount -t tmpfs -o size=8g shm /dev/shm"
        shell = f"hostname {self.name} && {mounts} && {memory} && exec {sys.executable} -c '{_INIT}'"
        unshare = ["unshare", "--net", "--pid", "--mount", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"]
        self._shell = subprocess.Popen([*unshare, "sh", "-c", shell], start_new_session=True)
        self._pid = self._first_process(self._shell.pid)
        self._plug_in()
        return self

    @staticmethod
    def _first_process(parent: int) -> int:
        for _ in range(400):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            # `sh` must have become the first process: until then the mounts are not there.
            if children and b"signal.pause" in Path(f"/proc/{children[0]}/cmdline").read_bytes():
                return int(children[0])
            time.sleep(0.05)
        raise RuntimeError("the machine did not boot; are namespaces allowed here (`unshare -n true`)?")

    def _plug_in(self) -> None:
        subprocess.run(["ip", "link", "del", self._cable], check=False, stderr=subprocess.DEVNULL)
        _ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", str(self._pid))
        _ip("link", "set", self._cable, "master", "lab0", "up")
        inside = ["nsenter", "-t", str(self._pid), "--net", "ip"]
        for words in (
            "link set lo up",
            f"addr add {self.address}/24 dev eth0",
            "link set eth0 up",
            # Ray finds its own address by looking which way 8.8.8.8 would be.
            f"route add default via {SUBNET}.254",
        ):
            subprocess.run(inside + words.split(), check=True)

    @property
    def is_up(self) -> bool:
        """Whether it has been booted, and not killed since."""
        return self._pid != 0

    def unplug(self) -> None:
        """Pull the cable: packets to and from this machine vanish."""
        _ip("link", "set", self._cable, "down")

    def plug(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self._cable, "up")

    def kill(self) -> None:
        """End every process of it at once."""
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self._pid = 0
        if self._shell is not None:
            self._shell.wait()

    def _command(self, script: str) -> list[str]:
        enter = ["nsenter", "-t", str(self._pid), "--net", "--pid", "--mount", "--uts", "--ipc", "--"]
        # As after a login: nothing of this process's environment.
        env = [
            "env",
            "-i",
            f"HOME={self.folder / 'home'}",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        return [*enter, *env, "bash", "-ec", script]

    def run(self, script: str, *, timeout_s: float = 300) -> str:
        """Run a shell script on it; returns what it printed."""
        done = subprocess.run(self._command(script), capture_output=True, text=True, timeout=timeout_s, check=False)
        assert done.returncode == 0, f"{self.name}: {script}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def supervise(self, script: str) -> None:
        """Run a script again whenever it ends, as systemd would; its output goes to ray.log.

        What it leaves behind is ended first (and so is all else that runs on the machine).
        """
        (self.folder / "service.sh").write_text(script)
        loop = f"while true; do bash -e {self.folder}/service.sh || true; kill -9 -1 || true; sleep 3; done"
        with (self.folder / "ray.log").open("ab") as log:
            subprocess.Popen(
                self._command(loop), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )

    def processes(self, part: str) -> list[int]:
        """Pids, as this process sees them, of the machine's processes whose command line holds `part`."""
        found = []
        namespace = os.readlink(f"/proc/{self._pid}/ns/pid")
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                is_here = entry.name.isdigit() and os.readlink(entry / "ns/pid") == namespace
                if is_here and part.encode() in (entry / "cmdline").read_bytes().replace(b"\0", b" "):
                    found.append(int(entry.name))
        return found

    def kill_processes(self, part: str) -> int:
        """SIGKILL to those of its processes whose command line holds `part`; returns how many there were."""
        pids = self.processes(part)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)


class Machines:
    """A bridge with machines m0, m1, ... at `SUBNET`.1, .2, ...; this process itself is at .254."""

    def __init__(self, folder: Path, count: int) -> None:
        if not os.environ.get(INSIDE):
            raise RuntimeError("machines need a network of their own: run `make test-cluster`")
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "lab0", "type", "bridge")
        _ip("addr", "add", f"{SUBNET}.254/24", "dev", "lab0")
        _ip("link", "set", "lab0", "up")
        self.all = [Machine(f"m{i}", f"{SUBNET}.{i + 1}", folder / f"m{i}").boot() for i in range(count)]

    def close(self) -> None:
        """End all of them."""
        for machine in self.all:
            machine.kill()
        _ip("link", "del", "lab0")
