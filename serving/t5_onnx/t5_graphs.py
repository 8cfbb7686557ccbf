"""T5 as two ONNX graphs, written by hand so that one decode step costs little more than reading its weights.

    encoder.onnx   token embeddings -> every decoder layer's cross-attention keys and values, once per article
    decoder.onnx   one token per beam -> every article's best continuations; its caches in place

Axes in shapes: a = articles, b = beams (padded to the widest request), s = source tokens, c = room for them,
e = cache entries, h = heads, d = head size, v = vocabulary. Why articles and beams are separate axes: docs/engine.md.
Only the conversion child imports this file.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto

from serving.engine.interface import Precision
from serving.engine.model_shape import MASKED
from serving.t5_onnx.onnx_writer import Array, GraphWriter

State = Callable[[str], Array]


class T5Graphs:
    """Writes both graphs of one model.

    Args:
        config: a transformers `T5Config` or `MT5Config`.
        state: returns a tensor of the model's state dict by name, as fp32.
    """

    def __init__(self, config: Any, state: State, precision: Precision) -> None:
        self._config = config
        self._state = state
        self._precision = precision

    def write_encoder(self, path: Path, bias: Array, on_layer: Callable[[], None]) -> None:
        """Write the encoder and the decoder's cross-attention projections, which read nothing but its output.

        Args:
            bias: relative position bias [h, 2 * reach + 1]; column `reach` is for the query's own position.
        """
        config, heads, head_size = self._config, self._config.num_heads, self._config.d_kv
        with GraphWriter(path, self._precision, reads_many_rows=True) as g:
            hidden = g.input("embeddings", TensorProto.FLOAT, ["a", "s", config.d_model])
            mask = g.input("source_mask", TensorProto.INT32, ["a", "s"])
            distances = g.input("distances", TensorProto.INT64, ["s", "s"])
            position_bias = g.op("Gather", g.weight(bias), distances, axis=1)  # [h, s, s]
            position_bias = g.op("Unsqueeze", position_bias, g.ints(0))  # [1, h, s, s]
            branch = ""
            for layer in range(config.num_layers):
                block = f"encoder.block.{layer}.layer"
                hidden, normed = self._norm(g, hidden, branch, f"{block}.0.layer_norm")
                query, key, value = (
                    g.linear(normed, self._state(f"{block}.0.SelfAttention.{name}.weight")) for name in "qkv"
                )
                mixed = self._attention(g, query, key, value, mask=mask, bias=position_bias)
                branch = g.linear(mixed, self._state(f"{block}.0.SelfAttention.o.weight"))
                hidden, normed = self._norm(g, hidden, branch, f"{block}.1.layer_norm")
                branch = self._feed_forward(g, normed, f"{block}.1.DenseReluDense")
                on_layer()
            _, encoded = self._norm(g, hidden, branch, "encoder.final_layer_norm")
            for layer in range(config.num_decoder_layers):
                for name, kind in (("k", "key"), ("v", "value")):
                    weight = self._state(f"decoder.block.{layer}.layer.1.EncDecAttention.{name}.weight")
                    by_head = self._by_head(g, g.linear(encoded, weight))  # [a, h, s, d]
                    self._write_cache(g, f"cross_{kind}_{layer}", ["a", heads, "c", head_size], by_head)
                on_layer()

    def write_decoder(self, path: Path, bias: Array, lm_head: Array, on_layer: Callable[[], None]) -> None:
        """Write the decode step, from the last token's embedding to each article's best continuations.

        Args:
            bias: relative position bias [h, 1 + num_ages]: column 0 is for masked entries, column 1 for the
                current token, column 2 for the one before, and so on.
            lm_head: the output projection [v, d_model].
        """
        config, heads, head_size = self._config, self._config.num_heads, self._config.d_kv
        cache = ["a", heads, "e", head_size]
        with GraphWriter(path, self._precision, reads_many_rows=False) as g:
            hidden = g.input("embeddings", TensorProto.FLOAT, ["a", "b", config.d_model])
            source_bias = g.input("source_bias", TensorProto.FLOAT, ["a", 1, 1, "s"])
            ages = g.input("ages", TensorProto.INT32, ["a", "b", "e"])
            write_index = g.input("write_index", TensorProto.INT64, ["a"])
            position_bias = g.op("Gather", g.weight(bias.T), ages, axis=0)  # [a, b, e, h]
            position_bias = g.op("Transpose", position_bias, perm=[0, 3, 1, 2])  # [a, h, b, e]
            rows = g.op("Concat", g.ints(0, -1, 1), g.op("Shape", ages, start=2), axis=0)
            position_bias = g.op("Reshape", position_bias, rows)  # [a, h * b, 1, e]
            branch = ""
            for layer in range(config.num_decoder_layers):
                block = f"decoder.block.{layer}.layer"
                hidden, normed = self._norm(g, hidden, branch, f"{block}.0.layer_norm")
                projections = [self._state(f"{block}.0.SelfAttention.{name}.weight") for name in "qkv"]
                joint = self._by_head(g, g.linear(normed, np.concatenate(projections)))  # [a, 3 * h, b, d]
                query, *updates = g.op("Split", joint, count=3, axis=1, num_outputs=3)  # [a, h, b, d] each
                caches = []
                for kind, update in zip(("key", "value"), updates, strict=True):
                    caches.append(self._write_cache(g, f"self_{kind}_{layer}", cache, update, write_index))
                mixed = self._beam_attention(g, query, caches, position_bias)
                branch = g.linear(mixed, self._state(f"{block}.0.SelfAttention.o.weight"))
                hidden, normed = self._norm(g, hidden, branch, f"{block}.1.layer_norm")
                query = self._by_head(g, g.linear(normed, self._state(f"{block}.1.EncDecAttention.q.weight")))
                cross = [
                    g.input(f"cross_{kind}_{layer}", TensorProto.FLOAT, ["a", heads, "s", head_size])
                    for kind in ("key", "value")
                ]
                mixed = self._beam_attention(g, query, cross, source_bias)
                branch = g.linear(mixed, self._state(f"{block}.1.EncDecAttention.o.weight"))

                hidden, normed = self._norm(g, hidden, branch, f"{block}.2.layer_norm")
                branch = self._feed_forward(g, normed, f"{block}.2.DenseReluDense")
                on_layer()
            _, decoded = self._norm(g, hidden, branch, "decoder.final_layer_norm")
            if getattr(config, "scale_decoder_outputs", False):
                decoded = g.op("Mul", decoded, g.weight(np.array(config.d_model**-0.5, np.float32)))
            self._write_selection(g, g.linear(decoded, lm_head), len(lm_head))
            on_layer()

    @staticmethod
    def _write_selection(g: GraphWriter, logits: str, vocab_size: int) -> None:
        """Logits [a, b, v] -> each article's best continuations over all its beams.

        In the order of `GenerationMixin._beam_search`: log-softmax, logits processors, add the beams' scores,
        top k. Greedy search (`_sample`) skips the log-softmax, and its penalty reads differently for that.
        Here and not in NumPy because a batch of 16 would bring 4 MB of scores to the host at every step.
        """
        uses_log_probs = g.input("uses_log_probs", TensorProto.BOOL, ["a", 1, 1])
        edited_ids = g.input("edited_ids", TensorProto.INT64, ["a", "b", "p"])
        is_banned = g.input("is_banned", TensorProto.BOOL, ["a", "b", "p"])
        penalty = g.input("penalty", TensorProto.FLOAT, ["a", 1, 1])
        beam_scores = g.input("beam_scores", TensorProto.FLOAT, ["a", "b", 1])
        num_candidates = g.input("num_candidates", TensorProto.INT64, [1])

        # Finite where all logits are; the best candidates do not tell, since any order of NaN is right.
        sums = g.op("ReduceSum", logits, g.ints(-1), keepdims=0)
        scores = g.op("Where", uses_log_probs, g.op("LogSoftmax", logits, axis=-1), logits)  # [a, b, v]
        picked = g.op("GatherElements", scores, edited_ids, axis=2)  # [a, b, p]
        is_negative = g.op("Less", picked, g.weight(np.zeros((), np.float32)))
        penalized = g.op("Where", is_negative, g.op("Mul", picked, penalty), g.op("Div", picked, penalty))
        edited = g.op("Where", is_banned, g.weight(np.array(-np.inf, np.float32)), penalized)
        scores = g.op("ScatterElements", scores, edited_ids, edited, axis=2)  # [a, b, v]
        scores = g.op("Reshape", g.op("Add", scores, beam_scores), g.ints(0, -1))  # [a, b * v]
        top_scores, top_indices = g.op("TopK", scores, num_candidates, count=2, axis=-1)  # [a, k]
        size = g.ints(vocab_size)
        g.output(top_scores, "top_scores", TensorProto.FLOAT, ["a", "k"])
        g.output(g.op("Div", top_indices, size), "top_beams", TensorProto.INT64, ["a", "k"])
        g.output(g.op("Mod", top_indices, size), "top_tokens", TensorProto.INT64, ["a", "k"])
        g.output(sums, "logit_sums", TensorProto.FLOAT, ["a", "b"])

    @staticmethod
    def _write_cache(g: GraphWriter, name: str, shape: Sequence[str | int], update: str, *index: str) -> str:
        """Write `update` into the cache that is an input, at `index` [a] or the beginning; return all of it.

        Input and output are to be bound to the same memory: then nothing else is copied.
        """
        written = f"{name}_out"
        g.op("TensorScatter", g.input(name, TensorProto.FLOAT, shape), update, *index, axis=2, outputs=[written])
        g.declare_output(written, TensorProto.FLOAT, shape)
        return written

    def _norm(self, g: GraphWriter, hidden: str, branch: str, name: str) -> tuple[str, str]:
        """Add the last sub-layer's `branch` to the residual stream; return it and its RMS norm."""
        scale = g.weight(self._state(f"{name}.weight"))
        epsilon = self._config.layer_norm_epsilon
        if not branch:
            return hidden, g.op("RMSNormalization", hidden, scale, axis=-1, epsilon=epsilon)
        normed, _, _, total = g.contrib(
            "SkipSimplifiedLayerNormalization", hidden, branch, scale, count=4, epsilon=epsilon
        )
        return total, normed

    def _attention(self, g: GraphWriter, query: str, key: str, value: str, *, mask: str, bias: str) -> str:
        """Attention without scaling, as T5's, of whole sequences [a, s, h * d]."""
        return str(
            g.contrib(
                "MultiHeadAttention", query, key, value, "", mask, bias,
                num_heads=self._config.num_heads, scale=1.0, mask_filter_value=MASKED,
            )
        )  # fmt: skip

    def _beam_attention(self, g: GraphWriter, query: str, keys_values: Sequence[str], bias: str) -> str:
        """Attention of all beams [a, h, b, d] over their article's keys and values [a, h, s or e, d].

        Beams are given as query heads that share a key head: ONNX Runtime then runs one product per beam,
        straight from the cache, 1.75 times as fast as one product of two rows, which repacks the keys.

        Returns:
            [a, b, h * d].
        """
        heads, head_size = self._config.num_heads, self._config.d_kv
        query = g.op("Reshape", query, g.ints(0, -1, 1, head_size))  # [a, h * b, 1, d]
        mixed = g.op("Attention", query, *keys_values, bias, scale=1.0)  # [a, h * b, 1, d]
        mixed = g.op("Reshape", mixed, g.ints(0, heads, -1, head_size))  # [a, h, b, d]
        mixed = g.op("Transpose", mixed, perm=[0, 2, 1, 3])  # [a, b, h, d]
        return str(g.op("Reshape", mixed, g.ints(0, 0, heads * head_size)))

    def _by_head(self, g: GraphWriter, x: str) -> str:
        """[a, b or s, n * d] -> [a, n, b or s, d]."""
        split = g.op("Reshape", x, g.ints(0, 0, -1, self._config.d_kv))
        return str(g.op("Transpose", split, perm=[0, 2, 1, 3]))

    def _feed_forward(self, g: GraphWriter, normed: str, name: str) -> str:
        if self._config.is_gated_act:
            gate = g.op("Gelu", g.linear(normed, self._state(f"{name}.wi_0.weight")), approximate="tanh")
            inner = g.op("Mul", gate, g.linear(normed, self._state(f"{name}.wi_1.weight")))
        else:
            inner = g.op("Relu", g.linear(normed, self._state(f"{name}.wi.weight")))
        # Transformers keeps this product in fp32 when all others are halved: here T5's activations have outliers.
        return g.linear(inner, self._state(f"{name}.wo.weight"), has_outliers=True)
