"""The tokenizer of a converted model, with the prefix that it wants before every text."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer


class TextTokenizer:
    """Text to a model's input tokens, and generated tokens to text.

    Args:
        path: a `tokenizer.json`.
        prefix: is put before every text.
        max_tokens: longest input that the model reads, with prefix and end token.
        eos_token: ends a cut input.
    """

    def __init__(self, path: Path, *, prefix: str, max_tokens: int, eos_token: int) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._prefix = prefix
        self._max_tokens = max_tokens
        self._eos_token = eos_token

    def count(self, text: str) -> int:
        """Return the number of input tokens of all of `text`."""
        return len(self._tokenizer.encode(self._prefix + text).ids)

    def encode(self, text: str) -> list[int]:
        """Return the input tokens of `text`, of as much of it as the model reads."""
        ids = list(self._tokenizer.encode(self._prefix + text).ids)
        return ids if len(ids) <= self._max_tokens else [*ids[: self._max_tokens - 1], self._eos_token]

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of generated tokens, special ones left out."""
        return clean_up(self._tokenizer.decode(list(token_ids), skip_special_tokens=True))


def clean_up(text: str) -> str:
    """`PreTrainedTokenizerBase.clean_up_tokenization`."""
    for mark in (" .", " ?", " !", " ,"):
        text = text.replace(mark, mark[1:])
    text = text.replace(" ' ", "'")
    for ending in (" n't", " 'm", " 's", " 've", " 're"):
        text = text.replace(ending, ending[1:])
    return text
