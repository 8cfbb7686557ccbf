"""The engine in process, beside the tutorial's `generate` and any peer installed. Prints a Markdown table.

    python -m benchmarks.engine --tokenizer DIR [--model DIR] [--peer-python PYTHON] [--tasks NAME ...]

Every task runs in a process of its own, so that its peak memory is its own. Without `--model`, a T5-base with random
weights is made: speed does not depend on what they are. The traffic: 268-token articles, 2 beams, exactly 100
output tokens, the tutorial's penalties; each figure is the median of warm runs.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NUM_INPUT_TOKENS = 268
NUM_OUTPUT_TOKENS = 100
# A stretch of prose without quotes or digits; articles are cut from it at different places.
PROSE = (
    "The council met on Tuesday evening to talk about the old bridge across the river, which engineers closed in "
    "spring after finding cracks in two of its pillars. Traders on both banks say that they have lost a third of "
    "their customers since then, and asked for a ferry until repairs are done. The mayor promised an answer within "
    "a month but warned that the city has little money left this year. "
) * 12


def article(num_tokens: int, seed: int, count: Callable[[str], int]) -> str:
    """Cut an article of at most `num_tokens` input tokens, as close as words allow."""
    words = PROSE.split()[seed % 60 :]
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(" ".join(words[:middle])) <= num_tokens else (low, middle - 1)
    return " ".join(words[:low])


def median_s(run: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_mb() -> float:
    """Peak resident memory of this process, from the kernel; in units of 10**6 bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def run_generate(model: Any, model_dir: Path, repeats: int) -> dict[str, float]:
    """Time one article through `generate` of transformers or of a peer that borrows it."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    text = article(NUM_INPUT_TOKENS, 0, lambda text: len(tokenizer(text).input_ids))
    texts = [article(NUM_INPUT_TOKENS, seed, lambda text: len(tokenizer(text).input_ids)) for seed in range(16)]

    def generate(texts: list[str]) -> None:
        batch = tokenizer(texts, return_tensors="pt", padding=True)
        output = model.generate(
            **batch, num_beams=2, max_length=NUM_OUTPUT_TOKENS + 1, min_length=NUM_OUTPUT_TOKENS + 1,
            repetition_penalty=2.5, length_penalty=1.0, early_stopping=True, do_sample=False,
        )  # fmt: skip
        assert output.shape[1] == NUM_OUTPUT_TOKENS + 1

    generate([text])
    one = median_s(lambda: generate([text]), repeats)
    sixteen = median_s(lambda: generate(texts), 1)
    return {"one_s": one, "sixteen_s_per_article": sixteen / 16, "peak_mb": peak_mb()}


def task_transformers(model_dir: Path, _work: Path) -> dict[str, Any]:
    import torch
    from transformers import AutoModelForSeq2SeqLM

    model = AutoModelForSeq2SeqLM.from_pretrained(model_dir, dtype=torch.float32).eval()
    with torch.inference_mode():
        return run_generate(model, model_dir, 3)


def task_openvino(model_dir: Path, _work: Path) -> dict[str, Any]:
    from optimum.intel import OVModelForSeq2SeqLM

    return run_generate(OVModelForSeq2SeqLM.from_pretrained(model_dir, export=True), model_dir, 3)


def task_bandwidth(_model_dir: Path, _work: Path) -> dict[str, Any]:
    """Read 1 GB with as many threads as there are cores."""
    import numpy as np

    num_threads = len(os.sched_getaffinity(0))
    array = np.ones(250_000_000, np.float32)
    parts = np.array_split(array, num_threads)

    def read() -> None:
        threads = [threading.Thread(target=part.max) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    read()
    return {"gb_per_s": 1 / median_s(read, 5)}


def task_engine(model_dir: Path, work: Path, precision: Any = "fp32") -> dict[str, Any]:
    start = time.perf_counter()
    from serving.engine.convert import ensure_converted
    from serving.engine.engine import T5Engine
    from serving.engine.interface import GenerationParams

    imported = time.perf_counter()
    converted = ensure_converted(model_dir, precision=precision, cache_dir=work / "cache")
    checked = time.perf_counter()
    engine = T5Engine(converted, num_threads=len(os.sched_getaffinity(0)))
    loaded = time.perf_counter()
    steps: list[float] = []

    def generate(texts: list[str], num_output_tokens: int = NUM_OUTPUT_TOKENS) -> None:
        limit = num_output_tokens + 1
        params = GenerationParams(max_length=limit, min_length=limit)
        steps.clear()
        futures = [
            engine.submit(text, params, stop=threading.Event(), on_step=lambda _: steps.append(time.perf_counter()))
            for text in texts
        ]
        assert all(len(future.result().token_ids) == limit for future in futures)

    def texts(count: int, num_tokens: int = NUM_INPUT_TOKENS) -> list[str]:
        return [article(num_tokens, seed, engine.count_tokens) for seed in range(count)]

    generate(texts(1), 2)
    ready = time.perf_counter()
    one = median_s(lambda: generate(texts(1)), 5)
    step = statistics.median(later - earlier for earlier, later in zip(steps, steps[1:], strict=False))
    before = time.perf_counter()
    generate(texts(1), 3)
    first_draft = steps[0] - before
    peak_one = peak_mb()
    sixteen = median_s(lambda: generate(texts(16)), 2)
    decoder_bytes = (converted / "decoder.bin").stat().st_size
    result = {
        "start_s": {"import": imported - start, "check cache": checked - imported, "load": loaded - checked,
                    "first summary": ready - loaded},
        "one_s": one, "step_ms": step * 1e3, "decoder_bytes": decoder_bytes, "first_draft_s": first_draft,
        "sixteen_s_per_article": sixteen / 16, "peak_one_mb": peak_one, "peak_mb": peak_mb(),
        "by_batch_s_per_article": {n: median_s(lambda n=n: generate(texts(n)), 1) / n for n in (2, 4, 8)},
        "by_input_tokens_s": {n: median_s(lambda n=n: generate(texts(1, n)), 2) for n in (64, 128, 512)},
        "by_output_tokens_s": {n: median_s(lambda n=n: generate(texts(1), n), 2) for n in (25, 50, 200)},
    }  # fmt: skip
    engine.close()
    return result


def task_engine_int8(model_dir: Path, work: Path) -> dict[str, Any]:
    return task_engine(model_dir, work, "int8")


TASKS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "bandwidth": task_bandwidth,
    "transformers": task_transformers,
    "openvino": task_openvino,
    "engine": task_engine,
    "engine_int8": task_engine_int8,
}


def make_t5_base(directory: Path, tokenizer_dir: Path) -> None:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    config = T5Config(d_model=768, d_ff=3072, num_layers=12, num_heads=12, decoder_start_token_id=0)
    T5ForConditionalGeneration(config).save_pretrained(directory)
    for path in tokenizer_dir.iterdir():
        shutil.copyfile(path, directory / path.name)


def run_task(name: str, args: argparse.Namespace) -> dict[str, Any]:
    """Run one task in a child; its result, or why there is none."""
    python = args.peer_python if name == "openvino" else sys.executable
    if python is None:
        return {"missing": "no --peer-python"}
    command = [python, "-m", "benchmarks.engine", "--run", name, "--model", args.model, "--work", args.work]
    load_before = os.getloadavg()[0]
    child = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if child.returncode != 0:
        return {"missing": child.stderr.strip().splitlines()[-1]}
    return {**json.loads(child.stdout.splitlines()[-1]), "load_average_before": load_before}


def table(results: dict[str, dict[str, Any]]) -> str:
    labels = {
        "transformers": "tutorial: transformers `generate`, fp32",
        "openvino": "OpenVINO fp32 under transformers' beam loop",
        "engine": "**engine, fp32 (exact)**",
        "engine_int8": "engine, int8",
    }
    lines = [
        "| how | one article | x | 16 at once, per article | x | peak memory, 16 at once |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    base = results.get("transformers", {}).get("one_s")
    for name, label in labels.items():
        result = results.get(name, {"missing": "not run"})
        if "missing" in result:
            lines.append(f"| {label} | {result['missing'][:60]} | | | | |")
            continue
        one, sixteen = result["one_s"], result["sixteen_s_per_article"]
        gains = [f"{base / seconds:.1f}" if base else "" for seconds in (one, sixteen)]
        lines.append(
            f"| {label} | {one:.2f} s | {gains[0]} | {sixteen:.2f} s | {gains[1]} | {result['peak_mb']:.0f} MB |"
        )
    bandwidth = results.get("bandwidth", {}).get("gb_per_s")
    for name in ("engine", "engine_int8"):
        result = results.get(name, {})
        if "step_ms" in result and bandwidth:
            limit_ms = result["decoder_bytes"] / bandwidth / 1e6
            start = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in result["start_s"].items())
            lines.append(
                f"\n{labels[name]}: step {result['step_ms']:.1f} ms, {result['step_ms'] / limit_ms:.2f} x the "
                f"{limit_ms:.1f} ms of reading its weights once at {bandwidth:.0f} GB/s; first draft after "
                f"{result['first_draft_s']:.2f} s; alone {result['peak_one_mb']:.0f} MB; start from a warm cache: {start}."
            )
            for key, unit in (("by_batch_s_per_article", "at once"), ("by_input_tokens_s", "input tokens"),
                              ("by_output_tokens_s", "output tokens")):  # fmt: skip
                lines.append(f"{key}: " + ", ".join(f"{n} {unit}: {s:.2f} s" for n, s in result[key].items()) + ".")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, help="directory with T5's tokenizer files")
    parser.add_argument("--model", type=Path, help="a T5 model directory; default: random weights")
    parser.add_argument("--work", type=Path, help="where to make and convert; default: a temporary directory")
    parser.add_argument("--peer-python", help="Python of an environment with optimum-intel and openvino")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "engine.json")
    parser.add_argument("--run", choices=TASKS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        print(json.dumps(TASKS[args.run](args.model, args.work)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        args.work = args.work or Path(temporary)
        if args.model is None:
            args.model = args.work / "t5-base-random"
            if not args.model.exists():
                make_t5_base(args.model, args.tokenizer)
        if {"engine", "engine_int8"} & set(args.tasks):
            from serving.engine.convert import ensure_converted

            for precision in ("fp32", "int8"):  # so that the tasks start from a warm cache
                ensure_converted(args.model, precision=precision, cache_dir=args.work / "cache")
        results = {name: run_task(name, args) for name in args.tasks}
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").open() if "model name" in line), "")
    machine = f"{len(os.sched_getaffinity(0))} cores, {cpu or platform.processor()}"
    args.out.parent.mkdir(exist_ok=True)
    args.out.write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n")
    print(f"{machine}; load average before each task: "
          + ", ".join(f"{result.get('load_average_before', 0):.1f}" for result in results.values()) + "\n")  # fmt: skip
    print(table(results))


if __name__ == "__main__":
    main()
