"""Of a web page the article comes out, and nothing that stands around it."""

import pytest

from ui import words
from ui.reading.errors import UnreadableError
from ui.reading.html import article_of_html

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Night ferries win a second year | The Ulm Herald</title><script>var advertisement = "Buy now";</script></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<div class="cookie-banner"><p>We use cookies to improve your experience. Accept all or manage your choices.</p></div>
<main><article><h1>Night ferries win a second year</h1>
<p>ULM – The city council voted on Monday to keep the night ferries running for another year, after a debate that
lasted until shortly before midnight.</p>
<aside class="ad"><p>Advertisement: the best shoes in town, half price this week only.</p></aside>
<p>The ferries cost 2 million euros a year. Supporters said that they had brought <a href="/n">nurses</a> home
since 2024; opponents called them a luxury.</p>
<h2>What happens next</h2>
<p>A new timetable begins on 3 May. “We will offer a boat every twenty minutes,” said the harbour master.</p>
<ul><li>Weekdays until 2 a.m.</li><li>Weekends all night</li></ul>
<table><tr><th>Year</th><th>Passengers</th></tr><tr><td>2024</td><td>120,000</td></tr></table>
</article>
<section id="comments" class="comments"><h3>Comments</h3><div class="comment"><p>First! This is a great article and I
agree with every word of it.</p></div></section>
<aside class="related"><h3>Related</h3><table><tr><td><a href="/1">Ten things to do in Ulm</a></td></tr></table></aside>
</main><footer><p>© 2026 The Ulm Herald. <a href="/imprint">Imprint</a></p></footer></body></html>"""

ARTICLE = [
    "Night ferries win a second year",
    "ULM – The city council voted on Monday to keep the night ferries running for another year, after a debate that "
    "lasted until shortly before midnight.",
    "The ferries cost 2 million euros a year. Supporters said that they had brought nurses home since 2024; opponents "
    "called them a luxury.",
    "What happens next",
    "A new timetable begins on 3 May. “We will offer a boat every twenty minutes,” said the harbour master.",
    "- Weekdays until 2 a.m.",
    "- Weekends all night",
    "Year, Passengers",
    "2024, 120,000",
]


@pytest.mark.parametrize("url", [None, "https://herald.ulm.example/2026/ferries?x=1", "no address"])
def test_the_article_and_nothing_else(url):
    assert article_of_html(PAGE.encode(), url=url).text.split("\n\n") == ARTICLE


def test_characters_are_taken_as_they_are():
    assert article_of_html(PAGE.replace("utf-8", "windows-1251")).text.split("\n\n") == ARTICLE


def test_a_headline_that_only_the_head_knows_comes_first():
    page = PAGE.replace("<h1>Night ferries win a second year</h1>", "")
    assert article_of_html(page).text.split("\n\n") == ARTICLE


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("iso-8859-1", "utf-8"),
        ("no-such-encoding", "cp1252"),
        ("hex", "cp1252"),
    ],
)
def test_bytes_are_read_in_their_encoding(declared, encoding):
    assert article_of_html(PAGE.replace("utf-8", declared).encode(encoding)).text.split("\n\n") == ARTICLE


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="windows-1251">', "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8_r"),
        ("", "cp1251"),
    ],
)
def test_russian(declaration, encoding):
    text = "Городской совет в понедельник проголосовал за то, чтобы ночные паромы работали ещё год. " * 3
    page = f"<html><head>{declaration}<title>x</title></head><body><p>{text}</p></body></html>"
    assert article_of_html(page.encode(encoding)).text == text.strip()


def test_an_xml_declaration():
    page = '<?xml version="1.0" encoding="iso-8859-1"?>' + PAGE
    assert article_of_html(page).text.split("\n\n") == ARTICLE
    assert article_of_html(page.encode("cp1252")).text.split("\n\n") == ARTICLE


def test_a_short_page_without_anything_around_it():
    page = "<html><body><p>One short paragraph.</p><p>Another one, of grüße.</p><p>The third.</p></body></html>"
    assert article_of_html(page).text == "One short paragraph.\n\nAnother one, of grüße.\n\nThe third."


def test_text_without_paragraphs():
    page = "<html><body><div>The council of Ulm voted on Monday.<br><br>It costs 2 million euros.</div></body></html>"
    assert article_of_html(page).text == "The council of Ulm voted on Monday.\n\nIt costs 2 million euros."


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<nav><a href=/>Home</a></nav><div id=root></div><noscript>Enable JavaScript to run this.</noscript>",
        "<form><label>User</label><input><button>Log in</button></form><p>Please log in.</p><footer>© Ulm</footer>",
        "<p>Please enable JS and disable any ad blocker</p>",
    ],
    ids=["empty", "built by scripts", "login", "blocked"],
)
def test_pages_without_an_article(body):
    with pytest.raises(UnreadableError) as caught:
        article_of_html(f"<html><head><title>The Ulm Herald</title></head><body>{body}</body></html>")
    assert str(caught.value) == words.PAGE_WITHOUT_ARTICLE


@pytest.mark.parametrize("markup", [b"", "", "\ud800", b"\x00\x01\x02\x03\x04\x05\x06" * 50])
def test_no_page_at_all(markup):
    with pytest.raises(UnreadableError):
        article_of_html(markup)


def test_very_deep_nesting():
    with pytest.raises(UnreadableError):
        article_of_html("<div>" * 100_000 + "The council of Ulm voted on Monday.")
