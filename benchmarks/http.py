"""The whole way, over HTTP through Ray Serve: closed-loop clients, open-loop arrivals, static batching beside ours.

    python -m benchmarks.http --tokenizer DIR [--model DIR] [--precision int8] [--data DIR]

Closed loop: 1, 4 and 16 clients, each with the next request as soon as the last is answered; a 268-token article,
2 beams, exactly 100 output tokens. They and the tutorial take turns, round by round; rates are medians of rounds.
Open loop: real articles of mixed length, arriving at random (Poisson) at 60, 90 and 130 % of a full load; once handed
on as they come, once in static batches, where up to 16 go together and the next ones wait until all of them are done.
A static batch is what `@serve.batch` around `generate` makes of it: one max_length, its longest, for every row, as
`generate` computes rows that are done until the last one is; and answered as a whole. `--shrinking-batches` lets each
row end at its own length instead. What 16 clients get of that traffic comes first, as the measure of a full load.
Failures are counted, and left out of the latencies.
"""

import argparse
import functools
import json
import math
import multiprocessing
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from benchmarks.articles import DEFAULT_DATA, load_rows
from benchmarks.engine import (
    NUM_INPUT_TOKENS,
    NUM_OUTPUT_TOKENS,
    Generate,
    article,
    load_transformers,
    machine,
    make_t5_base,
)
from serving.config import ServingConfig
from serving.process import ServingProcess
from serving.t5_onnx.convert import ensure_converted
from tests.running_app import descendants, free_port

MAX_BATCH = 16
# Fewer, and most of a closed loop would be its beginning and its end.
NUM_REQUESTS_PER_CLIENT = 4
LOAD_SHARES = (0.6, 0.9, 1.3)


@dataclass
class Outcome:
    """Latencies of what was answered, and how many were not."""

    latencies_s: list[float] = field(default_factory=list)
    num_failures: int = 0
    elapsed_s: float = 0.0
    rates: list[float] = field(default_factory=list)
    """Articles per second of each round, if there were several."""

    def add(self, other: "Outcome") -> None:
        """Count another round of the same traffic in."""
        self.rates.append(len(other.latencies_s) / other.elapsed_s)
        self.latencies_s += other.latencies_s
        self.num_failures += other.num_failures

    def row(self) -> dict[str, float]:
        """p50, p95 and rate, as they are reported."""
        ordered = sorted(self.latencies_s)
        return {
            "p50_s": round(statistics.median(ordered), 2),
            "p95_s": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
            "articles_per_s": round(statistics.median(self.rates or [len(ordered) / self.elapsed_s]), 3),
            "num_failures": self.num_failures,
        }


class Server:
    """One summarizer with the model loaded."""

    def __init__(self, model: Path, precision: str) -> None:
        config = ServingConfig(model=str(model), precision=precision, serving_port=free_port(), max_waiting=500)
        self.url = f"http://127.0.0.1:{config.serving_port}"
        started = time.monotonic()
        self._process = ServingProcess.start(config, detach=False)
        while not self._is_ready():
            assert self._process.is_alive(), "the summarizer ended; see its log"
            time.sleep(0.1)
        self.start_s = time.monotonic() - started

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/ready?method=abstractive", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def peak_mb(self) -> float:
        """Peak resident memory of the replica, in units of 10**6 bytes."""
        peaks = []
        for pid in descendants(self._process.pid):
            if b"ServeReplica" in Path(f"/proc/{pid}/cmdline").read_bytes():
                status = Path(f"/proc/{pid}/status").read_text()
                peaks.append(int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6)
        return max(peaks)

    def exactly_100_tokens(self, text: str) -> bool:
        """One request of the closed loop; whether it was answered."""
        length = NUM_OUTPUT_TOKENS + 1
        body = {"inputs": text, "parameters": {"generate_parameters": {"max_length": length, "min_length": length}}}
        return requests.post(f"{self.url}/summarization", json=body, timeout=600).status_code == 200

    def mixed(self, text: str, max_length: int) -> bool:
        """One request of the open loop; whether it was answered."""
        body = {"text": text, "max_length": max_length, "method": "abstractive"}
        return requests.post(f"{self.url}/summarize", json=body, timeout=600).status_code == 200

    def first_draft_s(self, text: str) -> float:
        """Time until a stream shows the first words."""
        started = time.monotonic()
        body = {"text": text, "method": "abstractive"}
        with requests.post(f"{self.url}/summarize/stream", json=body, stream=True, timeout=600) as response:
            for line in response.iter_lines(chunk_size=None):
                if line == b"event: draft":
                    return time.monotonic() - started
        raise RuntimeError("no draft came")

    def close(self) -> None:
        """Stop it."""
        self._process.stop()


def closed_loop(send: Callable[[int], bool], num_clients: int, num_requests: int) -> Outcome:
    """`num_clients` clients share `num_requests` requests, each sending its next when it has its answer."""
    outcome, lock, todo = Outcome(), threading.Lock(), iter(range(num_requests))

    def client() -> None:
        while True:
            with lock:
                i = next(todo, None)
            if i is None:
                return
            started = time.monotonic()
            ok = send(i)
            with lock:
                _note(outcome, ok, time.monotonic() - started)

    started = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(num_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.elapsed_s = time.monotonic() - started
    return outcome


def open_loop(send: Callable[[int], bool], arrivals_s: list[float]) -> Outcome:
    """Send request i at `arrivals_s[i]`. Latency counts from the arrival to the answer."""
    outcome, lock = Outcome(), threading.Lock()
    started = time.monotonic()

    def one(i: int) -> None:
        ok = send(i)
        with lock:
            _note(outcome, ok, time.monotonic() - started - arrivals_s[i])

    with ThreadPoolExecutor(len(arrivals_s)) as pool:
        requests_sent = []
        for i, arrival in enumerate(arrivals_s):
            time.sleep(max(0.0, started + arrival - time.monotonic()))
            requests_sent.append(pool.submit(one, i))
        for request in requests_sent:
            request.result()
    outcome.elapsed_s = time.monotonic() - started
    return outcome


def static_batches(send_batch: Callable[[range], list[bool]], arrivals_s: list[float]) -> Outcome:
    """Send who has arrived, MAX_BATCH at most, together, and the next ones when all of these are answered.

    Latency counts from the arrival to the batch's last answer.
    """
    outcome = Outcome()
    started = time.monotonic()
    first = 0
    while first < len(arrivals_s):
        time.sleep(max(0.0, started + arrivals_s[first] - time.monotonic()))
        now = time.monotonic() - started
        last = first + 1
        while last < len(arrivals_s) and last - first < MAX_BATCH and arrivals_s[last] <= now:
            last += 1
        batch = range(first, last)
        for i, ok in zip(batch, send_batch(batch), strict=True):
            _note(outcome, ok, time.monotonic() - started - arrivals_s[i])
        first = last
    outcome.elapsed_s = time.monotonic() - started
    return outcome


def _note(outcome: Outcome, ok: bool, latency_s: float) -> None:
    if ok:
        outcome.latencies_s.append(latency_s)
    else:
        outcome.num_failures += 1


def tutorial_s(text: str, model: Path) -> float:
    """Seconds for one article the tutorial's way, warm. Runs in a process of its own, which keeps the model."""
    generate = _warm_tutorial(model)
    started = time.monotonic()
    generate([text], NUM_OUTPUT_TOKENS)
    return time.monotonic() - started


@functools.cache
def _warm_tutorial(model: Path) -> Generate:
    generate, _ = load_transformers(argparse.Namespace(run="transformers", model=str(model)))
    generate(["A first run is a slow one."], NUM_OUTPUT_TOKENS)
    return generate


def measure(model: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run everything for one precision."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    # The published file pads and cuts to 512 tokens.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    texts = [article(NUM_INPUT_TOKENS, seed, lambda text: len(tokenizer.encode(text).ids)) for seed in range(8)]
    ensure_converted(model, precision=options.precision)  # so that the start is a warm one
    server = Server(model, options.precision)
    try:
        server.exactly_100_tokens(texts[0])
        results: dict[str, Any] = {"start_s": round(server.start_s, 1)}
        results["first_draft_s"] = round(statistics.median(server.first_draft_s(texts[0]) for _ in range(3)), 2)
        if options.clients:
            results |= measure_clients(server, texts, model, options)
        if options.num_arrivals:
            results |= measure_mixed(server, options)
        results["peak_mb"] = round(server.peak_mb())
    finally:
        server.close()
    return results


def measure_clients(server: Server, texts: list[str], model: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The closed loops and the tutorial, in turns."""
    outcomes = {num_clients: Outcome() for num_clients in options.clients}
    tutorial = []
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for i in range(options.rounds):
            tutorial.append(pool.apply(tutorial_s, (texts[i % len(texts)], model)))
            for num_clients, outcome in outcomes.items():
                outcome.add(
                    closed_loop(
                        lambda i: server.exactly_100_tokens(texts[i % len(texts)]),
                        num_clients,
                        NUM_REQUESTS_PER_CLIENT * num_clients,
                    )
                )
    rows = {f"{num_clients} clients": outcome.row() for num_clients, outcome in outcomes.items()}
    return {"tutorial_s": round(statistics.median(tutorial), 2), **rows}


def measure_mixed(server: Server, options: argparse.Namespace) -> dict[str, Any]:
    """The open loops, as they come and in static batches."""
    rng = random.Random(0)
    rows = load_rows(options.data / "cnn_dailymail_eval.jsonl", num_rows=options.num_arrivals)
    lengths = [rng.randint(30, 150) for _ in rows]

    def mixed(i: int) -> bool:
        return server.mixed(rows[i].article, lengths[i])

    def mixed_batch(batch: range) -> list[bool]:
        asked = [lengths[i] for i in batch]
        if not options.shrinking_batches:
            asked = [max(asked)] * len(asked)
        with ThreadPoolExecutor(len(batch)) as pool:
            return list(pool.map(server.mixed, [rows[i].article for i in batch], asked))

    full = closed_loop(mixed, MAX_BATCH, min(len(rows), NUM_REQUESTS_PER_CLIENT * MAX_BATCH)).row()
    results: dict[str, Any] = {"real articles, 16 clients": full}
    for share in options.loads:
        arrivals = [0.0]
        while len(arrivals) < len(rows):
            arrivals.append(arrivals[-1] + rng.expovariate(share * full["articles_per_s"]))
        results[f"real articles, {share:.0%} load, as they come"] = open_loop(mixed, arrivals).row()
        results[f"real articles, {share:.0%} load, static batches"] = static_batches(mixed_batch, arrivals).row()
    return results


def table(results: dict[str, Any]) -> str:
    """The results in Markdown."""
    tutorial = results.get("tutorial_s", math.nan)
    lines = [
        "| traffic | p50 s | p95 s | articles/s | x tutorial | failures |",
        "| --- | --- | --- | --- | --- | --- |",
        f"| tutorial, one by one | {tutorial} | | {1 / tutorial:.3f} | 1 | |",
    ]
    for name, row in results.items():
        if isinstance(row, dict):
            times = row["articles_per_s"] * tutorial
            shown = "" if name.startswith("real") else f"{times:.1f}"
            cells = [name, row["p50_s"], row["p95_s"], row["articles_per_s"], shown, row["num_failures"]]
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines.append(
        f"\nFirst draft {results['first_draft_s']} s; start to ready {results['start_s']} s, Ray included; "
        f"peak memory of the replica {results['peak_mb']} MB."
    )
    return "\n".join(lines)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, help="directory with T5's tokenizer files")
    parser.add_argument("--model", type=Path, help="a T5 model directory; default: random weights")
    parser.add_argument("--precision", choices=["fp32", "int8"], default="fp32")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="directory with the evaluation articles")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 4, 16], help="closed loops; none to leave out")
    parser.add_argument("--num-arrivals", type=int, default=40, help="of each open loop; 0 to leave them out")
    parser.add_argument("--loads", type=float, nargs="*", default=LOAD_SHARES)
    parser.add_argument(
        "--shrinking-batches", action="store_true", help="let a row leave a static batch when it is done"
    )
    parser.add_argument("--out", type=Path, help="where to save the numbers as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        model = options.model or Path(work) / "t5-base"
        if options.model is None:
            make_t5_base(model, options.tokenizer)
        results = {"machine": machine(), "precision": options.precision, **measure(model, options)}
    out = options.out or Path(__file__).parent / "results" / f"http-{options.precision}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(table(results))


if __name__ == "__main__":
    main()
