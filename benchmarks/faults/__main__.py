"""Does everything and writes the table: `python -m benchmarks.faults`. Ctrl-C ends it; the application is stopped."""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.faults.floods import FLOOD_S, FLOODS, flood, overload
from benchmarks.faults.kills import kill
from benchmarks.faults.others import full_disk, outbound_packets, overflow, stop_at_work
from benchmarks.faults.table import Row, markdown
from benchmarks.faults.watched import PARTS
from tests.running_app import RunningApp
from tests.tiny_models import make_tiny_t5


def floods(root: Path, flood_s: float) -> Iterator[Row]:
    """Key sentences while either port is flooded."""
    app = RunningApp(root / "flooded").wait_ready(abstractive=False)
    try:
        for what in FLOODS:
            yield flood(app, what, flood_s)
    finally:
        app.stop()


def kills(root: Path, _flood_s: float) -> Iterator[Row]:
    """Each part but the one that starts all others."""
    app = RunningApp(root / "killed").wait_ready(abstractive=False)
    try:
        for name in PARTS:
            if name != "starter":
                yield kill(app, name)
    finally:
        app.stop()


def model(root: Path, flood_s: float) -> Iterator[Row]:
    """All of the model's places taken, and a stop."""
    app = RunningApp(root / "model", "--model", str(_slow_t5(root / "slow"))).wait_ready(abstractive=True)
    try:
        yield from overload(app, flood_s / 2)
        yield stop_at_work(app)
    finally:
        app.stop()


def numbers(root: Path, _flood_s: float) -> Iterator[Row]:
    """Numbers that overflow."""
    yield overflow(_folder(root / "overflow"))


def disk(root: Path, _flood_s: float) -> Iterator[Row]:
    """A full disk."""
    yield full_disk(root / "disk", _slow_t5(root / "large"))


def network(root: Path, _flood_s: float) -> Iterator[Row]:
    """What goes out."""
    yield outbound_packets(_slow_t5(root / "day"))


GROUPS = {"floods": floods, "kills": kills, "model": model, "numbers": numbers, "disk": disk, "network": network}


def _slow_t5(path: Path) -> Path:
    """So wide that a step takes about a millisecond, and without an end of its own: there is something to stop."""
    return make_tiny_t5(_folder(path), end_scale=1, d_model=256, d_ff=1024, num_layers=6)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    results = Path(__file__).parent.parent / "results"
    parser.add_argument("--out", type=Path, default=results / "faults.json", help="rows; the table lies beside it")
    parser.add_argument("--flood-s", type=float, default=FLOOD_S, help="how long each flood is kept up")
    parser.add_argument("--only", choices=GROUPS, nargs="+", default=list(GROUPS), help="measure these groups anew")
    options = parser.parse_args()
    groups = json.loads(options.out.read_text()) if options.out.exists() else {}
    for name in options.only:
        # Converted models are made anew and go with the run.
        with tempfile.TemporaryDirectory(prefix="nutshell-faults-") as root:
            os.environ["XDG_CACHE_HOME"] = root
            rows, began_s = [], time.monotonic()
            for row in GROUPS[name](Path(root), options.flood_s):
                rows.append({**asdict(row), "load": os.getloadavg()[0]})
                print(row.line(os.getloadavg()[0]), flush=True)
        groups[name] = {"took_s": time.monotonic() - began_s, "rows": rows}
        options.out.write_text(json.dumps(groups, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        options.out.with_suffix(".md").write_text(markdown(groups, order=GROUPS), encoding="utf-8")


if __name__ == "__main__":
    main()
