"""Writes one ONNX graph node by node, its products in fp32 or int8. Knows nothing of T5."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import onnx
from onnx import TensorProto, helper

from serving.engine.interface import Precision

# Weights per scale. Larger blocks multiply faster (6 layers of T5-base, 16 rows: 10.7 ms with 32, 6.7 with 64, 5.4 with
# 128, 4.8 with 256) and follow outliers less closely; what that costs in tokens only real weights can tell.
INT8_BLOCK = 128
_ALIGNMENT_BYTES = 4096  # ONNX Runtime maps external tensors by the page

Array = np.ndarray[Any, np.dtype[Any]]


class GraphWriter:
    """Collects nodes; streams the weights to `<stem>.bin` so that protobuf's 2 GB limit never matters."""

    def __init__(self, path: Path, precision: Precision, *, reads_many_rows: bool) -> None:
        self._path = path
        self._precision = precision
        self._reads_many_rows = reads_many_rows
        self._quantized_rows: dict[str, tuple[str, str]] = {}
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._file: BinaryIO = path.with_suffix(".bin").open("wb")

    def __enter__(self) -> "GraphWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._file.close()
        if error is None:
            graph = helper.make_graph(self._nodes, self._path.stem, self._inputs, self._outputs, self._weights)
            opsets = [helper.make_opsetid("", 24), helper.make_opsetid("com.microsoft", 1)]
            onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=11), str(self._path))

    def input(self, name: str, dtype: int, shape: Sequence[str | int]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, dtype, shape))
        return name

    def output(self, value: str, name: str, dtype: int, shape: Sequence[str | int]) -> None:
        self.op("Identity", value, outputs=[name])
        self.declare_output(name, dtype, shape)

    def declare_output(self, name: str, dtype: int, shape: Sequence[str | int]) -> None:
        self._outputs.append(helper.make_tensor_value_info(name, dtype, shape))

    def op(self, kind: str, *inputs: str, count: int = 1, outputs: Sequence[str] = (), **attributes: Any) -> Any:
        """Append a node; return its output's name, or a list of names if there are several."""
        names = list(outputs) or [f"{kind}_{len(self._nodes)}_{i}" for i in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if len(names) == 1 else names

    def contrib(self, kind: str, *inputs: str, **attributes: Any) -> Any:
        return self.op(kind, *inputs, domain="com.microsoft", **attributes)

    def weight(self, array: Array) -> str:
        array = np.ascontiguousarray(array)
        name = f"weight_{len(self._weights)}"
        tensor = TensorProto(name=name, data_type=helper.np_dtype_to_tensor_dtype(array.dtype), dims=array.shape)
        if array.nbytes < _ALIGNMENT_BYTES:
            tensor.raw_data = array.tobytes()
        else:
            self._file.write(b"\0" * (-self._file.tell() % _ALIGNMENT_BYTES))
            tensor.data_location = TensorProto.EXTERNAL
            place = {
                "location": f"{self._path.stem}.bin",
                "offset": self._file.tell(),
                "length": array.nbytes,
            }
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
            array.tofile(self._file)
        self._weights.append(tensor)
        return name

    def ints(self, *values: int) -> str:
        return self.weight(np.array(values, np.int64))

    def linear(self, x: str, weight: Array, *, has_outliers: bool = False) -> str:
        """`x @ weight.T` for a torch weight of shape [out, in], in this graph's precision.

        int8 quantizes activations row by row: unlike with one scale for them all, an article's numbers don't
        depend on who shares the batch. It has two ways:

        - blocks (MatMulNBits): weights and rows have a scale per block, so an outlier harms its own block only;
        - whole rows (MatMulIntegerToFloat): twice as fast with 268 rows, but with few rows slower, for all the
          operators around it. 2.4 % error in the encoder's output against 1.7 % (random weights).
        """
        if self._precision == "fp32":
            return str(self.op("MatMul", x, self.weight(weight.T)))
        num_out, num_in = weight.shape
        if self._reads_many_rows and not has_outliers:
            rows, row_scales = self._quantize_rows(x)
            quantized, scales = quantize(weight, num_in)
            signed = (quantized[:, 0].T ^ np.uint8(128)).view(np.int8)  # [in, out]; unsigned ones are 2.5 times slower
            product = self.contrib(
                "MatMulIntegerToFloat", rows, self.weight(signed), self._number(1, np.float32), self.weight(scales),
                self._number(128, np.uint8),
            )  # fmt: skip
            return str(self.op("Mul", product, row_scales))
        quantized, scales = quantize(weight, INT8_BLOCK)
        return str(
            self.contrib(
                "MatMulNBits", x, self.weight(quantized), self.weight(scales),
                K=num_in, N=num_out, bits=8, block_size=INT8_BLOCK, accuracy_level=4,
            )
        )  # fmt: skip

    def _quantize_rows(self, x: str) -> tuple[str, str]:
        """[a, s, n] -> uint8 [a, s, n], offset by 128, and scales [a, s, 1]; once for all that read `x`."""
        if x not in self._quantized_rows:
            largest = self.op("ReduceMax", self.op("Abs", x), self.ints(-1))  # [a, s, 1]
            scales = self.op("Mul", largest, self._number(1 / 127, np.float32))
            scales = self.op("Max", scales, self._number(1e-30, np.float32))  # a row may be all zeros
            flat = self.op("Flatten", x, axis=2)  # [a * s, n]
            zeros = self.op("Expand", self._number(128, np.uint8), self.op("Shape", flat, end=1))
            rows = self.op("QuantizeLinear", flat, self.op("Reshape", scales, self.ints(-1)), zeros, axis=0)
            self._quantized_rows[x] = self.op("Reshape", rows, self.op("Shape", x)), scales
        return self._quantized_rows[x]

    def _number(self, value: float, dtype: type) -> str:
        return self.weight(np.array(value, dtype))


def quantize(weight: Array, block: int) -> tuple[Array, Array]:
    """Symmetric blockwise 8-bit quantization of a [out, in] weight, as MatMulNBits reads it.

    Returns:
        uint8 [out, ceil(in / block), block], offset by 128, and fp32 scales [out * ceil(in / block)].
    """
    num_out, num_in = weight.shape
    blocks = np.pad(weight, ((0, 0), (0, -num_in % block))).reshape(num_out, -1, block)
    scales = np.abs(blocks).max(axis=-1) / np.float32(127)  # [out, blocks]
    steps = np.rint(blocks / np.where(scales == 0, np.float32(1), scales)[..., None])
    return (steps + 128).astype(np.uint8), scales.astype(np.float32).ravel()
