"""The normal form: broken lines and words put together, everything that is no broken prose left as it is."""

import json
import os
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.text.normal import normal_form
from tests.cpu_budget import cpu_budget
from ui.samples import SAMPLES

DATA = Path(os.environ.get("EVAL_DATA", "../shared/data"))
DAM = (
    "The river board said on Friday that the old dam above Lindfield will be taken down within two years, after "
    "engineers found cracks in both of its towers and water in the inspection tunnel. About 3,400 people live in the "
    "valley below, and they have been told to keep a bag packed in case the siren sounds before the reservoir has been "
    "drained this summer. Nobody has been hurt so far."
)
TOWN = (
    "The town has to find the rest of the money. Its mayor, Ann Bell, said that she did not know how, and asked the "
    "Minister of Finance for a loan at a low rate. An answer is expected in the first week of March at the latest."
)
GERMAN = (
    "Die Talsperre oberhalb von Lindfeld wird in den nächsten zwei Jahren abgerissen, teilte das Wasseramt am "
    "Freitag mit. Gutachter hatten Risse in beiden Türmen gefunden. Rund 3400 Menschen leben im Tal unter der Mauer."
)

ARABIC = (
    "قالت هيئة النهر يوم الجمعة إن السد القديم سيهدم",
    "خلال عامين بعد أن وجد المهندسون شقوقا في كلا",
    "برجيه ومياها في النفق.",
)


def wrapped(text: str, width: int, *, indent: str = "") -> str:
    return textwrap.fill(text, width, initial_indent=indent, break_on_hyphens=False)


def justified(text: str, width: int) -> str:
    """Wrapped, with as many spaces doubled in each line but the last as it lacks."""
    *lines, last = textwrap.wrap(text, width)
    return "\n".join([*(line.replace(" ", "  ", width - len(line)) for line in lines), last])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", " \n", "\u2028"], ids=repr)
@pytest.mark.parametrize("width", [32, 40, 58, 72, 80, 100, 120])
def test_paragraphs_come_back_from_any_width(width, newline):
    text = f"{wrapped(DAM, width)}\n\n{wrapped(TOWN, width)}\n\n{wrapped(GERMAN, width)}"
    assert normal_form(text.replace("\n", newline)) == f"{DAM}\n\n{TOWN}\n\n{GERMAN}"


@pytest.mark.parametrize("gap", ["\n\n\n", "\r\n \r\n\r\n\r\n"], ids=repr)
@pytest.mark.parametrize("width", [40, 58, 72, 100])
def test_lines_with_a_blank_one_between_each_are_put_together(width, gap):
    spaced = [wrapped(paragraph, width).replace("\n", "\n\n") for paragraph in (DAM, TOWN, GERMAN)]
    assert normal_form(gap.join(spaced)) == f"{DAM}\n\n{TOWN}\n\n{GERMAN}"


@pytest.mark.parametrize("indent", ["  ", "     ", "\u3000"], ids=repr)
@pytest.mark.parametrize("width", [45, 66, 80])
def test_an_indented_first_line_begins_a_paragraph(width, indent):
    text = "\n".join(wrapped(paragraph, width, indent=indent) for paragraph in (DAM, TOWN, GERMAN))
    assert normal_form(text) == f"{DAM}\n\n{TOWN}\n\n{GERMAN}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Old dam to go\n" + wrapped(DAM, 72), f"Old dam to go\n\n{DAM}", id="a headline above without a blank line"
        ),
        pytest.param(textwrap.indent(wrapped(DAM, 60), "    "), DAM, id="all lines indented"),
        pytest.param(
            "1. OLD DAM\nThe dam above the town will go within two years, the board\nsaid on Friday. It is old.\n\n"
            "2. Ferries\nThey stop.",
            "1. OLD DAM\n\nThe dam above the town will go within two years, the board said on Friday. It is old.\n\n"
            "2. Ferries\nThey stop.",
            id="a heading above two lines",
        ),
        pytest.param(
            "The rains brought floods to three prov¬\ninces in the south of the land and damag¬\ned a mill.",
            "The rains brought floods to three provinces in the south of the land and damaged a mill.",
            id="hyphens of a scanner",
        ),
        pytest.param(
            "The rains brought floods to three prov\xad\ninces in the south of the land and damag\xad\ned a mill.",
            "The rains brought floods to three provinces in the south of the land and damaged a mill.",
            id="soft hyphens",
        ),
        pytest.param(justified(DAM, 60), DAM, id="set to full width with spaces"),
        pytest.param(
            "Trains will stop at the small station again from May, after\nnine years.",
            "Trains will stop at the small station again from May, after nine years.",
            id="two lines",
        ),
        pytest.param(
            f"{wrapped(DAM, 60)}\n\nThe work will be done by two firms from the city of Port\nAnne. They begin in May.",
            f"{DAM}\n\nThe work will be done by two firms from the city of Port Anne. They begin in May.",
            id="two lines, a capital at the break, other paragraphs of that width",
        ),
        pytest.param(
            "The rains brought floods to three prov-\ninces in the south of the land—\nand to the coast; where and/\n"
            "or when is open.",
            "The rains brought floods to three provinces in the south of the land—and to the coast; where and/or when "
            "is open.",
            id="a dash and a slash at a line's end",
        ),
        pytest.param(
            "据新华社报道，河流委员会星期五表示，林德菲尔德上方的旧水\n坝将在两年内拆除，此前工程师在其两座塔楼中发现了裂缝，并\n在检查隧道中发现了水。",
            "据新华社报道，河流委员会星期五表示，林德菲尔德上方的旧水坝将在两年内拆除，此前工程师在其两座塔楼中发现了裂缝，并在检查隧道中发现了水。",
            id="Chinese",
        ),
        pytest.param(
            f"{ARABIC[0]}\n{ARABIC[1]}\n{ARABIC[2]}",
            " ".join(ARABIC),
            id="Arabic",
        ),
    ],
)
def test_broken_lines_are_put_together(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
            "Rough winds do shake the darling buds of May,\nAnd summer's lease hath all too short a date;",
            id="verse",
        ),
        pytest.param("so much depends\nupon\n\na red wheel\nbarrow", id="verse in small letters"),
        pytest.param("Jo Park\n12 Mill Lane\nLindfield LF1 2AB\nUnited Kingdom", id="address"),
        pytest.param("Ingredients:\nbread\nmilk\nthree eggs\nsome butter", id="list of words"),
        pytest.param(
            "- higher taxes on fuel\n- more money for hospitals in the north\n- a new bridge", id="list with dashes"
        ),
        pytest.param("1. Wash the rice.\n2. Boil it in the broth.\n3. Serve it hot.", id="numbered list"),
        pytest.param("Town\tSeats\tVotes\nNorth\t12\t1,402\nSouth\t9\t988", id="table"),
        pytest.param("Ferry stops\nDam to be taken down\nViolin found on night bus", id="headlines"),
        pytest.param("ANNA KERR: Will anybody resign?\nTOM REEVES: I do not think so.", id="speakers"),
        pytest.param(
            "The council voted on Monday.\nNobody had expected that.\nThe mayor left the hall.",
            id="one sentence a line",
        ),
        pytest.param("春眠不觉晓，\n处处闻啼鸟。\n夜来风雨声，\n花落知多少。", id="Chinese verse"),
        *[pytest.param(sample.text, id=sample.name) for sample in SAMPLES],
    ],
)
def test_what_is_no_broken_prose_keeps_its_lines(text):
    assert normal_form(text) == text


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("an", "nounced", "announced"),
        ("irrespon", "sible", "irresponsible"),
        ("clin", "ics", "clinics"),
        ("Government", "wide", "Government-wide"),
        ("price", "determining", "price-determining"),
        ("cost", "sharing", "cost-sharing"),
        ("twenty", "five", "twenty-five"),
        ("two-year", "old", "two-year-old"),
        ("12", "year-old", "12-year-old"),
        ("e", "mail", "e-mail"),
        ("COVID", "19", "COVID-19"),
        ("EU", "wide", "EU-wide"),
        ("Anglo", "Saxon", "Anglo-Saxon"),
        ("pre", "and post-war", "pre- and post-war"),
        ("Linds", "wellers", "Lindswellers"),
    ],
)
def test_words_divided_at_a_lines_end(first, second, expected):
    text = "The government of the coastal province has the {}-\n{} plan, and the minister said so to a\nreporter."
    plain = "The government of the coastal province has the {} plan, and the minister said so to a reporter."
    assert normal_form(text.format(first, second)) == plain.format(expected)


def test_the_text_itself_says_whether_a_word_has_a_hyphen():
    both = (
        "It is the first {0} of the coast that the province has had, and a {1}-\n{2} takes years, the\nminister said."
    )
    assert "a shake-up takes" in normal_form(both.format("shake-up", "shake", "up"))
    assert "a shakeup takes" in normal_form(both.format("shakeup", "shake", "up"))


def test_a_language_that_writes_compounds_as_one_word():
    text = (
        "Der Rat hat am Freitag über die Zukunft der Bundes-\nregierung beraten, und die Hochwasser-\nhilfe ist dabei."
    )
    assert normal_form(text) == (
        "Der Rat hat am Freitag über die Zukunft der Bundesregierung beraten, und die Hochwasserhilfe ist dabei."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o\ufb03ce \ufb01re", "office fire"),
        ("ir\xadre\xadspon\xadsible", "irresponsible"),
        ("irrespon\xad\nsible", "irresponsible"),
        ("zero\u200bwidth and \ufeffmark", "zerowidth and mark"),
        ("half a \ud83d pair", "half a \ufffd pair"),
        ("It\xa0was\xa012\xa0000 kroner", "It was 12\xa0000 kroner"),
        ("cafe\u0301 \x07bell", "café bell"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("  two   spaces \n\n\n\n and lines ", "two spaces\n\nand lines"),
    ],
)
def test_characters(text, expected):
    assert normal_form(text) == expected


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="set EVAL_DATA to a folder with the evaluation articles")
def test_clean_articles_keep_every_word():
    files = sorted(DATA.glob("*_eval.jsonl"))
    articles = [json.loads(line)["article"] for path in files for line in path.read_text().splitlines()]
    changed = [article for article in articles if normal_form(article).split() != article.split()]
    # Leftovers of markup, picture credits, and full stops without a space: 20 of 1,156.
    assert len(changed) <= 0.02 * len(articles)


MARKS = [
    "\n", "\n\n", "- ", "\t", "   ", "1. ", "word-\n", "The board said on Friday that the old dam ", ".\n", "> ",
    "a", " ", "<p>", "</p>", "<li>", "<b>", "</b>", "<!-- ", "-->", "&amp;", "lt;", "&#60;", "[b]", "[/b]",
    "[a x=1]", "**", "_", "`", "# ", "• ", "•", "[1]", "¹", "m²", "Monday.Then", "#dam", "From: a\nDate: b\n",
    "wrote:\n", "--\n", "---\n", "~~", "](http://a)", "![", "|", "Accept all\n", "We value your privacy\n",
]  # fmt: skip
pieces = st.one_of(
    st.text(max_size=20),
    st.sampled_from(MARKS),
)


@given(st.lists(pieces, max_size=30).map("".join))
def test_normal_form_is_its_own_normal_form(text):
    once = normal_form(text)
    assert normal_form(once) == once
    once.encode()


HOSTILE = [
    "a", "\n", "a\n", "a-\n", "\t", " a", "- a\n", "The board said on\n", "“", "\xad\n", "1. a\n", "-----\n",
    "~~~\n", "<p>", "<", "<a ", "<a x='", "<!--", "<script>", "<sup>", "[", "[a", "[a x=1]", "[a](http:", "![",
    "&amp;", "&", "|", "|-", "*", "*a", "**a ", "_a ", "`a", "# a\n", "> ", "> a\n", "From: a\n", "--\n",
    "wrote:\n", "On a\nb wrote:\n", "• ", "•a\n", "¹", "a¹", "a[1]", "a [1]", "A.B", "end.Then", '."A', "#a ",
    "Accept all\n", "We and our partners ", "[*] ", "{{a|", "{{convert|a|", "[[File:", "[[{", "'''a", "''a", "== a ",
    "\\n", "✅ A b c ", "1) A b ", "- A b c d ", "<v A>", "a | b\n--- | ---\n", "(Photo: ", '{"a": ',
    "00:00:01.000 --> 00:00:02.000\nab\n",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_200_000_characters_of_anything_take_linear_time(piece):
    text = piece * (200_000 // len(piece))
    with cpu_budget():
        normal_form(text)
