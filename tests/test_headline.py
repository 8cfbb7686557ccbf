"""What an article is called, and the file of its summary."""

import pytest

from ui.headline import MAX_WORDS, file_name, headline
from ui.samples import SAMPLES


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Ferries will run all night\n\nThe city council said so on Tuesday.", "Ferries will run all night"),
        ("The ferries run all night from May. The city council said so.", "The ferries run all night from May"),
        ("HOUSTON -- Men have landed and walked on the moon. It is so.", "Men have landed and walked on the moon"),
        ("BERLIN (Reuters) - The chancellor resigned. He was 70.", "The chancellor resigned"),
        ("Mr. Brown met Dr. Green on Monday. It rained.", "Mr. Brown met Dr. Green on Monday"),
        ("The U.S. Senate voted at 3.30 p.m. today. Nobody spoke.", "The U.S. Senate voted at 3.30 p.m. today"),
        ("“Who did it?” asked the judge. Nobody answered.", "“Who did it?” asked the judge"),
        ("Who did it? Nobody knows.", "Who did it?"),
        (" \n***\n  Two   spaces  here \n", "Two spaces here"),
        ("One two three four five six seven eight nine ten eleven, twelve thirteen.",
         "One two three four five six seven eight nine ten eleven, twelve…"),
        ("渡轮将整夜运行。市议会星期二这样说。", "渡轮将整夜运行"),
        ("Die Fähren fahren die ganze Nacht. Das hat der Rat beschlossen.", "Die Fähren fahren die ganze Nacht"),
        ("", ""),
        ("… !", ""),
    ],
)  # fmt: skip
def test_headline_is_the_heading_or_the_first_sentence(text, called):
    assert headline(text) == called


@pytest.mark.parametrize("text", [sample.text for sample in SAMPLES] + ["word " * 5000, "字" * 5000, "x" * 5000])
def test_headline_is_short(text):
    assert 0 < len(headline(text).split()) <= MAX_WORDS
    assert len(headline(text)) <= 101


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ferries will run all night", "ferries-will-run-all-night-summary"),
        ("Who's afraid of 5/7 “wolves”? Nobody.", "whos-afraid-of-5-7-wolves-summary"),
        ("../../etc/passwd", "etc-passwd-summary"),
        ("Die Fähren fahren. Nachts.", "die-fähren-fahren-summary"),
        ("", "summary"),
        ("C:\\con <b>|*?", "c-con-b-summary"),
        ("one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight-summary"),
    ],
)
def test_file_is_named_after_the_article(text, name):
    assert file_name(text) == name


@pytest.mark.parametrize("text", ["x" * 500, "字" * 500, "extraordinarily " * 30])
def test_name_is_not_too_long_for_a_file_system(text):
    assert len(file_name(text).encode()) <= 255 - len(".md")
    assert file_name(text).endswith("-summary")
