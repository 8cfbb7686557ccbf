"""Draws `results/speed.png` from what `benchmarks.engine` and `benchmarks.http` saved.

python -m benchmarks.plot_speed
"""

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
# Colours that stay apart for colour-blind readers (Okabe and Ito).
COLOURS = {
    "transformers": "#999999", "openvino": "#56b4e9", "ctranslate2": "#cc79a7", "engine": "#0072b2",
    "engine_int8": "#e69f00",
}  # fmt: skip
NAMES = {
    "transformers": "tutorial", "openvino": "OpenVINO", "ctranslate2": "CTranslate2 (inexact)",
    "engine": "engine", "engine_int8": "engine, int8",
}  # fmt: skip


def main() -> None:
    """Three pictures: one article and 16, clients over HTTP, and how cost grows."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    engine = _read("engine.json")
    http = {"engine": _read("http-fp32.json"), "engine_int8": _read("http-int8.json")}
    figure, (bars, clients, growth) = plt.subplots(1, 3, figsize=(14, 4), layout="constrained")
    _draw_bars(bars, engine)
    _draw_clients(clients, http)
    _draw_growth(growth, engine)
    figure.suptitle(f"T5-base, 268-token article, 2 beams, 100 output tokens, {engine['machine']}")
    figure.savefig(RESULTS / "speed.png", dpi=110)


def _read(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / name).read_text(encoding="utf-8"))


def _draw_bars(axes: Any, engine: dict[str, Any]) -> None:
    systems = [name for name in NAMES if name in engine]
    for offset, (key, label) in enumerate((("one", "one article"), ("sixteen", "16 at once, per article"))):
        seconds = [engine[name][key]["s"]["median"] for name in systems]
        places = [i + 0.4 * (offset - 0.5) for i in range(len(systems))]
        drawn = axes.bar(places, seconds, 0.38, color=[COLOURS[name] for name in systems], alpha=1 - 0.5 * offset)
        axes.bar_label(drawn, fmt="%.2f", fontsize=8)
        drawn.set_label(label)
    axes.set_xticks(range(len(systems)), [NAMES[name].replace(" ", "\n", 1) for name in systems], fontsize=8)
    axes.set_title("In process: seconds (full: one, pale: 16)")
    axes.set_yscale("log")


def _draw_clients(axes: Any, http: dict[str, dict[str, Any]]) -> None:
    numbers = (1, 4, 16)
    for name, results in http.items():
        rates = [results[f"{number} clients"]["articles_per_s"] for number in numbers]
        axes.plot(numbers, rates, "o-", color=COLOURS[name], label=NAMES[name])
    tutorial = 1 / http["engine"]["tutorial_s"]
    axes.axhline(tutorial, color=COLOURS["transformers"], label="tutorial, one by one")
    axes.set_xticks(numbers)
    axes.set_ylim(0)
    axes.set_xlabel("clients at once")
    axes.set_title("Over HTTP: articles per second")
    axes.legend()


def _draw_growth(axes: Any, engine: dict[str, Any]) -> None:
    for name in ("engine", "engine_int8"):
        for (size, seconds), style in zip(engine[name].get("growth", {}).items(), (":", "--", "-"), strict=False):
            numbers = [int(number) for number in seconds]
            axes.plot(numbers, list(seconds.values()), style, color=COLOURS[name], label=f"{NAMES[name]}: {size}")
    axes.set_xscale("log", base=2)
    axes.set_ylim(0)
    axes.set_title("Seconds an article, by size")
    axes.legend(fontsize=7)


if __name__ == "__main__":
    main()
