"""Does memory grow under steady work? `python -m benchmarks.soak`. Writes results/soak.md.

Varied summaries, key sentences mostly and every fifth by a tiny model, and files sent to the page in between. Resident
memory of each process after the first `--warm-up` summaries is compared with that at the end.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from benchmarks.faults.watched import parts, resident_bytes
from tests.running_app import RunningApp
from tests.tiny_models import make_tiny_t5
from ui.samples import SAMPLES

MAX_GROWTH = 0.02
WATCHED = ("replica", "proxy", "page")
_NUM_CLIENTS = 8
_NUM_STEPS = 10
_CALM_S = 5.0
_FILE_BYTES = 5_000_000
_WORDS = " ".join(sample.text for sample in SAMPLES).split()


def varied_text(number: int) -> str:
    """An article-like text of 30 to 2,000 words that no other number has."""
    chance = random.Random(number)
    words = [
        word + (chance.choice(".,!?") if chance.random() < 0.1 else "")
        for word in chance.choices(_WORDS, k=chance.choice([30, 80, 200, 600, 2000]))
    ]
    return f"{' '.join(words)} Item {number}."


class Soak:
    """Works one application and counts how its requests ended."""

    def __init__(self, app: RunningApp) -> None:
        self._app = app
        self._number = 0
        self.summaries, self.uploads = Counter[int](), Counter[int]()

    def work(self, num_summaries: int, num_uploads: int) -> None:
        """Summaries by eight clients, then files one after the other."""
        numbers = range(self._number, self._number + num_summaries)
        self._number += num_summaries
        with ThreadPoolExecutor(_NUM_CLIENTS) as pool:
            self.summaries += Counter(pool.map(self._summarize, numbers))
        for number in range(num_uploads):
            self.uploads[self._upload(number)] += 1

    def memory(self) -> dict[str, int]:
        """Resident bytes by part, once it is calm."""
        time.sleep(_CALM_S)
        return {name: resident_bytes(pid) for pid, name in parts(self._app).items()}

    def _summarize(self, number: int) -> int:
        method = "extractive" if number % 5 else "abstractive"
        body = {"text": varied_text(number), "max_words": 20 + number % 100, "method": method}
        return self._app.post("/summarize", body).status_code

    def _upload(self, number: int) -> int:
        content = random.Random(number).randbytes(_FILE_BYTES)
        files = {"files": (f"{number}.txt", content)}
        return requests.post(f"{self._app.page_url}/gradio_api/upload", files=files, timeout=60).status_code


def markdown(soak: Soak, first: dict[str, int], last: dict[str, int], *, took_s: float, warm_up: int) -> str:
    """The whole file."""

    def counted(ends: Counter[int]) -> str:
        return ", ".join(f"{number:,} x {status}" for status, number in sorted(ends.items()))

    rows = []
    for name, num_bytes in last.items():
        growth = num_bytes / first[name] - 1
        goal = f"under {MAX_GROWTH:.0%}" if name in WATCHED else ""
        met = ("yes" if growth < MAX_GROWTH else "**no**") if goal else ""
        rows.append(f"| {name} | {first[name] / 1e6:.1f} | {num_bytes / 1e6:.1f} | {growth:+.1%} | {goal} | {met} |")
    return f"""# A soak, measured

Written by `make soak` (`python -m benchmarks.soak`), on {os.cpu_count()} cores, in {took_s / 60:.1f} minutes; load
average at the end {os.getloadavg()[0]:.1f}. Summaries: {counted(soak.summaries)}.
Files of {_FILE_BYTES / 1e6:.0f} MB: {counted(soak.uploads)} (429 is the page's bound of 200 MB in ten minutes).

| process | MB after {warm_up:,} summaries | MB at the end | growth | goal | met |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}
"""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--summaries", type=int, default=5000)
    parser.add_argument("--uploads", type=int, default=200)
    parser.add_argument("--warm-up", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "soak.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nutshell-soak-") as root:
        os.environ["XDG_CACHE_HOME"] = root
        model = Path(root) / "tiny"
        model.mkdir()
        app = RunningApp(Path(root) / "state", "--model", str(make_tiny_t5(model))).wait_ready(abstractive=True)
        try:
            soak, began_s = Soak(app), time.monotonic()
            soak.work(options.warm_up, options.uploads // _NUM_STEPS)
            first = soak.memory()
            for step in range(1, _NUM_STEPS):
                share = (options.summaries - options.warm_up) // (_NUM_STEPS - 1)
                soak.work(share, options.uploads // _NUM_STEPS)
                print(f"step {step}: {soak.memory()}", flush=True)
            text = markdown(soak, first, soak.memory(), took_s=time.monotonic() - began_s, warm_up=options.warm_up)
        finally:
            app.stop()
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
