"""Runs the two graphs on the CPU: the only file that talks to ONNX Runtime."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

# Before the import: since 1.29 the published Linux builds report to their maker unless this is set.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime as ort

from serving.engine.batch import decoder_inputs, encoder_inputs
from serving.engine.beam_search import Candidates
from serving.engine.kv_cache import KVCache
from serving.engine.model_shape import ModelShape
from serving.engine.request import Request

Array = np.ndarray[Any, np.dtype[Any]]


class ModelRunner:
    """One converted model and the caches of its running requests.

    Args:
        directory, shape: a converted model and what `load_shape` reads of it.
        num_threads: threads of one encoder pass or decode step; they spin during it and sleep between.
        max_running: how many requests may run at once.
        max_cache_tokens: see `KVCache`.
    """

    def __init__(
        self, directory: Path, shape: ModelShape, *, num_threads: int, max_running: int, max_cache_tokens: int
    ) -> None:
        self._shape = shape
        self._new_cache = partial(KVCache, shape, max_running=max_running, max_cache_tokens=max_cache_tokens)
        self.reset()
        self._encoder, self._decoder = (
            ort.InferenceSession(directory / name, _options(num_threads), providers=["CPUExecutionProvider"])
            for name in ("encoder.onnx", "decoder.onnx")
        )
        self._embedding = _RowFile(directory / "embedding.npy")  # [v, d_model]

    def reset(self) -> None:
        """Free all slots, whatever state a failed step has left them in."""
        self.cache = self._new_cache()

    def close(self) -> None:
        """Free the model."""
        self._embedding.close()

    def prefill(self, running: Sequence[Request], num_new: int) -> None:
        """Encode the last `num_new` of the running, in one batch."""
        slots = self.cache.add(running, num_new)
        tokens, inputs = encoder_inputs(running[slots], self._shape)
        binding = self._encoder.io_binding()
        self._bind_inputs(binding, tokens, inputs)
        self._bind_in_place(binding, "cross", slots)
        self._encoder.run_with_iobinding(binding)

    def decode(self, running: Sequence[Request]) -> list[Candidates]:
        """Run one step of every running request."""
        self.cache.prepare_step(running)
        binding = self.cache.bound(len(running), lambda: self._bind_caches(slice(len(running))))
        room = self.cache.room
        tokens, inputs = decoder_inputs(running, self._shape, source_room=room["cross"], entry_room=room["self"])
        self._bind_inputs(binding, tokens, inputs)
        for name in ("top_scores", "top_beams", "top_tokens", "logit_sums"):
            binding.bind_output(name)
        self._decoder.run_with_iobinding(binding)
        scores, beams, tokens, logit_sums = (value.numpy() for value in binding.get_outputs()[-4:])
        is_finite = np.isfinite(logit_sums)  # [a, b]
        return [
            Candidates(scores[slot, :k], beams[slot, :k], tokens[slot, :k], bool(is_finite[slot, : k // 2].all()))
            for slot, k in enumerate(2 * request.num_beams for request in running)
        ]

    def remove(self, running: Sequence[Request], slot: int, *, is_finite: bool = True) -> None:
        """Free a slot; the last running request moves into it. What is not finite is wiped."""
        if not is_finite:
            self.cache.wipe(slot)
        self.cache.remove(running, slot)

    def _bind_inputs(self, binding: Any, tokens: Array, inputs: dict[str, Array]) -> None:
        for name, array in {"embeddings": self._embedding[tokens], **inputs}.items():
            binding.bind_cpu_input(name, np.ascontiguousarray(array))

    def _bind_caches(self, slots: slice) -> Any:
        binding = self._decoder.io_binding()
        for name in self.cache.names["cross"]:
            binding.bind_ortvalue_input(name, ort.OrtValue.ortvalue_from_numpy(self.cache.caches[name][slots]))
        self._bind_in_place(binding, "self", slots)
        return binding

    def _bind_in_place(self, binding: Any, side: str, slots: slice) -> None:
        """Bind one side's caches as input and output, so that the graph writes into them and copies nothing."""
        for name in self.cache.names[side]:
            value = ort.OrtValue.ortvalue_from_numpy(self.cache.caches[name][slots])
            binding.bind_ortvalue_input(name, value)
            binding.bind_ortvalue_output(f"{name}_out", value)


class _RowFile:
    """A table in a .npy file, read by the row. Mapped, most of its 99 MB (T5-base) would become resident: the
    kernel maps 15 neighbours of each page that is touched.
    """

    def __init__(self, path: Path) -> None:
        table: Any = np.load(path, mmap_mode="r")
        self._offset, self._row_bytes, self._dtype = table.offset, table[0].nbytes, table.dtype
        self._file = path.open("rb")

    def __getitem__(self, rows: Array) -> Array:
        """Rows [...] -> [..., columns]."""
        number = self._file.fileno()
        read = b"".join(
            os.pread(number, self._row_bytes, self._offset + self._row_bytes * row) for row in rows.ravel().tolist()
        )
        return np.frombuffer(read, self._dtype).reshape(*rows.shape, -1)

    def close(self) -> None:
        self._file.close()


def _options(num_threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = num_threads
    # Threads that sleep between a step's 200 operators double its time; threads that spin between steps burn
    # an idle server's cores.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if not _has_vnni():
        # Products of signed 8-bit weights would overflow 16 bits. Where they can't, this makes them 2.6 times slower.
        options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _has_vnni() -> bool:
    """Say whether the CPU has instructions that add products of 8-bit numbers in 32 bits; False if unknown."""
    path = Path("/proc/cpuinfo")
    return path.exists() and "_vnni" in path.read_text()
