"""What is neither a kill nor a flood: numbers that overflow, a stop at work, a full disk, what goes out."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from benchmarks.faults.table import Row
from benchmarks.faults.watched import at_the_api
from tests import outbound
from tests.running_app import RunningApp, is_alive, wait_until
from tests.tiny_models import CORPUS, make_tiny_t5
from ui.samples import SAMPLES

_NUM_ROUNDS = 20
_NUM_RUNNING = 8
_POISON = "Ω"
"""A letter that the tiny model's tokenizer does not know, and the articles beside it do not hold."""


def make_overflowing_t5(path: Path) -> Path:
    """A whole model with finite weights, whose numbers overflow to infinity and NaN on articles that hold `_POISON`.

    The unknown token alone has a value in the embedding's first dimension, no layer of the encoder writes there, and
    the first layer multiplies what is there by nearly the largest float.
    """
    import torch
    from transformers import AutoModelForSeq2SeqLM

    make_tiny_t5(path)
    model = AutoModelForSeq2SeqLM.from_pretrained(path)
    with torch.no_grad():
        model.shared.weight[:, 0] = 0
        model.shared.weight[2] = 0
        model.shared.weight[2, 0] = 1
        for block in model.encoder.block:
            block.layer[0].SelfAttention.o.weight[0] = 0
            block.layer[1].DenseReluDense.wo.weight[0] = 0
        model.encoder.block[0].layer[1].DenseReluDense.wi.weight[:, 0] = 3e38
    model.save_pretrained(path)
    return path


def overflow(state: Path) -> Row:
    """One article of seven at a time overflows; the others' words must be those that they have alone."""
    app = RunningApp(state, "--model", str(make_overflowing_t5(state / "overflowing")), page=False)
    texts = [f"{first} {second}" for first, second in zip(CORPUS, CORPUS[1:] + CORPUS[:1], strict=True)]

    def ask(text: str) -> requests.Response:
        return app.post("/summarize", {"text": text, "method": "abstractive", "max_length": 40})

    try:
        app.wait_ready(abstractive=True)
        alone = [ask(text).json()["model_text"] for text in texts]
        changed, outcomes = 0, []
        with ThreadPoolExecutor(len(texts) + 1) as pool:
            for _ in range(_NUM_ROUNDS):
                poisoned = pool.submit(ask, f"{CORPUS[0]} {_POISON} {CORPUS[1]}")
                together = list(pool.map(ask, texts))
                outcomes.append(poisoned.result())
                changed += [answer.json().get("model_text") for answer in together] != alone
    finally:
        app.stop()
    told = {f"{answer.status_code} {answer.json().get('error', '')}".strip() for answer in outcomes}
    return Row(
        "an article whose numbers become NaN, beside six others",
        f"it: {', '.join(sorted(told))}; its neighbours: changed in {changed} of {_NUM_ROUNDS} rounds",
        "it fails alone, with a sentence; no neighbour changes",
        changed == 0 and told == {"422 not_summarizable"},
        num_lost=changed,
    )


def stop_at_work(app: RunningApp) -> Row:
    """SIGTERM while eight summaries run; ends `app`."""
    below, answers = app.descendants(), []

    def ask(number: int) -> None:
        body = {"text": f"{SAMPLES[0].text[:600]} {number}.", "max_length": 400, "method": "abstractive"}
        try:
            answers.append(app.post("/summarize", body).status_code)
        except requests.RequestException:
            answers.append(0)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(_NUM_RUNNING)]
    for thread in threads:
        thread.start()
    wait_until(lambda: _num_taken(app) == _NUM_RUNNING, timeout_s=60, what="all are under way")
    stopped_s = time.monotonic()
    app.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    status = app.process.wait(90)
    took_s = time.monotonic() - stopped_s
    left = [pid for pid in below if is_alive(pid)]
    num_lost = sum(answer != 200 for answer in answers)
    return Row(
        f"SIGTERM while {_NUM_RUNNING} summaries run",
        f"{answers.count(200)} x 200; ended {took_s:.1f} s later with exit {status}, {len(left)} processes left",
        "none lost, exit 0, nothing left",
        not num_lost and status == 0 and not left,
        num_lost=num_lost,
    )


def _num_taken(app: RunningApp) -> int:
    return sum(app.get("/status").json()["queue"].values())


def full_disk(state: Path, model: Path) -> Row:
    """The disk for converted models has no room for this one."""
    fault, goal = "the disk is full when the model is converted", "an answer; nothing left on the disk; it is told why"
    disk = state / "full"
    disk.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.getuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        return Row(fault, "this account may not mount a small disk", goal, None)
    app = RunningApp(state / "state", "--model", str(model), page=False, environment={"XDG_CACHE_HOME": str(disk)})
    try:
        app.wait_ready(abstractive=True)
        outcome = at_the_api(app, method="abstractive", max_length=20)()
        status = app.get("/status").json()
        num_left = shutil.disk_usage(disk).used
    finally:
        app.stop()
        subprocess.run(["umount", str(disk)], check=True)
    told = status["model_reason"] or "nothing"
    return Row(
        fault,
        f"{outcome} from {status['engine']}; {num_left / 1e6:.1f} MB left on the disk; told: {told}",
        goal,
        outcome == 200 and num_left < 100_000 and "disk" in told,
        num_lost=int(outcome != 200),
    )


def outbound_packets(model: Path) -> Row:
    """Start, page, summaries and stop in a network of its own."""
    fault, goal = "start, page, summaries and stop in a network of its own", "no packet for another machine"
    try:
        status, reached = outbound.watched([sys.executable, "-m", "tests.a_day", str(model)], timeout_s=300)
    except RuntimeError as error:
        return Row(fault, str(error), goal, None)
    return Row(fault, f"exit {status}; reached: {', '.join(reached) or 'nothing'}", goal, status == 0 and not reached)
