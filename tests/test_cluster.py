"""A cluster of three machines, set up as deploy/README.md says, and what its clients notice when a part of it dies.

Run by `make test-cluster`, which gives it a network of its own. The model is a random one whose summaries take about
as long as a few steps of a real one. Figures go to benchmarks/results/cluster.md.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.cluster import table
from tests.cluster.lab import Lab, wait_for
from tests.cluster.load import ARTICLE, Load, report
from tests.cluster.machines import Machine

pytestmark = pytest.mark.cluster

_BEFORE_S = 8.0
_ASK_S = 30.0
# Without autoscaling, so that what is lost and replaced is one of two; the third machine is where it may come back.
TWO = {"num_replicas": 2, "min_replicas": None, "max_replicas": None, "num_threads": 1}


@pytest.fixture(scope="module")
def lab(slow_t5, tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def model(slow_t5):
    """In the same place on every machine: they share this one's disk but for /srv, /tmp/ray and their homes."""
    return str(slow_t5)


def test_from_bare_machines_to_a_summary(lab, model):
    started = time.monotonic()
    lab.start()
    lab.deploy(model=model)
    lab.wait_whole(2)
    status, answer = lab.ask_as_documented()
    assert status["replicas"]["num_running"] == status["replicas"]["num_ready"] == 2
    assert (answer["method"], answer["model"]) == ("abstractive", Path(model).name)
    assert len({replica["node_ip"] for replica in lab.replicas()}) == 2, "one on each machine"
    table.add("from bare machines to a summary", None, time.monotonic() - started)


def test_every_route_through_every_proxy(lab):
    asked, client = 0, lab.session()
    for url in lab.urls():
        for path in ("/health", "/ready", "/ready?method=abstractive", "/status", "/docs", "/-/healthz"):
            assert client.get(url + path, timeout=_ASK_S).status_code == 200, url + path
        for path in ("/Summarizer", "/router"):
            answer = client.get(url + path, params={"txt": ARTICLE, "max_length": 20}, timeout=_ASK_S)
            assert answer.status_code == 200
            assert answer.text
        body = {"text": ARTICLE, "max_length": 20, "method": "abstractive"}
        assert client.post(f"{url}/summarize", json=body, timeout=_ASK_S).json()["method"] == "abstractive"
        assert "event: result" in client.post(f"{url}/summarize/stream", json=body, timeout=_ASK_S).text
        assert client.post(f"{url}/summarization", json={"inputs": ARTICLE}, timeout=_ASK_S).json()[0]["summary_text"]
        assert requests.get(f"{url}/status", timeout=_ASK_S).status_code == 401
        refused = client.get(f"{url}/nowhere", timeout=_ASK_S)
        assert (refused.status_code, refused.json()["error"]) == (404, "not_found")
        asked += 1
    assert asked >= 2


_KNOCK = """
import sys, grpc
from ray.core.generated import ray_client_pb2 as wire, ray_client_pb2_grpc
stub = ray_client_pb2_grpc.RayletDriverStub(grpc.insecure_channel(sys.argv[1] + ":10001"))
ping = wire.ClusterInfoRequest(type=wire.ClusterInfoType.PING)
try:
    print(stub.ClusterInfo(ping, timeout=60, metadata=[("client_id", "stranger")]))
except grpc.RpcError as error:
    print(error.code())
"""


def test_nobody_without_the_token_is_let_in(lab):
    stranger, address = lab.others[-1], lab.head.address
    status = f"cd /srv/nutshell; timeout 90 .venv/bin/ray status --address {address}:6379 2>&1 || true"
    assert "Node status" in stranger.run(f"export RAY_AUTH_MODE=token; {status}")
    stranger.run("mv ~/.ray ~/ray-away")
    try:
        assert "Node status" not in stranger.run(f"export RAY_AUTH_MODE=disabled; {status}")
        # Ray's client port, which runs code for whoever is let in.
        knock = stranger.run(f"cd /srv/nutshell; RAY_AUTH_MODE=disabled .venv/bin/python -c '{_KNOCK}' {address}")
        assert knock.strip() == "StatusCode.UNAUTHENTICATED"
    finally:
        stranger.run("mv ~/ray-away ~/.ray")


def test_one_name_for_all_finds_a_living_proxy(lab):
    machines, asker, gone = lab.machines.all, lab.head, lab.others[-1]
    code = 'import requests; print(requests.get("http://nutshell.test:8000/health", timeout=3).status_code)'
    ask = f"mount --bind ~/hosts /etc/hosts; cd /srv/nutshell; .venv/bin/python -c '{code}'"
    gone.unplug()
    try:
        # Whichever address comes first.
        for first in range(len(machines)):
            addresses = [machine.address for machine in machines[first:] + machines[:first]]
            hosts = "".join(f"{address} nutshell.test\\n" for address in addresses)
            asker.run(f"printf '{hosts}' > ~/hosts; cat > ~/ask.sh <<'END'\n{ask}\nEND\n")
            assert asker.run("unshare --mount bash -e ~/ask.sh").strip() == "200"
    finally:
        gone.plug()
    wait_for(lambda: len(lab.living()) == 3, timeout_s=200, what="the machine is back")


def _mend(lab: Lab) -> None:
    """What somebody does who finds a machine down: start it, plug it in."""
    for machine in lab.machines.all:
        if not machine.is_up:
            machine.boot()
            lab.start_ray(machine)
        machine.plug()
    wait_for(lambda: len(lab.living()) == 3, timeout_s=300, what="all machines are back")


@pytest.fixture
def two(lab, model):
    """Two replicas with their model, on three machines."""
    lab.deploy(model=model, **TWO)
    lab.wait_whole(2)
    yield lab
    _mend(lab)


def test_scaling_up_and_down_loses_nothing(lab, model):
    scaled = {"num_replicas": "auto", "min_replicas": 1, "max_replicas": 3, "max_running": 8, "scale_down_s": 5}
    lab.deploy(model=model, num_threads=1, **scaled)
    lab.wait_whole(1)
    at = time.time()
    with Load(lab.urls(), lab.session, clients=16) as load:
        up_s = lab.wait_whole(3)
        time.sleep(3)
    seen, at = report(load, at), time.time()
    with Load(lab.urls(), lab.session, clients=2) as lighter:
        down_s = lab.wait_whole(1)
    fewer = report(lighter, at)
    table.add("1 to 3 replicas", seen, up_s)
    table.add("3 to 1 replica, under 2 clients", fewer, down_s)
    for each in (seen, fewer):
        assert each.num_lost == 0
        assert each.num_key_sentences == 0


def test_rolling_update_loses_nothing(two, model):
    # Requests of several seconds, so that some are under way wherever a replica ends.
    with Load(two.urls(), two.session, max_length=400) as load:
        time.sleep(_BEFORE_S)
        before = {replica["replica_id"] for replica in two.replicas()}
        at = time.time()
        two.deploy(model=model, **TWO, max_waiting=63)
        wait_for(
            lambda: not before & {replica["replica_id"] for replica in two.replicas()} and two.num_ready() == {2},
            timeout_s=300,
            what="both are new",
        )
        update_s = time.time() - at
    seen = report(load, at)
    table.add("rolling update of an argument", seen, update_s)
    assert seen.num_lost == 0
    assert seen.num_key_sentences == 0


def kill_replica(lab: Lab) -> Callable[[], None]:
    """One replica's process."""
    victim = lab.replicas()[0]
    machine = lab.machine_at(victim["node_ip"])
    return lambda: _assert_killed(machine, "ray::ServeReplica")


def kill_controller(lab: Lab) -> Callable[[], None]:
    """Serve's controller."""
    machine = lab.machine_at(lab.details()["controller_info"]["node_ip"])
    return lambda: _assert_killed(machine, "ray::ServeController")


def kill_proxy(lab: Lab) -> Callable[[], None]:
    """The proxy of a machine."""
    machine = _worker_with_replica(lab)
    return lambda: _assert_killed(machine, "ray::ProxyActor")


def kill_machine(lab: Lab) -> Callable[[], None]:
    """Every process of a machine."""
    return _worker_with_replica(lab).kill


def unplug_machine(lab: Lab) -> Callable[[], None]:
    """A machine's cable."""
    return _worker_with_replica(lab).unplug


def kill_head(lab: Lab) -> Callable[[], None]:
    """Every process of the first machine; its supervisor starts it again."""

    def kill() -> None:
        lab.head.kill()
        lab.head.boot()
        lab.start_ray(lab.head)

    return kill


def _worker_with_replica(lab: Lab) -> Machine:
    addresses = [replica["node_ip"] for replica in lab.replicas()]
    return lab.machine_at(next(address for address in addresses if address != lab.head.address))


def _assert_killed(machine: Machine, part: str) -> None:
    assert machine.kill_processes(part) > 0


@pytest.mark.parametrize(
    ("fault", "name", "loses"),
    [
        (kill_replica, "a replica is killed", True),
        (kill_controller, "the controller is killed", False),
        (kill_proxy, "a proxy is killed", True),
        (kill_machine, "a machine's processes are killed", True),
        (unplug_machine, "a machine's cable is pulled", True),
        (kill_head, "the first machine dies and starts again", True),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_fault_under_load(two, fault, name, loses):
    with Load(two.urls(), two.session) as load:
        time.sleep(_BEFORE_S)
        strike = fault(two)
        at = time.time()
        strike()
        time.sleep(3)
        two.wait_whole(2, timeout_s=240)
        whole_s = time.time() - at
        time.sleep(3)
    seen = report(load, at)
    table.add(name, seen, whole_s)
    assert load.num_given_up == 0, "a client that asks again gets its summary"
    assert set(seen.lost) <= {"0", "503", "429"}
    assert seen.num_key_sentences == 0, "one replica had its model all the time"
    assert loses or seen.num_lost == 0
