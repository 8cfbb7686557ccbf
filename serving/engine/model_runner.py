"""Runs the two graphs: the only file that talks to ONNX Runtime and to the device."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Before the import: since 1.29 the published Linux builds report to their maker unless this is set.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime as ort

from serving.engine.model_shape import ModelShape
from serving.engine.slots import Slots

logger = logging.getLogger(__name__)

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class StepInputs:
    """One decode step. a = running articles, b = the widest one's beams, p = the longest list of edits.

    Rows of beams that an article does not have carry a score of minus infinity.
    """

    tokens: Array  # int64 [a, b]: the beams' last tokens
    beam_scores: Array  # fp32 [a, b]
    edited_ids: Array  # int64 [a, b, p]: tokens whose score the repetition penalty or a ban changes
    is_banned: Array  # bool [a, b, p]
    penalty: Array  # fp32 [a]
    uses_log_probs: Array  # bool [a]: False for greedy search
    num_candidates: int


@dataclass(frozen=True)
class Candidates:
    """The best continuations of each article, best first; k = `num_candidates`."""

    scores: Array  # fp32 [a, k]
    beams: Array  # int64 [a, k]
    tokens: Array  # int64 [a, k]
    is_finite: Array  # bool [a]: False where an article's scores are not numbers any more, and its candidates void


class ModelRunner:
    """One converted model and the caches of its running articles.

    Args:
        directory, shape: a converted model and what `load_shape` reads of it.
        num_threads: threads of one encoder pass or decode step; they spin during it and sleep between.
        max_running: how many articles may run at once.
        max_cache_tokens: see `Slots`.
    """

    def __init__(
        self, directory: Path, shape: ModelShape, *, num_threads: int, max_running: int, max_cache_tokens: int
    ) -> None:
        self.shape = shape
        self._embedding = _RowFile(directory / "embedding.npy")  # [v, d_model]
        self._max_running = max_running
        self._max_cache_tokens = max_cache_tokens
        self.reset()
        if "CUDAExecutionProvider" in ort.get_available_providers():
            try:
                self._open(directory, num_threads, "CUDAExecutionProvider")
                self._try_out()
                return
            except Exception as error:
                logger.warning("The GPU does not work with this ONNX Runtime; running on the CPU (%s).", error)
                self.reset()
        self._open(directory, num_threads, "CPUExecutionProvider")
        self._try_out()

    def reset(self) -> None:
        """Free all slots, whatever state a failed step has left them in."""
        self.slots = Slots(
            num_layers=self.shape.num_decoder_layers,
            num_heads=self.shape.num_heads,
            head_size=self.shape.head_size,
            num_ages=self.shape.num_ages,
            max_running=self._max_running,
            max_cache_tokens=self._max_cache_tokens,
        )
        self._binding: Any = None
        self._bound: dict[str, Any] = {}
        self._bound_version = -1

    def prefill(self, sources: Sequence[Sequence[int]], num_beams: Sequence[int]) -> None:
        """Encode articles, given as token ids, in one batch; they take the next free slots, in order."""
        lengths = [len(source) for source in sources]
        tokens = np.zeros((len(sources), max(lengths)), np.int64)  # [a, s]
        for row, source in enumerate(sources):
            tokens[row, : len(source)] = source
        positions = np.arange(max(lengths))
        reach = self.shape.encoder_reach
        feeds = {
            "embeddings": self._embedding[tokens],  # [a, s, d_model]
            "source_mask": (positions < np.array(lengths)[:, None]).astype(np.int32),  # [a, s]
            "distances": np.clip(positions - positions[:, None], -reach, reach) + reach,  # [query, key]
        }
        self._unbind_caches()
        slots = self.slots.add(lengths, num_beams)
        binding = self._encoder.io_binding()
        for name, array in feeds.items():
            binding.bind_cpu_input(name, array)
        written = self._bind_in_place(binding, "cross", slots)
        self._encoder.run_with_iobinding(binding)
        self._bring_back(written, slots)

    def decode(self, inputs: StepInputs) -> Candidates:
        """Run one step of every running article."""
        slots, running = self.slots, slice(self.slots.num_running)
        if slots.needs_room():
            self._unbind_caches()
        slots.prepare_step()
        if self._bound_version != slots.version:
            self._bind_caches()
        binding = self._binding
        feeds = {
            "embeddings": self._embedding[inputs.tokens],  # [a, b, d_model]
            "source_bias": slots.source_bias[running, None, None],
            "ages": slots.ages[running],
            "write_index": slots.write_index[running],
            "uses_log_probs": inputs.uses_log_probs[:, None, None],
            "edited_ids": inputs.edited_ids,
            "is_banned": inputs.is_banned,
            "penalty": inputs.penalty[:, None, None],
            "beam_scores": inputs.beam_scores[:, :, None],
            "num_candidates": np.array([inputs.num_candidates]),
        }
        for name, array in feeds.items():
            binding.bind_cpu_input(name, np.ascontiguousarray(array))
        for name in ("top_scores", "top_beams", "top_tokens", "logit_sums"):
            binding.bind_output(name)
        self._decoder.run_with_iobinding(binding)
        scores, beams, tokens, logit_sums = (value.numpy() for value in binding.get_outputs()[-4:])
        is_own_beam = np.arange(logit_sums.shape[1]) < slots.num_beams[running, None]
        return Candidates(scores, beams, tokens, (np.isfinite(logit_sums) | ~is_own_beam).all(axis=1))

    def advance(self, slot: int, parents: Array) -> None:
        """After a step: beam i of the article in `slot` continues what was beam `parents[i]`."""
        self.slots.advance(slot, parents)

    def remove(self, slot: int, *, is_finite: bool = True) -> None:
        """Free a slot; the last running article moves into it. What is not finite is wiped."""
        self._unbind_caches()
        if not is_finite:
            self.slots.wipe(slot)
        self.slots.remove(slot)

    def close(self) -> None:
        """Free the model."""
        self._embedding.close()

    def _open(self, directory: Path, num_threads: int, provider: str) -> None:
        self._encoder, self._decoder = (
            ort.InferenceSession(directory / name, _options(num_threads), providers=[provider])
            for name in ("encoder.onnx", "decoder.onnx")
        )
        self._device = "cpu" if provider == "CPUExecutionProvider" else "cuda"

    def _try_out(self) -> None:
        """Run one token: a provider may open a graph that it can't run, and the first run is a slow one."""
        self.prefill([[self.shape.eos_token_id]], [1])
        nothing = np.zeros((1, 1, 1), np.int64)
        self.decode(
            StepInputs(
                tokens=nothing[0],
                beam_scores=np.zeros((1, 1), np.float32),
                edited_ids=nothing,
                is_banned=nothing.astype(bool),
                penalty=np.ones(1, np.float32),
                uses_log_probs=np.ones(1, bool),
                num_candidates=1,
            )
        )
        self.remove(0)

    def _bind_caches(self) -> None:
        """Bind the used prefix of every cache for the steps to come; self caches to be written in place."""
        running = slice(self.slots.num_running)
        self._binding = self._decoder.io_binding()
        for name in self.slots.names["cross"]:
            value = ort.OrtValue.ortvalue_from_numpy(self.slots.caches[name][running], self._device)
            self._binding.bind_ortvalue_input(name, value)
        self._bound = self._bind_in_place(self._binding, "self", running)
        self._bound_version = self.slots.version

    def _unbind_caches(self) -> None:
        """Let go of the caches before they change: what is still bound could not be freed."""
        self._bring_back(self._bound, slice(self.slots.num_running))
        self._bound, self._binding, self._bound_version = {}, None, -1

    def _bind_in_place(self, binding: Any, side: str, slots: slice) -> dict[str, Any]:
        """Bind one side's caches as input and output.

        On the CPU the bound values share the arrays' memory. On a GPU they are copies that live there until
        `_bring_back`.
        """
        bound = {}
        for name in self.slots.names[side]:
            bound[name] = ort.OrtValue.ortvalue_from_numpy(self.slots.caches[name][slots], self._device)
            binding.bind_ortvalue_input(name, bound[name])
            binding.bind_ortvalue_output(f"{name}_out", bound[name])
        return bound

    def _bring_back(self, bound: dict[str, Any], slots: slice) -> None:
        if self._device != "cpu":
            for name, value in bound.items():
                self.slots.caches[name][slots] = value.numpy()


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
