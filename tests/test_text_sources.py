"""The normal form of what wikis, forums, programs, mail clients, and subtitles make of an article."""

import json

import pytest

from serving.text.key_sentences import key_sentences
from serving.text.normal import normal_form

PROSE = "The company has admitted that it pumped raw sewage into the bay on 41 days last year."
ITEMS = ["Fuel duty is frozen for a year", "Beer duty is cut by two pence", "Wine duty stays where it was"]
LIST = "\n".join(f"- {item}" for item in ITEMS)


def check(cases):
    return pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=case[0][:40]) for case in cases])


@check(
    [
        ("== Port ==\n'''Port Ell''' is a [[town]] on [[River Ell|Ell]].", "Port\n\nPort Ell is a town on Ell."),
        ("The dam<ref>Smith, 2019</ref> is [[old]].<ref name='a'/> It [[go]]es.", "The dam is old. It goes."),
        ("It has {{convert|5|km|mi}} of [[quay]]s.{{cite web|url=x|title={{y}}}}", "It has 5 km of quays."),
        ("[[File:Port.jpg|thumb|The [[port]] in June]]\nThe dam.\n[[Category:Dams]]", "The dam."),
        ("{{Infobox\n| name = Port\n}}\nThe dam is ''old'', '''they''' say.", "The dam is old, they say."),
        ('[[{"fid":"123","attributes":{"alt":"x"}}]]The dam broke.', "The dam broke."),
        ("The dam {{ ad_slot }}broke.{% include 'x' %}", "The dam broke."),
        ("[list][*]One thing[*]Another thing[/list]", "- One thing\n- Another thing"),
        ("Before.[newsletter_signup] [/et_pb_text]After. [ad]", "Before. After."),
        ("The dam.<o:p></o:p> <amp-img src='x'></amp-img>It goes.", "The dam. It goes."),
        ("<![CDATA[<p>The dam.</p>]]>", "The dam."),
        ("<?xml version='1.0'?><item><title>Dam</title><description>Gone.</description></item>", "Dam\n\nGone."),
        ("<p>The dam broke.\n<br>\nIt rained.", "The dam broke.\n\nIt rained."),
        ("Town | Seats\n--- | ---\nNorth | 12\n\nA | B", "Town\tSeats\nNorth\t12\n\nA | B"),
        (r"It\'s \$5, 1\. of 2\*.", "It's $5, 1. of 2*."),
    ]
)  # fmt: skip
def test_markup_of_wikis_forums_and_content_systems(text, expected):
    assert normal_form(text) == expected


@check(
    [
        (r"The dam broke.\n\nHe said \"no\".\u00a0It\u2019s over.", "The dam broke.\n\nHe said \"no\". It’s over."),
        (r"The dam broke.\nIt rained. \ud83d\ude22", "The dam broke.\nIt rained. 😢"),
        (r"\u003cp\u003eThe dam broke.\u003c/p\u003e", "The dam broke."),
        (json.dumps({"id": 5, "title": "Dam breaks", "body": "The dam broke.\nIt rained.", "by": "jo"}),
         "Dam breaks\n\nThe dam broke.\nIt rained."),
        (json.dumps([{"text": "The dam broke."}, {"text": "It rained."}], indent=2), "The dam broke.\n\nIt rained."),
        ("1\n00:00:03,000 --> 00:00:06,000\nThe pumps\n\n2\n00:00:06,000 --> 00:00:09,000\nlost power.\n\n"
         "3\n00:00:09,000 --> 00:00:12,000\nIt rained.", "The pumps lost power.\nIt rained."),
        ("WEBVTT\n\n00:03.000 --> 00:06.000\n<v Tom Reeves>The pumps lost\n\n00:06.000 --> 00:09.000\npower.",
         "Tom Reeves: The pumps lost power."),
    ]
)  # fmt: skip
def test_what_programs_escaped(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        r"It is in C:\new\temp\files.",
        r"Use \d+ and \w in a pattern.",
        "He wrote {x} and {y}.",
        '{"a": 1}',
        "{not JSON at all}",
        "They're the '90s' best.",
        "a == b and c == d",
        "He paid [the] sum [in full].",
        "Press [enter] or use list[max_words].",
        "Odds of 3 | 4 | 5",
        "At 00:03 --> the crash.",
    ],
)
def test_what_no_program_escaped_stays(text):
    assert normal_form(text) == text


@pytest.mark.parametrize(
    "marks",
    [
        "*",
        "**",
        "✅",
        "🔹",
        "👉",
        "»",
        "›",
        "▶",
        "★",
        "~",
        "❯",
        "⦿",
        "♦️",
        "-",
        "o",
        ("📌", "🔥", "💧"),
        ("➡️", "➡️", "➡️"),
    ],
    ids=str,
)
def test_bullets_of_any_shape(marks):
    lines = [
        f"{mark} {item}" for mark, item in zip(marks if isinstance(marks, tuple) else [marks] * 3, ITEMS, strict=True)
    ]
    assert normal_form("\n".join(lines)) == LIST


@check(
    [
        ("\n".join(f"-{item}" for item in ITEMS), LIST),
        ("\n".join(f"👉{item}" for item in ITEMS), LIST),
        ("Budget ✅ " + " ✅ ".join(ITEMS), f"Budget\n{LIST}"),
        ("Budget - " + " - ".join(ITEMS), f"Budget\n{LIST}"),
        ("Budget * " + " * ".join(ITEMS), f"Budget\n{LIST}"),
        ("1) {} 2) {} 3) {}".format(*ITEMS), "1) {}\n2) {}\n3) {}".format(*ITEMS)),
        ("① {}\n② {}\n③ {}".format(*ITEMS), "1. {}\n2. {}\n3. {}".format(*ITEMS)),
        ("1️⃣ {}\n2️⃣ {}".format(*ITEMS), "1. {}\n2. {}".format(*ITEMS)),
        ("i. fuel duty is frozen for a year\nii. beer duty is cut by two\niii. wine duty stays as it was.",
         "i. fuel duty is frozen for a year\nii. beer duty is cut by two\niii. wine duty stays as it was."),
    ]
)  # fmt: skip
def test_lists_of_any_form(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "-Sí, dijo ella.\n-No, dijo él.",
        "*The price is for two.\n*The tax is not included.",
        "The plan - which Anna Kerr - a lawyer - had made - failed.",
        "Home - News - Sport - Weather",
        "★★★★☆ A fine film\nThe dam broke.",
        "😢 The dam broke.\nIt rained.",
        "It has 1) a dam; 2) a port; 3) a town.",
        "-5 degrees\n-7 degrees",
    ],
)
def test_what_is_no_list_stays(text):
    assert normal_form(text) == text


def test_numbered_items_without_full_stops_are_quoted_and_their_heading_is_not():
    article = normal_form("The budget at a glance\n1. {}\n2. {}\n3. {}".format(*ITEMS))
    texts = [quote.text for quote in key_sentences(article, max_words=60).sentences]
    assert texts == ["1. " + ITEMS[0], "2. " + ITEMS[1], "3. " + ITEMS[2]]


@pytest.mark.parametrize(
    "wrote",
    [
        "2025-06-03 9:12 GMT+02:00 Jo Park <jo@example.org>:",
        "Jo Park <jo@example.org> schrieb am Di., 3. Juni 2025, 09:12:",
        "Op di 3 jun 2025 om 09:12 schreef Jo Park <jo@example.org>:",
        "Den tis 3 juni 2025 kl 09:12 skrev Jo Park <jo@example.org>:",
        "út 3. 6. 2025 v 9:12 odesílatel Jo Park <jo@example.org> napsal:",
        "вт, 3 июн. 2025 г. в 09:12, Jo Park <jo@example.org>:",
        "3 июня 2025 г., 09:12, Jo Park пишет:",
        "Jo Park <jo@example.org> 于2025年6月3日周二 09:12写道：",
        "3 Haz 2025 Sal 09:12 tarihinde Jo Park <jo@example.org> şunu yazdı:",
        "ti 3. kesäk. 2025 klo 9.12 Jo Park (jo@example.org) kirjoitti:",
    ],
)
def test_who_wrote_what_is_quoted_in_any_language(wrote):
    assert normal_form(f"See below.\n\n{wrote}\n> {PROSE}\n> So it is.") == f"See below.\n\n{PROSE}\nSo it is."


@check(
    [
        (f"От: Jo\nДата: вторник, 3 июня\nКому: Ann\nТема: Залив\n\n{PROSE}", f"Залив\n\n{PROSE}"),
        (f"差出人: Jo\n送信日時: 2025年6月3日\n宛先: Ann\n件名: 湾\n\n{PROSE}", f"湾\n\n{PROSE}"),
        (f"发件人：Jo\n发送时间：2025年6月3日\n收件人：Ann\n主题：海湾\n\n{PROSE}", f"海湾\n\n{PROSE}"),
        (f"Od: Jo\nOdesláno: úterý\nKomu: Ann\nPředmět: Záliv\n\n{PROSE}", f"Záliv\n\n{PROSE}"),
        (f"----- Mail original -----\nDe: Jo\nÀ: Ann\nObjet: [EXTERNAL] RE: La baie\n\n{PROSE}", f"La baie\n\n{PROSE}"),
        (f"{PROSE}\n\nBest regards,\nJo Park\nTel: 0123 456", PROSE),
        (f"{PROSE}\n\nKind regards\n\nJo", PROSE),
        (f"{PROSE}\n\nMit freundlichen Grüßen\nJo Park", PROSE),
        (f"{PROSE}\n\nCordialement,\nJo Park", PROSE),
        (f"{PROSE}\n\nUn saludo,\nJo", PROSE),
        (f"{PROSE}\n\nRegards to all of them.", f"{PROSE}\n\nRegards to all of them."),
    ]
)  # fmt: skip
def test_headers_and_signatures_of_mail(text, expected):
    assert normal_form(text) == expected


@check(
    [
        (f"{PROSE} @bayNews #bay https://example.org/a", f"{PROSE}\n@bayNews #bay https://example.org/a"),
        (f"{PROSE} pic.example.org/a", f"{PROSE} pic.example.org/a"),
        (f"{PROSE} (Foto: dpa) It rained.", f"{PROSE} It rained."),
        (f"{PROSE} (Crédit photo : AFP)", PROSE),
        (f"{PROSE} (Jo Park/The Herald via AP) It rained.", f"{PROSE} It rained."),
        (f"{PROSE} (© dpa)", PROSE),
        (f"{PROSE} (Photo: Jo Park). It rained.", f"{PROSE} It rained."),
        ("The dam (Photo: Jo Park). It rained.", "The dam. It rained."),
        (f"{PROSE} (Read more here) It rained.", f"{PROSE} It rained."),
        (f"{PROSE} ADVERTISEMENT It rained.", f"{PROSE} It rained."),
        ("PARIS (AP) It rained.", "PARIS (AP) It rained."),
        ("An advertisement for it.", "An advertisement for it."),
    ]
)  # fmt: skip
def test_what_pages_put_between_sentences(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "furniture",
    [
        "Lire aussi : Pourquoi le maire ne dit rien.",
        "Lesen Sie auch: Warum der Bürgermeister schweigt.",
        "Lea también: El alcalde calla.",
        "Leggi anche: Il sindaco tace.",
        "Читайте также: Мэр молчит.",
        "CONFIDENTIALITY NOTICE: This e-mail is confidential and intended solely for the addressee.",
        "Please consider the environment before printing this email.",
        "To unsubscribe from this group, send an email to x+unsubscribe@example.org.",
    ],
)
def test_what_is_no_part_of_the_article_is_no_key_sentence(furniture):
    article = f"{PROSE}\n\n{furniture}\n\nThe bay stays closed to swimmers until June."
    assert [quote.text for quote in key_sentences(article, max_words=60, shorten=False).sentences] == [
        PROSE,
        "The bay stays closed to swimmers until June.",
    ]
