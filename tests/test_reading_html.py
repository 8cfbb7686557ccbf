"""Of a web page the article comes out, and nothing that stands around it."""

import json
from pathlib import Path

import pytest

from ui.reading.article import Article
from ui.reading.errors import UnreadableError
from ui.reading.files import read_file
from ui.reading.html import NO_ARTICLE, read_html
from ui.reading.isolated import run_isolated

pytestmark = pytest.mark.usefixtures("reading_in_process")

CASES = Path(__file__).parent / "cases"

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


def article_of_html(page: str | bytes, url: str | None = None) -> Article:
    """As a file or an answer of a site is read: in a process of its own."""
    if isinstance(page, str):
        return run_isolated(read_html, page.encode("utf-8", "replace"), url=url, encoding="utf-8")
    return run_isolated(read_html, page, url=url)


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
    assert str(caught.value) == NO_ARTICLE


@pytest.mark.parametrize("markup", [b"", "", "\ud800", b"\x00\x01\x02\x03\x04\x05\x06" * 50])
def test_no_page_at_all(markup):
    with pytest.raises(UnreadableError):
        article_of_html(markup)


@pytest.mark.own_process
def test_very_deep_nesting():
    with pytest.raises(UnreadableError):
        article_of_html("<div>" * 100_000 + "The council of Ulm voted on Monday.")


# What every page of the following kinds tells: three paragraphs with something of the kind between or around them.
FIRST = (
    "The river board said on Friday that the old dam above Lindfield will be taken down within two years, after "
    "engineers found cracks in both of its towers and water in the inspection tunnel."
)
SECOND = (
    "About 3,400 people live in the valley below, and they have been told to keep a bag packed in case the siren "
    "sounds before the reservoir has been drained this summer."
)
THIRD = (
    "The board puts the cost at 88 million dollars, most of which will come from the state; the town has to find the "
    "rest, and its mayor said that he did not know how."
)


def page_of(between: str = "", *, before: str = "", after: str = "", head: str = "", wrap: str = "article") -> str:
    story = f"<h1>Dam to go</h1><p>{FIRST}</p>{between}<p>{SECOND}</p><p>{THIRD}</p>"
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Dam to go</title>{head}</head>'
        f"<body>{before}<{wrap}>{story}</{wrap}>{after}</body></html>"
    )


def read(markup: str) -> Article:
    return read_html(markup.encode(), encoding="utf-8")


def assert_story(article: Article, *between: str) -> None:
    assert article.title == "Dam to go"
    assert article.paragraphs == (FIRST, *between, SECOND, THIRD)


SECRET = "Subscribers of the free edition must never be shown this sentence about the price."


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>{}</p>",
        '<div hidden="hidden"><p>{}</p></div>',
        '<p style="color: red; display:none">{}</p>',
        '<div style="visibility : hidden"><p>{}</p></div>',
        '<p aria-hidden="true">{}</p>',
        '<p class="sr-only">{}</p>',
        '<span class="visually-hidden">{}</span>',
        '<p class="c-text screen-reader-text">{}</p>',
        '<p class="ssrcss-1f39n02-VisuallyHidden e16en2lz0">{}</p>',
        '<p style="position:absolute;width:1px;height:1px;clip:rect(0 0 0 0);overflow:hidden">{}</p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        '<p style="clip-path: inset(50%)">{}</p>',
        '<p class="d-none">{}</p>',
        '<p class="md:p-4 hidden">{}</p>',
        '<p class="pw-x" id="upsell">{}</p>',
        "<template><p>{}</p></template>",
        "<noscript><p>{}</p></noscript>",
        "<dialog><p>{}</p></dialog>",
    ],
)
@pytest.mark.parametrize("wrap", ["article", "div"])
def test_what_no_reader_sees_is_left_out(hidden, wrap):
    head = "<style>@media print{p{display:none}} .pw-x, .other {display: none} #upsell{color:red}</style>"
    assert_story(read(page_of(hidden.format(SECRET), head=head, wrap=wrap)))


@pytest.mark.parametrize(
    "shown",
    [
        '<p class="hidden md:block">{}</p>',
        '<p class="d-none d-md-block">{}</p>',
        '<p hidden="until-found">{}</p>',
        "<details><summary></summary><p>{}</p></details>",
        '<p class="was-hidden">{}</p>',
        '<p style="opacity:0.9;height:100px">{}</p>',
        '<div><template shadowrootmode="open"><p>{}</p></template></div>',
        '<p class="no-print">{}</p>',
    ],
)
def test_what_readers_do_see_stays(shown):
    head = (
        "<style>@media (max-width: 5em) {.no-print{display:none}} .was-hidden{display:none} .was-hidden{display:block}"
    )
    assert_story(read(page_of(shown.format(SECRET), head=f"{head}</style>")), SECRET)


def test_a_page_that_was_saved_under_an_open_dialog():
    page = page_of(wrap="main", after='<div role="dialog" aria-modal="true"><p>Sign up for our letter.</p></div>')
    assert_story(read(page.replace("<main>", '<main aria-hidden="true">')))


ENGLISH_CONSENT = (
    "<p>We and our 842 partners store and access information on a device, such as cookies, and process personal data "
    "for personalised advertising and content, measurement and audience research.</p>"
    "<p>You can change your mind at any time by returning to this site and clicking the button at the bottom.</p>"
)
CONSENT_BOXES = {
    "by id": '<div id="consent"><h2>We value your privacy</h2>{}<button>Accept all</button></div>',
    "no names": "<div><div><p>Your privacy</p>{}</div><div><a href='#'>I agree</a> <a href='/p'>No</a></div></div>",
    "dialog": '<div role="dialog" aria-label="Privacy"><h2>Before you continue</h2>{}<a role="button">OK</a></div>',
    "input": '<form class="x1"><h3>Cookies</h3>{}<input type="submit" value="Accept and continue"></form>',
    "in a section": '<section class="overlay-77"><div>{}</div><div><span role="button">Agree</span></div></section>',
}


@pytest.mark.parametrize("box", CONSENT_BOXES.values(), ids=CONSENT_BOXES)
@pytest.mark.parametrize("heading", ["h1", "h2"])
@pytest.mark.parametrize("is_before", [True, False])
def test_a_consent_box_at_a_short_article(box, heading, is_before):
    box, story = box.format(ENGLISH_CONSENT), f"<div><{heading}>Dam to go</{heading}><p>{FIRST}</p></div>"
    page = f"<html><head><title>Dam to go - The Post</title></head><body>{box if is_before else ''}{story}"
    article = read(f"{page}{'' if is_before else box}</body></html>")
    assert article.text in {f"Dam to go\n\n{FIRST}", f"Dam to go - The Post\n\nDam to go\n\n{FIRST}"}


@pytest.mark.parametrize(
    ("heading", "text", "button"),
    [
        (
            "Wir schätzen Ihre Privatsphäre",
            "Wir und unsere 120 Partner speichern Informationen auf einem Gerät, etwa Cookies, und verarbeiten "
            "personenbezogene Daten wie IP-Adressen, damit wir Ihnen passende Werbung zeigen können.",
            "Alle akzeptieren",
        ),
        (
            "Nous respectons votre vie privée",
            "Avec votre consentement, nous et nos 38 partenaires utilisons des cookies pour stocker et traiter des "
            "données personnelles comme votre visite sur ce site et vous montrer de la publicité.",
            "Tout accepter",
        ),
        (
            "Valoramos tu privacidad",
            "Nosotros y nuestros 90 socios almacenamos información en tu dispositivo, como las cookies, y tratamos "
            "datos personales para mostrarte publicidad, con tu consentimiento.",
            "Aceptar todo",
        ),
        (
            "Wij respecteren uw privacy",
            "Wij en onze 200 partners plaatsen cookies op uw apparaat en verwerken persoonsgegevens, zodat wij u "
            "advertenties kunnen tonen die bij u passen.",
            "Alles accepteren",
        ),
        (
            "Cenimy Twoją prywatność",
            "My i nasi 300 partnerzy przechowujemy pliki cookies na urządzeniu i przetwarzamy dane osobowe, aby "
            "wyświetlać Państwu reklamy, za Państwa zgodą.",
            "Zaakceptuj wszystkie",
        ),
        (
            "プライバシーについて",
            "当社と842社のパートナーは、お客様の端末にクッキーを保存し、個人データを処理して、お客様に合った広告を表示します。同意しますか。",
            "すべて同意する",
        ),
    ],
)
def test_consent_boxes_of_other_languages(heading, text, button):
    box = f"<div><h2>{heading}</h2><p>{text}</p><button>{button}</button></div>"
    assert read(f"<html><body>{box}<div><h1>Dam to go</h1><p>{FIRST}</p></div></body></html>").text == (
        f"Dam to go\n\n{FIRST}"
    )


def test_an_article_about_consent_stays():
    first = "The regulator fined the site 2 million euros for its cookie banner, which set cookies without consent."
    second = "Advertisers and their 842 partners had read personal data from each device, the regulator said on Monday."
    box = CONSENT_BOXES["no names"].format(ENGLISH_CONSENT)
    page = (
        f"<html><body><div>{box}<div><h2>Fine for cookies</h2><p>{first}</p><p>{second}</p></div></div></body></html>"
    )
    assert read(page).text == f"Fine for cookies\n\n{first}\n\n{second}"


@pytest.mark.parametrize(
    ("markup", "want"),
    [
        ("It rose to $320<sup>1</sup> a head.", "It rose to $320 a head."),
        ("There are 41,500<sup><a href='#n2'>2</a></sup> homes.", "There are 41,500 homes."),
        ("In 2019<a href='#fn4'>[4]</a> it rained.", "In 2019 it rained."),
        ("In 2019<a href='#fn4'><sup>4</sup></a> it rained.", "In 2019 it rained."),
        ("In 2019<a href='https://x.example/story#fn4'><sup>[4]</sup></a> it rained.", "In 2019 it rained."),
        ("It had 12<span style='vertical-align: super; font-size: 70%'>3</span> arches.", "It had 12 arches."),
        ("It had 12<a role='doc-noteref' href='#n'>3</a> arches.", "It had 12 arches."),
        ("It had 12<sup>*</sup> arches, and 7<sup>†</sup> gates.", "It had 12 arches, and 7 gates."),
        ("It had 12<sup>[<a href='#x'>3</a>]</sup><sup>,</sup><sup>4</sup> arches.", "It had 12 arches."),
        ("It had <b>12</b><sup>3</sup> arches.", "It had 12 arches."),
        ("In 2019<span class='superscript'>1</span> it rained.", "In 2019 it rained."),
        ("In 2019<a id=r href='#note-9'>1</a> it rained.<span id=note-9></span>", "In 2019 it rained."),
        ("“In 2019.”<a href='#top'>2</a> It rained.<i id=top></i>", "“In 2019.” It rained."),
        ("In May<a href='/s#m'><small>12</small></a>, it rained.<i id=m></i>", "In May, it rained."),
        ("Of <a href='#m'>12</a> gates, (<a href='#m'>7</a>) leak.<i id=m></i>", "Of 12 gates, (7) leak."),
        ("In 20<a href='#gone'>19</a> it rained.", "In 2019 it rained."),
        ("It holds 10<sup>6</sup> m<sup>3</sup> on 40 km<sup>2</sup>.", "It holds 10⁶ m³ on 40 km²."),
        ("On the 1<sup>st</sup> of May, the 2<sup>nd</sup> gate.", "On the 1st of May, the 2nd gate."),
        ("CO<sub>2</sub> and <a href='#top'>five</a> of 12 gates.", "CO2 and five of 12 gates."),
        ("See <a href='#part3'>3</a> and [4] of 12.", "See 3 and [4] of 12."),
    ],
)
def test_raised_marks_are_no_part_of_figures(markup, want):
    assert_story(read(page_of(f"<p>{markup}</p>")), want)


@pytest.mark.parametrize(
    "area",
    [
        '<ol class="footnotes"><li id="n1">The board, 2026. <a href="#r1">↩</a></li><li>The state, 2025.</li></ol>',
        '<section role="doc-endnotes"><h2>Notes</h2><ol><li id="n1">The board, 2026.</li><li>The state, 2025.</li></ol>'
        "</section>",
        '<div class="reflist"><ol class="references"><li id="n1"><a href="#r1">^</a> The board, 2026.</li>'
        "<li>The state, 2025.</li></ol></div>",
        '<div id="footnotes"><p id="n1"><a href="#r1">[1]</a> The board, 2026.</p><p>2. The state, 2025.</p></div>',
        '<p id="n1"><a href="#r1">[1]</a> The board, 2026.</p><p><a id="n2"></a>[2] The state, 2025.</p>',
        '<hr><p><a name="n1" href="#r1"><sup>1</sup></a> The board, 2026.<p><a name="n2"></a>2 The state, 2025.',
        # Nothing but the way back from a note says where it is, and that goes as a mark itself.
        '<p><a name="n1" href="#r1">[1]</a> The board, 2026.</p><p><b><a name="n2">[2]</a></b> The state, 2025.</p>',
        '<p><sup id="n1">1</sup> The board, 2026.<a href="#r1">↩</a></p><p><sup id="n2">2</sup> The state, 2025.</p>',
        '<div><span><a id="n1" href="#r1">1</a></span><div><p>The board, 2026.</p></div></div>'
        '<div><b id="n2"><sup><a href="#r2">2</a></sup></b><p>The state, 2025.</p></div>',
        '<table><tr><td><a name="n1" href="#r1">[1]</a></td><td>The board, 2026.</td></tr>'
        '<tr><td id="n2">2.</td><td>The state, 2025.</td></tr></table>',
        "<hr><p><sup>1</sup> The board, 2026.</p><p><sup>[2]</sup> The state, 2025.</p>",
    ],
)
@pytest.mark.parametrize("wrap", ["article", "div"])
def test_notes_stand_apart(area, wrap):
    marked = '<p>It cost 320<sup id="r1"><a href="#n1">1</a></sup> a head, said<a href="#n2">[2]</a> the state.</p>'
    page = page_of(marked, wrap=wrap).replace(f"</p></{wrap}>", f"</p>{area}</{wrap}>")
    article = read(page)
    assert_story(article, "It cost 320 a head, said the state.")
    assert article.notes == ("The board, 2026.", "The state, 2025.")


def test_a_note_at_the_side():
    aside = '<span class="sidenote">1 The board, 2026.</span>'
    article = read(page_of(f'<p>It cost 320<sup class="sidenote-number">1</sup>{aside} a head, said the state.</p>'))
    assert_story(article, "It cost 320 a head, said the state.")
    assert article.notes == ("The board, 2026.",)


# Pages as large systems make them


@pytest.mark.parametrize(
    "cells", ["<td>{}</td><td>{}</td>", "<td>{}</td>\n<td width=600>{}</td><td><a href=/x>Ads</a></td>"]
)
@pytest.mark.parametrize(
    "menu",
    [
        '<a href="/">Home</a> <a href="/archive">Archive</a>',
        '<ul><li><a href="/">Home</a></li><li><a href="/archive">Archive</a></li></ul>',
        '<table><tr><td><a href="/">Home</a></td></tr><tr><td><a href="/archive">Archive</a></td></tr></table>',
        '<a href="/">Home</a><br><a href="/archive">Archive</a><br><a href="/a">About us</a>',
    ],
)
@pytest.mark.parametrize(
    "story",
    [
        f"<h1>Dam to go</h1><p>{FIRST}<p>{SECOND}<p>{THIRD}",
        f"<h1>Dam to go</h1>{FIRST}<br><br>{SECOND}<br>&nbsp;<br>{THIRD}",
        f"<font size=5><b>Dam to go</b></font><br><br>{FIRST}<p>{SECOND}<p>{THIRD}",
        f"<h1>Dam to go</h1><table><tr><td>{FIRST}<tr><td>{SECOND}</td></tr><tr><td>{THIRD}</table>",
        f"<h1>Dam to go</h1><div>{FIRST}<br>\n{SECOND}<br>\n{THIRD}</div>",
    ],
)
def test_pages_laid_out_as_tables(cells, menu, story):
    row = cells.format(menu, story)
    assert_story(read(f"<html><head><title>Dam to go</title></head><body><table><tr>{row}</tr></table></body></html>"))


@pytest.mark.parametrize(
    ("between", "want"),
    [
        ("<ul><li>It was told in 2011.</li><li>It lost it.</li></ul>", ["- It was told in 2011.", "- It lost it."]),
        ("<ol><li>Told in 2011</li><li><p>Lost it</p></li></ol>", ["- Told in 2011", "- Lost it"]),
        ("<ul><li>Told<ul><li>in 2011</li></ul></li></ul>", ["- Told", "- in 2011"]),
        ("<div class=c-list><ul><li>Told in <b>2011</b></li></ul></div>", ["- Told in 2011"]),
        ("<dl><dt>2011</dt><dd>Told of the cracks.</dd></dl>", ["2011", "Told of the cracks."]),
        ("<h2>What it knew</h2><p>Enough.</p>", ["What it knew", "Enough."]),
        ("<h2>Past<span class=mw-editsection>[<a href=/e>edit</a>]</span></h2><p>Long.</p>", ["Past", "Long."]),
        ("<blockquote><p>Not me.</p><blockquote>Nor me.</blockquote></blockquote>", ["Not me.", "Nor me."]),
        ("<p>He said <q>no, <q>never</q> again</q>.</p>", ["He said “no, ‘never’ again”."]),
        ("<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>です。</p>", ["東京です。"]),
        ("<pre>The gate\nopens.\n\nThe siren sounds.</pre>", ["The gate\nopens.", "The siren sounds."]),
        ("<p>Roses are red<br>violets blue</p>", ["Roses are red\nviolets blue"]),
        ("<table><tr><th>Year<th>Homes<tr><td>2011<td>41,500</table>", ["Year, Homes", "2011, 41,500"]),
        ("<figure><img src=a.jpg><figcaption>The dam in May. Photo: A. Ray</figcaption></figure>", []),
        ("<aside class=related><h3>Related</h3><ul><li><a href=/1>Ten dams to see before you die</a></ul></aside>", []),
        ("<div class='newsletter-box'><p>Sign up to our letter, which tells you about dams every week.</p></div>", []),
        ("<ul class=share><li><a href=/f>Facebook</a></li><li><a href=/t>Mail it</a></li></ul>", []),
        ("<p><script>var a = 'b';</script>Short.<!-- no --></p>", ["Short."]),
        (
            "<p>The Linden<wbr>field<wbr>er dam<span role=tooltip>Built of <b>stone</b></span>.</p>",
            ["The Lindenfielder dam."],
        ),
        ("<p>The dam<span class='easy-tooltip'>Built of stone</span>.</p>", ["The dam."]),
        ("<figure class=wp-block-table><table><tr><td>2011<td>41,500</table></figure>", ["2011, 41,500"]),
        ("<p><b>Read more:</b> <a href=/1>Ten dams to see</a></p><p>Long.</p>", ["Long."]),
        ("<p>[<a href=/1>Related: Ten dams to see before you die, by our readers</a>]</p>", []),
        (
            "<p><a href=/1>The owner, a firm in Ulm, has closed three dams.</a></p>",
            ["The owner, a firm in Ulm, has closed three dams."],
        ),
    ],
)
@pytest.mark.parametrize("wrap", ["article", "div", "main"])
def test_what_stands_between_paragraphs(between, want, wrap):
    assert_story(read(page_of(between, wrap=wrap)), *want)


@pytest.mark.parametrize(
    ("after", "want"),
    [
        ("<ul><li>Lower gate: May</li><li>Dam: June</li></ul>", ["- Lower gate: May", "- Dam: June"]),
        ("</div><ol><li>Lower gate: May<li>Dam: June</ol><div>", ["- Lower gate: May", "- Dam: June"]),
        ("<ul><li>Lower gate: May</li><li><a href=/1>Ten dams to see</a></li></ul>", ["- Lower gate: May"]),
        ("<ul><li><a href=/f>Facebook</a></li><li><a href=/t>Mail it</a></li></ul>", []),
        ("<h3>More</h3><ul><li>Ten dams to see</li></ul>", []),
    ],
)
def test_a_list_that_the_last_sentence_announces(after, want):
    article = read(page_of(wrap="div").replace(f"{THIRD}</p>", f"{THIRD}</p><p>It comes down in steps:</p>{after}"))
    assert article.paragraphs == (FIRST, SECOND, THIRD, "It comes down in steps:", *want)


ENTRIES = [
    ("Trains stopped on the coast line", "14:40", FIRST),
    ("School roof blown off", "13:15", SECOND),
    ("Two men missing at sea", "11:05", THIRD),
]


@pytest.mark.parametrize(
    "entry",
    [
        "<article class=post><time>{1}</time><h2>{0}</h2><p>{2}</p></article>",
        "<article><header><h3>{0}</h3><span class=t>{1} GMT</span></header><div><p>{2}</p></div></article>",
        "<section class='entry'><h2>{0}</h2><time datetime='{1}'>{1}</time><p>{2}</p></section>",
        "<div class='live-post' id='p{1}'><p><b>{1}</b></p><h3><a href='#p{1}'>{0}</a></h3><p>{2}</p></div>",
        "<li class='lb-post'><time>{1}</time><h4>{0}</h4><div><p>{2}</p></div></li>",
    ],
)
@pytest.mark.parametrize("wrap", ["<div>{}</div>", "<main>{}</main>", "<main><ol>{}</ol></main>"])
def test_every_entry_of_a_live_blog(entry, wrap):
    body = wrap.format("".join(entry.format(*own) for own in ENTRIES))
    article = read(f"<html><head><title>Storm live</title></head><body><h1>Storm live</h1>{body}</body></html>")
    assert article.title == "Storm live"
    assert [text.removeprefix("- ") for text in article.paragraphs] == [
        text for heading, _, text in ENTRIES for text in (heading, text)
    ]


def test_teasers_beside_the_article_are_no_entries():
    teaser = (
        "<article><h3><a href='/{0}'>Dam number {0} stays</a></h3><p>The dam stays, the board of it said.</p></article>"
    )
    assert_story(read(page_of(after=teaser.format(1) + teaser.format(2))))


CONTENT_SYSTEMS = {
    "WordPress": """<div id="page"><header id="masthead"><p class="site-title"><a href="/">The Post</a></p></header>
<main id="primary"><article class="post type-post hentry"><header class="entry-header"><h1
class="entry-title">Dam to go</h1>
<div class="entry-meta"><span class="posted-on">Posted on <a href="/d"><time>May 3,
2026</time></a></span></div></header>
<div class="entry-content"><p class="has-drop-cap">{}</p>
<figure class="wp-block-image"><img src="a.jpg"><figcaption>The dam.</figcaption></figure><p>{}</p>
<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="/s">Facebook</a></li></ul></div>
<div class="wp-block-group"><p>{}</p></div></div>
<footer class="entry-footer">Posted in <a href="/c">News</a></footer></article>
<div id="comments" class="comments-area"><ol><li><p>I always said that this dam would have to go one
day.</p></li></ol></div>
</main><aside id="secondary" class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul><li><a href="/1">Ten
dams</a></li></ul></section></aside></div>""",
    "Drupal": """<div class="dialog-off-canvas-main-canvas"><div class="layout-container"><main role="main"><div
class="region region-content"><h1 class="page-header"><span>Dam to go</span></h1><article role="article" class="node
node--type-article"><div class="node__content"><div class="field field--name-body field__item"><p>{}</p><p>&nbsp;</p>
<p>{}</p></div><div class="field field--name-body field__item"><p>{}</p></div></div></article></div></main>
<footer><p>Copyright 2026 The Post. All rights reserved.</p></footer></div></div>""",
    "BBC": """<div id="main-wrapper"><main id="main-content"><article><header><h1 class="ssrcss-1">Dam to go</h1><div
data-component="byline-block"><time>3 hours ago</time><div>Ann Lee</div></div></header>
<div data-component="text-block"><div class="RichText"><p><b>{}</b></p></div></div>
<figure data-component="image-block"><span class="visually-hidden">Image caption, </span><figcaption>The
dam</figcaption></figure><div data-component="text-block"><div class="RichText"><p>{}</p></div></div>
<section data-component="links-block"><h2>More on this story</h2><ul><li><a href="/1">Why dams
go</a></li></ul></section>
<div data-component="text-block"><div class="RichText"><p>{}</p></div></div></article></main></div>""",
    "Guardian": """<article><div data-gu-name="headline"><h1>Dam to go</h1></div><div data-gu-name="body"><div
class="article-body-commercial-selector"><p>{}</p><aside><gu-island name="RichLink"><div><a href="/x">Read
more</a></div>
</gu-island></aside><div id="sign-in-gate"></div><p>{}</p><figure><iframe srcdoc="x"></iframe></figure>
<div class="ad-slot-container"><div class="ad-slot">Advertisement</div></div><p>{}</p></div></div></article>
<section><h2>Most viewed</h2><ol><li><a href="/1">Ten dams</a></li></ol></section>""",
    "AMP": """<amp-consent id="c"><div><p>We use cookies, and so do our partners, to show you adverts.</p><button
on="tap:c.accept">Accept</button></div></amp-consent><amp-sidebar id="s"><ul><li><a href="/">Home</a></li></ul>
</amp-sidebar><header><amp-img src="l.png"></amp-img></header><article class="amp-wp-article"><h1>Dam to go</h1>
<div class="amp-wp-article-content"><p>{}</p><amp-ad type="x"><p placeholder>Loading an advert</p></amp-ad><p>{}</p>
<amp-embed></amp-embed><p>{}</p></div></article>""",
    "scripts' own elements": """<news-page><news-head><h1>Dam to
go</h1></news-head><news-body><p>{}</p><p>{}</p><p>{}</p>
</news-body></news-page>""",
    "no paragraphs": "<div id=w><h1>Dam to go</h1><div>{}</div><div>{}</div><div>{}</div></div>",
    "text and breaks": "<div class=content><h1>Dam to go</h1>{}<br /><br />{}<br/>\n<br/>\n{}</div>",
}


@pytest.mark.parametrize("body", CONTENT_SYSTEMS.values(), ids=CONTENT_SYSTEMS)
def test_content_systems(body):
    style = "<style amp-boilerplate>body{visibility:hidden}@keyframes -amp-start{from{visibility:hidden}}</style>"
    page = f"<html><head><title>Dam to go</title>{style}</head><body>{body.format(FIRST, SECOND, THIRD)}</body></html>"
    assert_story(read(page))


def test_text_that_is_in_the_pages_data_only():
    data = {"@type": "NewsArticle", "headline": "Dam to go", "articleBody": f"{FIRST} {SECOND}"}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    page = f"<html><head><title>Dam to go</title>{script}</head><body><div id=root></div></body></html>"
    assert read(page).text == f"Dam to go\n\n{FIRST} {SECOND}"


LIVE_BLOG = (
    "Storm live: latest updates",
    "Trains stopped on the coast line",
    "The railway between Lindfield and the coast has been closed because of fallen trees, and buses are not running "
    "either, the transport company said shortly after noon.",
    "School roof blown off",
    "The roof of a school in Norden was blown off at one o'clock and landed in the yard, where nobody was standing; "
    "lessons are cancelled until Thursday, the head teacher said.",
    "Two men missing at sea",
    "Two men in a fishing boat have been missing since ten o'clock this morning; a helicopter had to turn back because "
    "of gusts of 140 kilometres an hour.",
)


@pytest.mark.parametrize(
    ("name", "paragraphs"),
    [
        ("hidden-paragraph", ("Dam to go", FIRST, SECOND, THIRD)),
        (
            "list-between-paragraphs",
            (
                *("Dam to go", FIRST, "Did the board know? There are three points:"),
                "- The board was told of the cracks in 2011.",
                "- It asked for a second report in 2014.",
                "- It lost that report in a move of offices in 2016.",
                SECOND,
            ),
        ),
        ("live-blog", LIVE_BLOG),
        (
            "note-marks-after-numbers",
            (
                *("Dam to go", FIRST),
                "The bill rose to $320 a head, and 41,500 homes are at risk, the board said.",
                SECOND,
            ),
        ),
        (
            "page-laid-out-as-table",
            (
                *("Dam to go", FIRST),
                "If the gate opens at rate r, the flow below grows at rate 3r and the siren sounds after 3r/2 minutes. "
                "This leaves the valley about 56 minutes to get out.",
                SECOND,
            ),
        ),
        ("short-article-under-consent-box", ("Dam to go", FIRST)),
    ],
)
def test_pages_that_people_brought(name, paragraphs):
    assert read_file(CASES / f"{name}.html").text == "\n\n".join(paragraphs)
