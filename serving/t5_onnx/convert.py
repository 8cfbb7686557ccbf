"""Hugging Face directory -> converted directory (graphs, embedding, tokenizer), in a child process.

    parent: ensure_converted -> lock, child, manifest, rename   (serving process: no torch, no transformers)
    child:  python -m serving.t5_onnx.convert MODEL_DIR OUT PRECISION -> files; progress as lines on stdout

The child loads the model through transformers, so that which tensors are tied, which outputs are scaled and
which distance falls into which bucket is read from the code that the engine must agree with.
"""

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from serving.engine.checkpoint import CheckpointError, end_tokens, load_model, load_tokenizer
from serving.engine.interface import Precision
from serving.engine.model_shape import MASKED, ModelShape
from serving.t5_onnx.store import default_cache_dir, get_or_make

OnProgress = Callable[[str, float], None]
_REPOSITORY = Path(__file__).resolve().parents[2]
# The child's lines that are meant for the parent; all others are its last words, should it fail.
_PROGRESS, _RESULT, _REFUSAL = "@progress", "@shape", "@refused"


_FULL_BYTES = 2**20
"""Of free space; a disk with less is what made a conversion fail."""


class ConversionError(Exception):
    """The model could not be converted; the message ends with the child's last words."""


class NoRoomError(ConversionError):
    """The disk became full."""


def is_supported(model_dir: Path) -> bool:
    """Say whether `T5Engine` can run the model: T5 and mT5 with ReLU (v1.0) or gated GELU (v1.1, FLAN)."""
    config, generation = (_read_json(Path(model_dir) / name) for name in ("config.json", "generation_config.json"))
    eos = generation.get("eos_token_id")
    eos = config.get("eos_token_id", 1) if eos is None else eos
    return (
        config.get("model_type") in ("t5", "mt5")
        and config.get("is_encoder_decoder", True)
        and config.get("feed_forward_proj", "gated-gelu" if config["model_type"] == "mt5" else "relu")
        in ("relu", "gated-gelu")
        and (isinstance(eos, int) or (isinstance(eos, list) and len(eos) == 1))
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def ensure_converted(
    model_dir: Path,
    *,
    precision: Precision = "fp32",
    cache_dir: Path | None = None,
    on_progress: OnProgress = lambda _what, _fraction: None,
) -> Path:
    """Return the converted directory of `model_dir`, converting it if need be.

    Args:
        on_progress: called with what happens and the fraction done, 0 to 1, on the calling thread.

    Raises:
        CheckpointError: the model's files cannot be used.
        ConversionError: the child failed. Either way nothing is left in the cache.
    """
    model_dir = Path(model_dir)
    return get_or_make(
        model_dir,
        precision,
        cache_dir or default_cache_dir(),
        lambda directory: _convert_in_child(model_dir, directory, precision, on_progress),
    )


def _convert_in_child(model_dir: Path, out: Path, precision: Precision, on_progress: OnProgress) -> ModelShape:
    command = [sys.executable, "-m", "serving.t5_onnx.convert", str(model_dir.resolve()), str(out), precision]
    paths = [str(_REPOSITORY), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    shape: ModelShape | None = None
    refusal = ""
    last_lines: list[str] = []
    on_progress("loading the model", 0.0)
    with subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            word, _, rest = line.strip().partition(" ")
            if word == _PROGRESS:
                on_progress("converting the model", float(rest))
            elif word == _RESULT:
                shape = ModelShape(**json.loads(rest))
            elif word == _REFUSAL:
                refusal = rest
            else:
                last_lines = [*last_lines[-9:], line.strip()]
    if refusal:
        raise CheckpointError(refusal)
    if child.returncode != 0 or shape is None:
        # The libraries that write say it each in words of their own, some of them not at all.
        kind = NoRoomError if shutil.disk_usage(out).free < _FULL_BYTES else ConversionError
        raise kind(f"converting {model_dir.name} failed (exit {child.returncode}): {' | '.join(last_lines)}")
    return shape


def convert(model_dir: Path, out: Path, precision: Precision, on_progress: Callable[[float], None]) -> ModelShape:
    """Write the converted files of `model_dir` into `out`.

    Imports torch: for the child process and for tests.
    """
    import numpy as np
    import torch

    from serving.t5_onnx.t5_graphs import T5Graphs

    tokenizer = load_tokenizer(model_dir)
    # Saved from the loaded object: AutoTokenizer rebuilds T5's pipeline instead of reading it from
    # tokenizer.json.
    tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    model = load_model(model_dir)
    config, state = model.config, model.state_dict()
    num_done = 0
    num_parts = config.num_layers + 2 * config.num_decoder_layers + 1

    def on_part() -> None:
        nonlocal num_done
        num_done += 1
        on_progress(num_done / num_parts)

    def bias(stack: Any, keys: torch.Tensor) -> Any:
        """[heads, len(keys)]: bias of keys at positions relative to the query's."""
        attention = stack.block[0].layer[0].SelfAttention
        buckets = attention._relative_position_bucket(
            keys,
            bidirectional=not attention.is_decoder,
            num_buckets=attention.relative_attention_num_buckets,
            max_distance=attention.relative_attention_max_distance,
        )
        return attention.relative_attention_bias(buckets).T.detach().numpy()

    reach = config.relative_attention_max_distance
    graphs = T5Graphs(config, lambda name: state[name].numpy(), precision)
    np.save(out / "embedding.npy", model.get_input_embeddings().weight.detach().numpy())
    graphs.write_encoder(out / "encoder.onnx", bias(model.encoder, torch.arange(-reach, reach + 1)), on_part)
    by_age = bias(model.decoder, -torch.arange(reach + 1))
    by_age = np.concatenate([np.full_like(by_age[:, :1], MASKED), by_age], axis=1)
    graphs.write_decoder(out / "decoder.onnx", by_age, state["lm_head.weight"].numpy(), on_part)
    return ModelShape(
        precision=precision,
        vocab_size=state["lm_head.weight"].shape[0],
        d_model=config.d_model,
        num_heads=config.num_heads,
        head_size=config.d_kv,
        num_decoder_layers=config.num_decoder_layers,
        encoder_reach=reach,
        num_ages=reach + 1,
        max_input_tokens=min(tokenizer.model_max_length, getattr(config, "n_positions", None) or 512),
        decoder_start_token_id=model.generation_config.decoder_start_token_id or 0,
        eos_token_id=min(end_tokens(model)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Convert a T5 model; `ensure_converted` runs this.")
    parser.add_argument("model_dir", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("precision", choices=typing.get_args(Precision))
    args = parser.parse_args()

    def print_progress(fraction: float) -> None:
        print(_PROGRESS, fraction, flush=True)  # raises, and so ends us, once the parent is gone

    try:
        shape = convert(args.model_dir, args.out, args.precision, print_progress)
    except CheckpointError as error:
        print(_REFUSAL, error, flush=True)
    else:
        print(_RESULT, json.dumps(dataclasses.asdict(shape)), flush=True)


if __name__ == "__main__":
    main()
