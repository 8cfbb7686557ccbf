"""Writes the table of options in operate.md from the settings: `python -m docs.options`."""

from pathlib import Path

from command_line import AppConfig
from serving.config import ServingConfig

PAGE = Path(__file__).parent / "operate.md"
_BEGIN, _END = "<!-- options -->\n", "<!-- end of options -->"


def table() -> str:
    """Every setting: its flag, its default and its sentence, as Markdown."""
    rows = ["| option | default | what it does |", "| --- | --- | --- |"]
    for field_name, field in {**AppConfig.model_fields, **ServingConfig.model_fields}.items():
        # A flag without a value is off, and an empty text is none.
        default = "" if field.default in (None, "", False) else f"{field.default}"
        rows.append(f"| `--{field_name.replace('_', '-')}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def with_table(page: str) -> str:
    """The page with today's table in it."""
    before, _, rest = page.partition(_BEGIN)
    return before + _BEGIN + table() + _END + rest.partition(_END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
