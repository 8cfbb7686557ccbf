"""Does everything and writes the table: `python -m benchmarks.faults`. Ctrl-C ends it; the application is stopped."""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.faults.floods import FLOOD_S, FLOODS, flood, overload
from benchmarks.faults.kills import kill
from benchmarks.faults.others import full_disk, outbound_packets, overflow, stop_at_work
from benchmarks.faults.table import Row, markdown
from benchmarks.faults.watched import PARTS
from tests.running_app import RunningApp
from tests.tiny_models import make_tiny_t5


def faults(root: Path, flood_s: float) -> Iterator[Row]:
    """Do one after the other."""
    app = RunningApp(root / "bare").wait_ready(abstractive=False)
    try:
        for what in FLOODS:
            yield flood(app, what, flood_s)
        for name in PARTS:
            if name != "starter":
                yield kill(app, name)
    finally:
        app.stop()
    # So wide that a step takes about a millisecond, and without an end of its own: something to overload and to stop.
    slow = make_tiny_t5(_folder(root / "slow"), end_scale=1, d_model=256, d_ff=1024, num_layers=6)
    app = RunningApp(root / "model", "--model", str(slow)).wait_ready(abstractive=True)
    try:
        yield from overload(app, flood_s / 2)
        yield stop_at_work(app)
    finally:
        app.stop()
    yield overflow(_folder(root / "overflow"))
    yield full_disk(root / "disk", slow)
    yield outbound_packets(slow)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "results" / "faults.md")
    parser.add_argument("--flood-s", type=float, default=FLOOD_S, help="how long each flood is kept up")
    options = parser.parse_args()
    # Converted models are made anew and go with the run.
    with tempfile.TemporaryDirectory(prefix="nutshell-faults-") as root:
        os.environ["XDG_CACHE_HOME"] = root
        rows, began_s, load_before = [], time.monotonic(), os.getloadavg()[0]
        for row in faults(Path(root), options.flood_s):
            rows.append((row, os.getloadavg()[0]))
            print(row.line(), flush=True)
    took_s = time.monotonic() - began_s
    options.out.write_text(markdown(rows, took_s=took_s, load_before=load_before), encoding="utf-8")


if __name__ == "__main__":
    main()
