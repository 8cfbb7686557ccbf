"""What the engine and whoever writes its graphs agree on, beside the graphs' inputs and outputs."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving.engine.interface import Precision

MANIFEST = "manifest.json"

# Added to the scores of masked keys. exp() of it is exactly 0 in fp32 whatever T5's unscaled scores are;
# infinity would give NaN in rows without any key, as those of beams that an article does not have.
MASKED = -1e9


@dataclass(frozen=True)
class ModelShape:
    """What the engine must know about a converted model; `manifest.json` holds it."""

    precision: Precision
    vocab_size: int
    d_model: int
    num_heads: int
    head_size: int
    num_decoder_layers: int
    encoder_reach: int
    """Distance from which on the encoder's relative position bias is constant."""
    num_ages: int
    """The same for the decoder's, in steps."""
    max_input_tokens: int
    decoder_start_token_id: int
    eos_token_id: int

    @property
    def cache_entry_bytes(self) -> int:
        """Bytes that one token's keys and values take over all decoder layers."""
        return 2 * 4 * self.num_decoder_layers * self.num_heads * self.head_size


def load_shape(directory: Path) -> ModelShape:
    manifest: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
    return ModelShape(**manifest["shape"])
