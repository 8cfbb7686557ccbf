"""The engine in process beside the tutorial's `generate`, OpenVINO and CTranslate2. Prints a table, saves JSON.

    python -m benchmarks.engine --tokenizer DIR [--model DIR] [--peer-python PYTHON] [--systems NAME ...]

Each system lives in a process of its own, so that its peak memory is its own, and they take turns, run by
run, so that whatever else the machine does falls on all alike. Without `--model`, a T5-base with random
weights is made: speed does not depend on what they are. The traffic: 268-token articles, 2 beams, exactly 100
output tokens, the tutorial's penalties; a figure is the median of warm runs, with the fastest in brackets.
"""

import argparse
import itertools
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
    "The council met on Tuesday evening to talk about the old bridge across the river, which engineers "
    "closed in spring after finding cracks in two of its pillars. Traders on both banks say that they have "
    "lost a third of their customers since then, and asked for a ferry until repairs are done. The mayor "
    "promised an answer within a month but warned that the city has little money left this year. "
) * 12
# Generates `count` articles of so many input and output tokens; returns what else it measured.
Generate = Callable[[list[str], int], dict[str, float]]
LABELS = {
    "transformers": "tutorial: transformers `generate`, fp32",
    "openvino": "OpenVINO fp32 under transformers' beam loop",
    "openvino_default": "OpenVINO as it comes, the same loop (bf16 where the CPU has it, so not exact)",
    "ctranslate2": "CTranslate2 fp32 (not the tutorial's tokens)",
    "engine": "**engine, fp32 (exact)**",
    "engine_int8": "engine, int8",
}

# Their pins clash with ours, so they have an environment of their own.
PEERS = ("openvino", "openvino_default", "ctranslate2")


def article(num_tokens: int, seed: int, count: Callable[[str], int]) -> str:
    """Cut an article of at most `num_tokens` input tokens, as close as words allow."""
    words = PROSE.split()[seed % 60 :]
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(" ".join(words[:middle])) <= num_tokens else (low, middle - 1)
    return " ".join(words[:low])


def peak_mb() -> float:
    """Peak resident memory of this process, from the kernel; in units of 10**6 bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def load_transformers(args: argparse.Namespace) -> tuple[Generate, Callable[[str], int]]:
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    model: Any
    if args.run.startswith("openvino"):
        from optimum.intel import OVModelForSeq2SeqLM

        precision = {"INFERENCE_PRECISION_HINT": "f32"} if args.run == "openvino" else {}
        model = OVModelForSeq2SeqLM.from_pretrained(args.model, export=True, ov_config=precision)
    else:
        model = AutoModelForSeq2SeqLM.from_pretrained(args.model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(args.model)

    def generate(texts: list[str], num_output_tokens: int) -> dict[str, float]:
        with torch.inference_mode():
            output = model.generate(
                **tokenizer(texts, return_tensors="pt", padding=True), num_beams=2, repetition_penalty=2.5,
                max_length=num_output_tokens + 1, min_length=num_output_tokens + 1, length_penalty=1.0,
                early_stopping=True, do_sample=False,
            )  # fmt: skip
        assert output.shape[1] == num_output_tokens + 1
        return {}

    return generate, lambda text: len(tokenizer(text).input_ids)


def load_ctranslate2(args: argparse.Namespace) -> tuple[Generate, Callable[[str], int]]:
    import ctranslate2
    from ctranslate2.converters import TransformersConverter
    from transformers import AutoTokenizer

    converted = args.work / "ctranslate2"
    if not converted.exists():
        TransformersConverter(str(args.model)).convert(str(converted))
    translator = ctranslate2.Translator(str(converted), intra_threads=len(os.sched_getaffinity(0)))
    tokenizer = AutoTokenizer.from_pretrained(args.model)

    def generate(texts: list[str], num_output_tokens: int) -> dict[str, float]:
        tokens = [tokenizer.convert_ids_to_tokens(tokenizer(text).input_ids) for text in texts]
        results = translator.translate_batch(
            tokens, beam_size=2, repetition_penalty=2.5,
            max_decoding_length=num_output_tokens, min_decoding_length=num_output_tokens,
        )  # fmt: skip
        assert all(len(result.hypotheses[0]) == num_output_tokens for result in results)
        return {}

    return generate, lambda text: len(tokenizer(text).input_ids)


def load_engine(args: argparse.Namespace) -> tuple[Generate, Callable[[str], int]]:
    from serving.engine.engine import T5Engine
    from serving.engine.interface import GenerationParams
    from serving.t5_onnx.convert import ensure_converted

    precision: Any = "int8" if args.run == "engine_int8" else "fp32"
    converted = ensure_converted(args.model, precision=precision, cache_dir=args.work / "cache")
    engine = T5Engine(converted, num_threads=len(os.sched_getaffinity(0)))
    decoder_bytes = (converted / "decoder.bin").stat().st_size

    def generate(texts: list[str], num_output_tokens: int) -> dict[str, float]:
        limit = num_output_tokens + 1
        params = GenerationParams(max_length=limit, min_length=limit)
        start, steps = time.perf_counter(), []
        futures = [
            engine.submit(text, params, stop=threading.Event(), on_step=lambda _: steps.append(time.perf_counter()))
            for text in texts
        ]
        assert all(len(future.result().token_ids) == limit for future in futures)
        step = statistics.median(later - earlier for earlier, later in itertools.pairwise(steps))
        return {"first_draft_s": steps[0] - start, "step_ms": step * 1e3, "decoder_bytes": decoder_bytes}

    return generate, engine.count_tokens


def work(args: argparse.Namespace) -> None:
    """Be one system: a request as a JSON line in, its measurement as a JSON line out."""
    start = time.perf_counter()
    load = {"ctranslate2": load_ctranslate2, "engine": load_engine, "engine_int8": load_engine}
    generate, count = load.get(args.run, load_transformers)(args)
    generate([article(50, 0, count)], 3)
    print(json.dumps({"start_s": time.perf_counter() - start}), flush=True)
    for line in sys.stdin:
        num_articles, num_input_tokens, num_output_tokens = json.loads(line)
        texts = [article(num_input_tokens, seed, count) for seed in range(num_articles)]
        start = time.perf_counter()
        measured = generate(texts, num_output_tokens)
        elapsed = time.perf_counter() - start
        print(json.dumps({"s": elapsed / num_articles, "peak_mb": peak_mb(), **measured}), flush=True)


class System:
    """The parent's end of one system's process."""

    def __init__(self, name: str, args: argparse.Namespace) -> None:
        self.python = args.peer_python if name in PEERS else sys.executable
        command = [
            self.python,
            "-m",
            "benchmarks.engine",
            "--run",
            name,
            "--model",
            args.model,
            "--work",
            args.work,
        ]
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115  # lives as long as the process
        self._process = subprocess.Popen(
            [str(part) for part in command],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self.start_s = self._read()["start_s"]

    def measure(self, num_articles: int, num_input: int, num_output: int) -> dict[str, float]:
        assert self._process.stdin is not None
        print(json.dumps([num_articles, num_input, num_output]), file=self._process.stdin, flush=True)
        return self._read()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        self._log.seek(0)
        raise RuntimeError(self._log.read()[-2000:])


def read_bandwidth_gb_per_s() -> float:
    """Read 1 GB with as many threads as there are cores."""
    import numpy as np

    array = np.ones(250_000_000, np.float32)
    parts = np.array_split(array, len(os.sched_getaffinity(0)))
    start = time.perf_counter()
    threads = [threading.Thread(target=part.max) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return 1 / (time.perf_counter() - start)


def compare(systems: dict[str, System], rounds: int) -> dict[str, Any]:
    """Let the systems take turns; median and fastest of each."""
    results: dict[str, Any] = {name: {"start_s": system.start_s} for name, system in systems.items()}
    bandwidths = []
    for key, num_articles in (("one", 1), ("sixteen", 16)):
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in systems}
        for _ in range(rounds):
            bandwidths.append(read_bandwidth_gb_per_s())
            for name, system in systems.items():
                runs[name].append(system.measure(num_articles, NUM_INPUT_TOKENS, NUM_OUTPUT_TOKENS))
        for name, measured in runs.items():
            results[name][key] = {
                field: {"median": statistics.median(values), "min": min(values)}
                for field in measured[0]
                for values in [[run[field] for run in measured]]
            }
    return {"read_gb_per_s": {"median": statistics.median(bandwidths), "max": max(bandwidths)}, **results}


def grow(system: System) -> dict[str, dict[int, float]]:
    """How the time per article grows with each of three sizes, the others as in the comparison."""
    inputs, outputs = NUM_INPUT_TOKENS, NUM_OUTPUT_TOKENS
    return {
        "at once": {n: system.measure(n, inputs, outputs)["s"] for n in (1, 2, 4, 8, 16)},
        "input tokens": {n: system.measure(1, n, outputs)["s"] for n in (64, 128, 256, 512)},
        "output tokens": {n: system.measure(1, inputs, n)["s"] for n in (25, 50, 100, 200)},
    }


def table(results: dict[str, Any]) -> str:
    def cell(measured: dict[str, float]) -> str:
        return f"{measured['median']:.2f} s ({measured['min']:.2f})"

    lines = [
        "| how | one article | 16 at once, per article | peak memory: one, 16 |",
        "| --- | --- | --- | --- |",
    ]
    for name, label in LABELS.items():
        if name in results:
            one, sixteen = results[name]["one"], results[name]["sixteen"]
            peaks = f"{one['peak_mb']['median']:.0f}, {sixteen['peak_mb']['median']:.0f} MB"
            lines.append(f"| {label} | {cell(one['s'])} | {cell(sixteen['s'])} | {peaks} |")
    lines.append("")
    bandwidth = results["read_gb_per_s"]["max"]
    for name in ("engine", "engine_int8"):
        if name not in results:
            continue
        one = results[name]["one"]
        step_ms, limit_ms = one["step_ms"]["min"], one["decoder_bytes"]["min"] / bandwidth / 1e6
        lines.append(
            f"{LABELS[name]}: fastest step {step_ms:.1f} ms, {step_ms / limit_ms:.2f} x the {limit_ms:.1f} "
            f"ms of reading its weights once at {bandwidth:.0f} GB/s; first draft after "
            f"{one['first_draft_s']['median']:.2f} s; started in {results[name]['start_s']:.1f} s."
        )
        for size, seconds in results[name].get("growth", {}).items():
            lines.append(f"- {', '.join(f'{n} {size}: {value:.2f} s' for n, value in seconds.items())}")
    return "\n".join(lines)


def make_t5_base(directory: Path, tokenizer_dir: Path) -> None:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    config = T5Config(d_model=768, d_ff=3072, num_layers=12, num_heads=12, decoder_start_token_id=0)
    T5ForConditionalGeneration(config).save_pretrained(directory)
    for path in tokenizer_dir.iterdir():
        shutil.copyfile(path, directory / path.name)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(os.sched_getaffinity(0))} cores, {names[0] if names else platform.processor()}"


def run(args: argparse.Namespace) -> dict[str, Any]:
    from serving.t5_onnx.convert import ensure_converted

    if args.model is None:
        args.model = args.work / "t5-base-random"
        if not args.model.exists():
            make_t5_base(args.model, args.tokenizer)
    for precision in ("fp32", "int8"):  # so that the systems start from a warm cache
        ensure_converted(args.model, precision=precision, cache_dir=args.work / "cache")
    names = [name for name in args.systems if name not in PEERS or args.peer_python]
    load_before = os.getloadavg()[0]
    systems = {name: System(name, args) for name in names}
    results = compare(systems, args.rounds)
    for name in ("engine", "engine_int8"):
        if name in systems and args.growth:
            results[name]["growth"] = grow(systems[name])
    for system in systems.values():
        system.close()
    return {"machine": machine(), "load_average_before": load_before, **results}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, help="directory with T5's tokenizer files")
    parser.add_argument("--model", type=Path, help="a T5 model directory; default: random weights")
    parser.add_argument("--work", type=Path, help="where to make and convert; default: a temporary directory")
    parser.add_argument("--peer-python", help="Python of an environment with optimum-intel, openvino, ctranslate2")
    parser.add_argument("--systems", nargs="+", choices=LABELS, default=list(LABELS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", action="store_true", help="also time other lengths and batches")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "engine.json")
    parser.add_argument("--run", choices=LABELS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        work(args)
        return
    with tempfile.TemporaryDirectory() as temporary:
        args.work = args.work or Path(temporary)
        results = run(args)
    args.out.parent.mkdir(exist_ok=True)
    args.out.write_text(json.dumps(results, indent=1) + "\n")
    print(f"{results['machine']}; load average before: {results['load_average_before']:.1f}\n\n{table(results)}")


if __name__ == "__main__":
    main()
