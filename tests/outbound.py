"""Does a program send anything to another machine? Run it in a network of its own and listen at the only way out.

    python -m tests.outbound COMMAND ...

In a network namespace there is loopback and one cable that leads nowhere, with a default route through it. Every packet
for another machine, look-ups of names included, comes out at its far end and is seen.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import threading

_SETUP = """
ip link set lo up
ip link add out type veth peer name far
ip addr add 198.51.100.2/24 dev out
ip link set out up
ip link set far up
ip neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev out
ip route add default via 198.51.100.1
"""
_NAMESERVER = "203.0.113.53"
_IPV4, _TCP, _UDP = 0x0800, 6, 17


def watched(command: list[str], *, timeout_s: float) -> tuple[int, list[str]]:
    """Run `command` in such a network; return its exit status and what it tried to reach, as "tcp 1.2.3.4:80".

    Raises:
        RuntimeError: this machine gives no network namespaces, so nothing can be said.
    """
    wrapped = ["unshare", "--net", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    run = subprocess.run(
        [*wrapped, sys.executable, "-m", "tests.outbound", *command],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"no network of its own to be had here: {run.stderr[-500:]}")
    told = json.loads(lines[-1])
    return told["status"], told["reached"]


def main(command: list[str]) -> None:
    subprocess.run(["sh", "-ec", _SETUP], check=True)
    # A name server that can only be asked through the watched interface.
    with open("/tmp/outbound-resolv.conf", "w") as file:
        file.write(f"nameserver {_NAMESERVER}\noptions timeout:1 attempts:1\n")  # nobody answers
    subprocess.run(["mount", "--bind", "/tmp/outbound-resolv.conf", "/etc/resolv.conf"], check=True)
    reached: list[str] = []
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IPV4))
    tap.bind(("far", 0))
    threading.Thread(target=_listen, args=(tap, reached), daemon=True).start()
    status = subprocess.run(command, stdout=sys.stderr, check=False).returncode
    print(json.dumps({"status": status, "reached": sorted(set(reached))}), flush=True)


def _listen(tap: socket.socket, reached: list[str]) -> None:
    while True:
        packet = tap.recv(65_535)
        header = 4 * (packet[0] & 15)
        kind = {_TCP: "tcp", _UDP: "udp"}.get(packet[9], str(packet[9]))
        port = struct.unpack("!H", packet[header + 2 : header + 4])[0]
        reached.append(f"{kind} {socket.inet_ntoa(packet[16:20])}:{port}")


if __name__ == "__main__":
    main(sys.argv[1:])
