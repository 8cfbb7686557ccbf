"""Numbers and dates of a summary, in whatever notation the article has them: no false alarm, and no miss."""

from pathlib import Path

import pytest

from serving.text.evidence import find_unsupported

EUROPEAN = (Path(__file__).parent / "cases" / "numbers-the-european-way.txt").read_text(encoding="utf-8")
GERMAN = "Die Stadt hat am Montag mit dem Bau der Brücke begonnen, und das ist nicht alles: "
FRENCH = "La ville et les habitants de la région ont dit que le pont est dans un état grave: "
POLISH = "Miasto jest na drodze do nowego mostu, ale nie jest to dla niego nowe, oraz ma być: "


def flagged(summary: str, article: str) -> list[str]:
    return [fact.text for fact in find_unsupported(summary, article)]


@pytest.mark.parametrize(
    ("summary", "article"),
    [
        ("It was 12,000 euros and 350 people left since 5 March.", EUROPEAN),
        ("On March 5, 2026 it was 12.000.", EUROPEAN),
        ("The fine was 12000 euros.", EUROPEAN),
        ("It cost 12,000", "Es kostete 12.000 Euro."),
        ("1,234,567 people", "Es waren 1.234.567 Menschen."),
        ("12,000.50", "12.000,50"),
        ("1.2 million", "12,00,000 people"),
        ("12 lakh", "12,00,000"),
        ("3.5 million", "3,5 million"),
        ("20,000 euros", "20.000 Euro"),
        ("about 3 million", "3,5 million"),
        ("more than 3 million", "3,5 million"),
        ("nearly 4 million", "3,5 million"),
        ("350", "٣٥٠ people"),
        ("350", "३५० लोग"),
        ("3,500", "３，５００"),
        ("12 percent", "12 per cent"),
        ("half of them", "50 percent"),
        ("50 percent", "half of them"),
        ("two thirds of them", "66 percent"),
        ("67%", "two thirds"),
        ("1/2 of", "half"),
        ("2.5 million", "two and a half million"),
        ("2½ years", "2.5 years"),
        ("half a million", "500,000"),
        ("5 million", "5 to 6 million"),
        ("from 5 May", "from 5 to 12 May"),
        ("5-12 May", "May 5-12"),
        ("In 2017", "2016-17"),
        ("in 1984", "nineteen eighty-four"),
        ("at 3:30pm", "at 15:30"),
        ("at 11 a.m.", "at 11:00"),
        ("5 March 2026", "2026-03-05"),
        ("March 5", "05.03.2026"),
        ("5 March", "5 Mar. 2026"),
        ("Mar 5", "5 March"),
        ("05/03/2026", "March 5, 2026"),
        ("2026-03-05", "5 March 2026"),
        ("on Thursday", "on 2026-03-05"),
        ("September 11", "9/11"),
        ("12,000", "12’000 Franken"),
        ("12,000", "12\u202f000"),
        ("12,000", "12\u2009000"),
        ("350", GERMAN + "dreihundertfünfzig"),
        ("350", FRENCH + "les trois cent cinquante"),
        ("5 March", FRENCH + "le 5 mars 2026"),
        ("12 May 2020", FRENCH + "12 mai 2020"),
        ("300 people", "On day 12 300 people came"),
        ("12,300", "it was 12 300 euros"),
        ("1,200", "1.200 tonnes"),
        ("1.2", "1.200 tonnes"),
        ("twenty-one", "21"),
        ("Fifty", "50"),
        ("fourth of July", "July 4"),
        ("July 4", "the Fourth of July"),
        ("in March", "05/03/2026"),
        ("3.5 million", GERMAN + "3,5 Millionen Euro"),
        ("Two quarters", "two consecutive quarters"),
        ("Quarter million people", "250,000 people"),
        ("12 million Euro", GERMAN + "12 Mio. Euro"),
        ("9,055 crore", "9,055.73 crore"),
        ("350,000", "0.35 million"),
        ("a dozen", "12"),
        ("12,000 euros", "12.000 euros, or 3.5 each"),
        ("31,258 balls", "31.258 balls at 52,31 a day"),
        ("9,055 crore", "Rs 9.055,73 crore"),
        ("1,200 tonnes", "1 200 tonnes, or 3,5 each"),
        ("1.200 tonnes", "1,200 tonnes, or 3.5 each"),
        ("5,000", "5k"),
        ("the 5th", "on 5 March"),
        ("On 31 December", "in the year to 31 Dec."),
        ("May 5 and 12 people", "12 people on May 5"),
        ("12 345 euros", POLISH + "12 345,67 złotych"),
        ("3.5 million", POLISH + "3,5 mln złotych"),
        ("3.5 billion", GERMAN + "3,5 Mrd. Euro"),
        ("On Friday 5 March", GERMAN + "Freitag, 5. März"),
    ],
)
def test_a_number_or_date_that_the_article_has_in_another_notation_passes(summary: str, article: str) -> None:
    assert flagged(summary, article) == []


@pytest.mark.parametrize(
    ("summary", "article", "doubts"),
    [
        ("It fined 12 people.", EUROPEAN, ["12"]),
        ("53 people left.", EUROPEAN, ["53"]),
        ("3 million", "3,5 million", ["3 million"]),
        ("1.2", "Es kostete 1.200 Euro, oder 3,5 Prozent", ["1.2"]),
        ("12", "12.000,00", ["12"]),
        ("12 people", "12 million people", ["12"]),
        ("3 May", "5 March 2026", ["3 May"]),
        ("3 May", "2026-03-05", ["3 May"]),
        ("12 April", "5 April and 12 May", ["12 April"]),
        ("2025", "5 March 2026", ["2025"]),
        ("5 March 2025", "5 March 2026", ["2025"]),
        ("2 million", "more than a million", ["2 million"]),
        ("13 May", "13/06/2026", ["13 May"]),
        ("more than 400", "390 people", ["400"]),
        ("fewer than 300", "390", ["300"]),
        ("about 40", "56", ["40"]),
        ("1,300", "1,2 million", ["1,300"]),
        ("two thirds", "a quarter", ["two thirds"]),
        ("12", "1 200", ["12"]),
        ("12 people", "12.000 people", ["12"]),
        ("9,200 people", "9.2km", ["9,200"]),
        ("about 1,000 people", "2 people, then 700", ["1,000"]),
        ("5,000 people and 3 million", "5 kg, and 3 mm of 3 Metern", ["5,000", "3 million"]),
        ("200,000 people", "200 people, 1.000 in all, or 3,5 each", ["200,000"]),
        ("345", "3.45", ["345"]),
        ("60%", "half", ["60"]),
        ("120,000", "12,00,000", ["120,000"]),
    ],
)
def test_a_number_or_date_that_only_looks_like_the_article_s_is_flagged(
    summary: str, article: str, doubts: list[str]
) -> None:
    assert flagged(summary, article) == doubts
