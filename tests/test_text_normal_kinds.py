"""The normal form, kind by kind: markup, mail, lists, note marks, slips of typing, consent; and what only looks so."""

import pytest

from serving.text.normal import normal_form

PROSE = "The company has admitted that it pumped raw sewage into the bay on 41 days last year."


def check(cases):
    return pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=case[0][:40]) for case in cases])


@check(
    [
        ("<p>The dam\nwill go.</p><p>It&rsquo;s over,&nbsp;he said.</p>", "The dam will go.\n\nIt’s over, he said."),
        ("<h2>Ferry</h2><b>A petition</b> with <i class='x'>4,200</i> names.", "Ferry\n\nA petition with 4,200 names."),
        ("One line<br>and two<br/><br />End", "One line\nand two\n\nEnd"),
        ("<ul><li><p>One</p></li><li>Two</li></ul>After", "- One\n\n- Two\n\nAfter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"),
        ("<script>if (a < b) {}</script>The dam.<style>p{}</style><!-- <p>old</p> -->", "The dam."),
        (
            '<figure><img src="a.jpg" alt="x > y"/><figcaption>Photo: Jo</figcaption></figure><p>The dam.</p>',
            "The dam.",
        ),
        ("AT&amp;T said &lt;p&gt;it&#39;s over&lt;/p&gt;&amp;nbsp;now", "AT&T said\n\nit's over\n\nnow"),
        ("<!-- wp:paragraph -->\n<p>The dam.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:separator /-->", "The dam."),
        ("<!DOCTYPE html><html><head><title>T</title></head><body>The dam</body></html>", "The dam"),
        (
            "It is $320<sup>1</sup>, 10<sup>6</sup> m<sup>2</sup>, 1<sup>st</sup>, CO<sub>2</sub>",
            "It is $320, 10⁶ m², 1st, CO₂",
        ),
        ('She left<sup class="fn"><a href="#fn1">[1]</a></sup> then.', "She left then."),
    ]
)
def test_html(text, expected):
    assert normal_form(text) == expected


@check(
    [
        ('[caption id="a_5" width="300"]<img src="x.jpg"> The dam in June[/caption]The dam.', "The dam."),
        ('The dam.\n\n[gallery ids="1,2"]\n\nIt goes.', "The dam.\n\nIt goes."),
        ('[vc_row][vc_column width="1/2"]The dam.[/vc_column][/vc_row]', "The dam."),
        ("[embed]https://example.org/v[/embed]The dam.", "The dam."),
        (
            "[b]The dam[/b] is [url=https://example.org]old[/url].[img]https://example.org/a.png[/img]",
            "The dam is old.",
        ),
        ("[QUOTE=jo;12]The dam.[/QUOTE] [COLOR=red][B]It[/B][/COLOR] goes. [IMG]a.png[/IMG]", "The dam. It goes."),
        ('The dam.\n\n[button link="/a"]Read more[/button]\n\n[pullquote]It goes[/pullquote]', "The dam."),
        ("[ad id=5]The [dropcap]d[/dropcap]am.", "The dam."),
        ("He said [sic] no [laughs] to [the] dam.", "He said [sic] no [laughs] to [the] dam."),
    ]
)
def test_shortcodes(text, expected):
    assert normal_form(text) == expected


@check(
    [
        (
            "# Ferry stops\n\n## Why ##\n**A petition** of __All__ was *not* _read_.",
            "Ferry stops\n\nWhy\nA petition of All was not read.",
        ),
        ('See [the page](https://example.org/a_(b) "t") and [it](/a).', "See the page and it."),
        ("![the dam](dam.png)\nThe dam is [old][1].\n\n[1]: https://example.org", "The dam is old."),
        ("## 🌊 The *dam*\n\nIt goes[^1].\n\n[^1]: In June.", "🌊 The dam\n\nIt goes.\n\n[^1]: In June."),
        ("The dam is old.\\\nIt goes.", "The dam is old.\nIt goes."),
        ("The dam\n=======\n\nIt goes.\n\n* * *\n\nSoon.", "The dam\n\nIt goes.\n\nSoon."),
        ("| Town | Seats |\n|:---|---:|\n| North | 12 |", "Town\tSeats\nNorth\t12"),
        ("```\nrun it\n```\nUse `make` and ~~no~~ tests.", "run it\nUse make and no tests."),
        ("The **old\ndam** goes.", "The **old\ndam** goes."),
        ("More at <https://example.org/a>.", "More at https://example.org/a."),
    ]
)
def test_markdown(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "3 < 5 and 7 > 2",
        "if (a < b && c > d) { x = y; }",
        "Write to <jo@example.org> now.",
        "In HTML, <b> makes text bold.",
        "a*b*c and 2 * 3 * 4",
        "Rates rose 5%* and fell.",
        "* Prices are for a family of four.",
        "They marched for #metoo again.",
        "#hashtag in a sentence",
        "C# and F# are languages",
        "snake_case_name and __init__",
        "5_000 and 6_000",
        "M*A*S*H and f**k",
        "The price is 5 $ | 4 €",
        "Use array[0] and f(x)[1](y).",
        "R&D at AT&T; B&Q",
        "She said [it was] (a lot).",
        "x ~ y ~ z",
        "`tis the season",
        "-5 degrees in the north",
        "<3 from all of us",
        "The cost > 5 million",
    ],
)
def test_what_is_no_markup_stays(text):
    assert normal_form(text) == text


@check(
    [
        (f"Von: Jo\nGesendet: Montag\nBetreff: WG: Die Bucht\nPriorität: Hoch\n\n{PROSE}", f"Die Bucht\n\n{PROSE}"),
        (
            "Return-Path: <jo@example.org>\nReceived: from a\n\tby b; Tue\nMIME-Version: 1.0\nFrom: Jo\n"
            f"Subject: The bay\nMessage-ID: <1@b>\n\n{PROSE}",
            f"The bay\n\n{PROSE}",
        ),
        (f"On Tue, 3 Jun 2025 at 09:12, Jo Park wrote:\n> {PROSE}\n>\n> So it is.", f"{PROSE}\n\nSo it is."),
        (f"On Tue, 3 Jun 2025 at 09:12, Jo Park <jo@example.org>\nwrote:\n\n> {PROSE}", PROSE),
        ("> The company has admitted that it pumped raw sewage into\n> the bay on 41 days last year.", PROSE),
        (
            "> > The company has admitted that it pumped raw sewage\n> > into the bay on 41 days last year.\n> I see.",
            f"{PROSE}\n\nI see.",
        ),
        (f"Am 03.06.2025 um 09:12 schrieb Jo Park:\n>{PROSE}", PROSE),
        (f"Le mar. 3 juin 2025 à 09:12, Jo Park a écrit :\n> {PROSE}", PROSE),
        (
            f"-----Original Message-----\nFrom: Jo\nSent: Tuesday\nTo: Ann\nSubject: RE: FW: The bay\n\n{PROSE}",
            f"The bay\n\n{PROSE}",
        ),
        (
            f"--- Forwarded message ---\nFrom: Jo <jo@b.org>\nDate: Tue, 3 Jun\nTo: a@b.org,\n  b@b.org\n\n{PROSE}",
            PROSE,
        ),
        (f"Von: Jo\nGesendet: Montag\nAn: Ann\nBetreff: WG: Die Bucht\n\n{PROSE}", f"Die Bucht\n\n{PROSE}"),
        (
            f"Begin forwarded message:\n\n> *From:* Jo\n> *Date:* 3 June\n> *Subject:* The bay\n>\n> {PROSE}",
            f"The bay\n\n{PROSE}",
        ),
        (f"{PROSE}\n\n-- \nJo Park\nNews desk, Lindfield", PROSE),
        (f"{PROSE}\n\nSent from my iPhone", PROSE),
        (
            "> The company has admitted that it pumped raw\nsewage into\n> the bay on 41 days last year.",
            PROSE,
        ),
    ]
)
def test_mail(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The minister wrote:\n\nI am sorry.",
        "On 3 June she wrote: I am sorry.",
        "From: London\nTo: Paris",
        "To: be honest, no.",
        "Growth was\n> 5 per cent",
        "Date: 5 May\nPlace: Lindfield",
        "Subject: matter that counts.",
        f"{PROSE}\n\n--\n\n{PROSE} {PROSE}",
    ],
)
def test_what_is_no_mail_stays(text):
    assert normal_form(text) == text


@check(
    [
        ("Key points\n• Fuel duty\n• Beer duty", "Key points\n- Fuel duty\n- Beer duty"),
        ("- • Fuel duty\n-   Beer duty", "- Fuel duty\n- Beer duty"),
        ("* one thing\n* another thing", "- one thing\n- another thing"),
        ("•\nFuel duty\n•\nBeer duty", "- Fuel duty\n- Beer duty"),
        ("•Fuel duty\n▪ Beer duty\n\uf0b7\tWine duty", "- Fuel duty\n- Beer duty\n- Wine duty"),
        (
            "Points: • Fuel duty is frozen • Beer duty is cut • Wine duty stays",
            "Points:\n- Fuel duty is frozen\n- Beer duty is cut\n- Wine duty stays",
        ),
        ("– Fuel duty\n– Beer duty", "- Fuel duty\n- Beer duty"),
        ("- [ ] Fuel duty\n- [x] Beer duty", "- Fuel duty\n- Beer duty"),
        (
            "• Income tax threshold rises to 14,000\n  pounds from April\n• Fuel duty frozen for another year.",
            "- Income tax threshold rises to 14,000 pounds from April\n- Fuel duty frozen for another year.",
        ),
        ("– I do not know, he said.\n– Nor do I.", "– I do not know, he said.\n– Nor do I."),
        ("- built at a cost of two\nmillion dollars\n- gone", "- built at a cost of two million dollars\n- gone"),
        ("☐ Fuel duty\n☑ Beer duty", "- Fuel duty\n- Beer duty"),
        ("→ Fuel duty\n→ Beer duty", "- Fuel duty\n- Beer duty"),
        ("By Jo • 3 June • 4 min", "By Jo • 3 June • 4 min"),
    ]
)
def test_lists(text, expected):
    assert normal_form(text) == expected


@check(
    [
        ("It costs $320¹ a head.", "It costs $320 a head."),
        ("In 2019⁴ and 2020⁵˒⁶ it sold 41,500², 12%³ and 7.5¹⁰.", "In 2019 and 2020 it sold 41,500, 12% and 7.5."),
        ("The mayor¹ said: “No.”² She left.³", "The mayor said: “No.” She left."),
        ("It rose¹,² and fell³⁻⁵ again.", "It rose and fell³⁻⁵ again."),
        ("It won in 2016.[3][4] Then[5] it lost,[6] twice[note 1].", "It won in 2016. Then it lost, twice."),
        ("It cost $5[1] a head.", "It cost $5 a head."),
        ("It won [3], and lost [4].", "It won, and lost."),
        ("A claim.[citation needed] History[edit]", "A claim. History"),
        ("It costs $320† a head and $5‡.", "It costs $320 a head and $5."),
        ("It cost $320 ¹ a head, then 41,500 ². It fell.", "It cost $320 a head, then 41,500. It fell."),
        ("The cost was €12⁽¹⁾ and €13⁽²⁾.", "The cost was €12 and €13."),
        ("It cost 320 [note 1] and 12 [citation needed].", "It cost 320 and 12."),
        ("It ended.\n¹ Including tax. ² Without it.", "It ended.\n¹ Including tax. ² Without it."),
        ("An area of 12 m ² and 10 ⁶ of them.", "An area of 12 m² and 10⁶ of them."),
        ("¹ Including tax.\n[2] See there.", "¹ Including tax.\n[2] See there."),
        ("It cost $40,[4]:12 then $50.[5]:3–4 It fell.", "It cost $40, then $50. It fell."),
        ("It fell by 12%1 in 2023,2 they said.3 It rose.", "It fell by 12% in 2023, they said. It rose."),
        ("He said “no”.1 She said “yes.”2\nThey left (late).3", "He said “no”. She said “yes.”\nThey left (late)."),
        (
            "The dam failed.1 It was old,2 they said.\n\n1 River board.\n2. Letter of 2019.",
            "The dam failed. It was old, they said.\n\n[1] River board.\n[2] Letter of 2019.",
        ),
        ("It is £320* now.\n\n* Before tax.\n** For two.", "It is £320* now.\n\n* Before tax.\n** For two."),
        ("It is *old* now.\n\n* a dam\n* a mill", "It is old now.\n\n- a dam\n- a mill"),
    ]
)
def test_note_marks_go(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "10² and 10⁶, but not 10⁻³",
        "an area of 12 m², 5 km² and 3 cm³",
        "1ˢᵗ and 2ⁿᵈ",
        "CO₂, H₂O and Ca²⁺",
        "E = mc² and x² + y²",
        "¹⁴C dating",
        "5² = 25",
        "(a + b)² = c",
        "Use array[0] and array[1].",
        "see list[3] there",
        "He [3] said",
        "a ½ and 1¹⁄₂",
        "He lives at No.1 and she at No.2 of the street.",
        "See vol.1 of it, and vol.2 and fig.3.",
        "It rose to 2019.1 in May and to 2020,2 in June.",
        "It ended.2 Then it began.1 Nobody knew.",
        "It came in v.1 The next was v.2 The last was v.3",
        "Python3 is 12%1 slower.",
    ],
)
def test_exponents_and_code_stay(text):
    assert normal_form(text) == text


@check(
    [
        (
            "It failed on Monday.Thousands fled.Nobody died!Then it rained.",
            "It failed on Monday. Thousands fled. Nobody died! Then it rained.",
        ),
        ("They came at 4:15 p.m.Former mayor Ed Lane left.", "They came at 4:15 p.m. Former mayor Ed Lane left."),
        ('"It is over."He left.', '"It is over." He left.'),
        ('He said."It is over."', 'He said. "It is over."'),
        (
            "It was in 2019.The rest is known, at 12%.Nobody asked.",
            "It was in 2019. The rest is known, at 12%. Nobody asked.",
        ),
        ("The dam fails!!!Thousands flee...More soon", "The dam fails!!! Thousands flee... More soon"),
        ("It is over.I left.A man came.", "It is over. I left. A man came."),
        ("Es ist aus.Über dem Tal regnet es.", "Es ist aus. Über dem Tal regnet es."),
        ("The board said so. #dam #flood", "The board said so.\n#dam #flood"),
        ("The dam is gone 😢 #dam", "The dam is gone 😢\n#dam"),
        ("The dam is gone #dam #flood", "The dam is gone\n#dam #flood"),
    ]
)
def test_slips_of_typing(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "U.S.A and U.K.",
        "See example.com, Booking.Com and Amazon.De.",
        "v2.Beta and 1.Introduction",
        "Node.Js",
        "Console.Write(x)",
        "java.util.List and System.Out.Println",
        "Mail jo.Park@example.org",
        "A file Report.Pdf",
        "e.g.The and Ph.D.",
        "St.Anne",
        "They sang for #metoo",
        "We are #1",
        "#dam #flood",
    ],
)
def test_what_is_no_slip_stays(text):
    assert normal_form(text) == text


@check(
    [
        ("The dam broke. (Photo: Jo Park/AFP) The mayor left.", "The dam broke. The mayor left."),
        ("The dam (AP Photo/Jo Park) broke.", "The dam broke."),
        ("The dam broke. (Image credit: NASA)", "The dam broke."),
        ("The dam broke [Picture: Rex] in June.", "The dam broke in June."),
        ("The dam broke. (File photo)", "The dam broke."),
        ("The dam broke. (Photo by Jo Park/Getty Images) It rained.", "The dam broke. It rained."),
        ("The photo (a picture of the dam) was taken in June.", "The photo (a picture of the dam) was taken in June."),
        ("He sells pictures (photographs, images, videos).", "He sells pictures (photographs, images, videos)."),
    ]
)
def test_credits_of_pictures(text, expected):
    assert normal_form(text) == expected


@pytest.mark.parametrize(
    "box",
    [
        "We value your privacy\nWe and our 842 partners store and access information on a device.\nAccept all",
        "We and our 842 partners process personal data, such as IPs.\n\nYou can change your choices on our site.",
        "We use cookies to improve our site.\nReject all\nManage preferences",
        "Wir schätzen Ihre Privatsphäre\nWir und unsere 210 Partner verarbeiten Cookies.\nAlle akzeptieren",
        "Nous respectons votre vie privée\nTout accepter\nParamétrer les cookies",
        "Your privacy, your choice\nThis website uses cookies.\n\nI accept",
        "Mit Ihrer Zustimmung nutzen wir und 213 Partner Cookies.\nAblehnen oder Einstellungen\nImpressum",
        "Die Post et ses 842 partenaires stockent des cookies, avec votre accord.\nRefuser et s’abonner\nParamétrer",
        "Utilizamos cookies de terceros para mostrarte publicidad.\nAceptar\n\nRechazar y suscribirse",
        "Uw privacy\nWij en onze partners plaatsen cookies op uw apparaat.\nAkkoord\nInstellingen",
        "Cookie settings\nWe store information on your device.\nMORE OPTIONS\nDISAGREE\nAGREE",
        "You can change your cookie choices at any time.\nReject\nAccept",
        "We and our partners process data to provide:\nUse precise geolocation data for ads on a device.\nI Accept",
        "This website uses cookies to ensure you get the best experience.\nGot it!",
        "We use essential cookies to make this website work.\nAccept additional cookies\nView cookies",
        "Avec votre accord, nous et nos 310 partenaires utilisons des cookies.\nGérer mes choix\nJ'accepte",
        "Nós usamos cookies para melhorar o site.\nAo usar, você concorda.\nAceitar\nPolítica de privacidade",
        "Noi e 85 terze parti usiamo cookie con il tuo consenso.\nScopri di più e personalizza\nRifiuta\nAccetta",
        "Vi bryr oss om din integritet\nVi och våra partners lagrar cookies.\nGodkänn alla\nInställningar",
        "Diese Website verwendet Cookies\nWir brauchen Ihre Zustimmung.\nNur essenzielle Cookies akzeptieren",
    ],
)
def test_a_consent_box_is_left_out(box):
    assert normal_form(f"{box}\n\n{PROSE}") == PROSE
    assert normal_form(f"The bay\n\n{PROSE}\n\n{box}") == f"The bay\n\n{PROSE}"


@pytest.mark.parametrize(
    "text",
    [
        "“We value your privacy” stands on every second page, a study found.",
        "The minister had to accept all of it.",
        "The shop and its 842 partners store data on a device, the regulator said.",
        "Cookies were sold at the fair.",
        "Sites may set no cookies on your device without consent, the court ruled.\n\nThey agree.",
        "“I agree.”\n\nI agree.\n\nSettings\n\nShare",
        "Cookies of partners set on a device breach privacy, the court said.\n\nWe know that.\n\nYou see it.\n\nManage",
        "The board asked our paper for personal data.\n\nNobody agreed.",
        "Our reporter asked 12 partners of the site for their data.\n\nThe minister declined to say more.",
        "We value your privacy",
    ],
)
def test_articles_about_consent_stay(text):
    assert normal_form(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Your data is for sale\n\nSites sell what you tell them, the board said.",
        "Cookies of partners set on a device breach privacy, the court said.",
    ],
)
def test_an_article_about_consent_stays_below_a_box(text):
    box = "We use cookies to improve our site.\nReject all\nManage preferences"
    assert normal_form(f"{box}\n\n{text}") == text
    assert normal_form(f"{PROSE}\n\n{text}\n\n{box}") == f"{PROSE}\n\n{text}"


MENUS = [
    "Home | Login",
    "Home > News > Politics",
    "Sign in   Subscribe",
    "Home\tNews\tSport",
    "World | Politics | Business | Tech",
    "Home|News|Sport|Weather|Shop",
    "| Home | Login |",
    "Home &gt; News",
    "Home / News / Ulm",
    "Home • News • Sport",
    "Ulm Today | Donau | Region | Sport",
    "Log in / Register",
    "Home | News\nSport | Login",
    "Startseite | Anmelden",
    "Accueil > Actualités > Politique",
    "Inicio » Noticias » Ulm",
    "ホーム > ニュース > 政治",
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("menu", MENUS)
def test_a_menu_before_an_article_is_left_out(menu, end):
    assert normal_form(menu + end + PROSE) == PROSE


def test_menus_stand_under_a_site_s_name_and_at_the_end_too():
    page = f"The Ulm Times\n\nHome | News | Login\nHome > News > Ulm\n\n{PROSE}\n\nContact | Privacy | Newsletter"
    assert normal_form(page) == f"The Ulm Times\n\n{PROSE}"


@pytest.mark.parametrize(
    "line",
    [
        "Live | Storm reaches the coast",
        "Home | Away",
        "Night ferries stay | The Ulm Times",
        "Ferries > cars, says Ulm",
        "Home > Abroad: what to spend on travel",
        "Search | rescue teams find boy",
        "News in brief",
        "Home, News, Sport",
        "“Home | Login” is gone",
        "Opinion | Why the ferries matter",
        "Monday | 3 June | Ulm | Lena Maier",
        "title,text\nA,B",
        "Year\tBoats\n2024\t3",
        "Name | Town | Job | Age\nAnna | Ulm | Cook | Old\nBen | Bonn | Smith | Young",
        "Business\tSport\nUlm\tBonn",
    ],
)
def test_headlines_and_tables_are_no_menus(line):
    assert normal_form(f"{line}\n\n{PROSE}") == f"{line}\n\n{PROSE}"
    assert normal_form(f"{PROSE}\n\n{line}") == f"{PROSE}\n\n{line}"


@pytest.mark.parametrize(
    "line", ["World | Politics | Business | Tech", "Jobs / Economy", "Apps | Music", "Home > Sport"]
)
def test_sections_in_the_middle_of_an_article_stay(line):
    text = f"{PROSE}\n\n{line}\n\n{PROSE}"
    assert normal_form(text) == text


def test_a_menu_alone_is_all_there_is():
    assert normal_form("Home | Login") == "Home | Login"
