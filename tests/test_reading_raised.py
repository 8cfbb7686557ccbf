"""Raised runs: which are marks of notes, and which say something."""

import pytest

from ui.reading.raised import raised, read_runs


@pytest.mark.parametrize(
    ("before", "run"),
    [
        ("rose to $320", "1"),
        ("since 2019", "4"),
        ("fell to 41,500", "2"),
        ("a rate of 3.5%", "12"),
        ("the insurers said,", "3"),
        ("the minister said.”", "1, 2"),
        ("several studies", "3–5"),
        ("the lake", "[3]"),
        ("the lake", "[note 1]"),
        ("the lake", "(2)"),
        ("the price", "*"),
        ("the price", "†‡"),
        ("the price", "a"),
        ("a sum of 320", "b"),
        ("the treaty", "ii"),
        ("worth £5m", "2"),
        ("only $10", "3"),
        ("the 1980s", "2"),
        ("at 210", "6"),
        ("it was the council's", "7"),
        ("they live in", "2"),
        ("after 5 km", "1"),
        ("", "1"),
        ("in 2019", "a"),
        ("a census in 1801", "o"),
        ("by 2030", "e"),
    ],
)
def test_marks_of_notes_go(before, run):
    assert raised(before, run) == ""


@pytest.mark.parametrize(
    ("before", "run", "stands"),
    [
        ("about 10", "6", "⁶"),
        ("3.2 × 10", "12", "¹²"),
        ("about 10", "−3", "⁻³"),
        ("a flat of 80 m", "2", "²"),
        ("people per km", "2", "²"),
        ("50 µg/m", "3", "³"),
        ("12 in", "2", "²"),
        ("9.81 m s", "-2", "⁻²"),
        ("where x", "2", "²"),
        ("3x", "2", "²"),
        ("2πr", "2", "²"),
        ("E = mc", "2", "²"),
        ("an R", "2", "²"),
        ("10", "n", "ⁿ"),
        ("Ca", "2+", "²⁺"),
        ("of CO", "2", "²"),
        ("10", "⁶", "⁶"),
    ],
)
def test_exponents_stay(before, run, stands):
    assert raised(before, run) == stands


@pytest.mark.parametrize(
    ("before", "run", "stands"),
    [
        ("the 1", "st", "st"),
        ("on the 22", "nd", "nd"),
        ("the n", "th", "th"),
        ("le 1", "er", "er"),
        ("au XIX", "e", "e"),
        ("el 1", "o", "º"),
        ("la 2.", "a", "ª"),
        ("N", "o", "º"),
        ("M", "me", "me"),
        ("Nutshell", "TM", "TM"),
        ("", "A whole sentence stands higher.", "A whole sentence stands higher."),
    ],
)
def test_letters_stay(before, run, stands):
    assert raised(before, run) == stands


@pytest.mark.parametrize(
    ("before", "run", "after", "stands"),
    [
        ("it took 2", "1", "/2 hours", " 1"),
        ("about ", "3", "⁄4", "3"),
        ("the ", "14", "C dating", "¹⁴"),
        ("(", "235", "U)", "²³⁵"),
        ("", "12", "The figures", ""),
        ("cost €320", "1", "/m² of floor", ""),
        ("rose to $18", "2", "/barrel", ""),
        ("a rent of £12", "3", "/ month", ""),
        ("in 2019", "1", "/2020", ""),
        ("about 5 m", "3", "/s", "³"),
        ("40 W/m", "2", "/year", "²"),
        ("under 90 mg/m", "3", "/2 hours", "³"),
        ("a share of 1", "1", "/100 of it", " 1"),
        ("only ", "7", "/8 of them", "7"),
    ],
)
def test_what_follows_tells_fractions_and_isotopes(before, run, after, stands):
    assert raised(before, run, after=after) == stands


def test_a_link_to_a_note_is_always_a_mark():
    assert raised("80 m", "2", is_note_link=True) == ""


@pytest.mark.parametrize(
    ("runs", "want"),
    [
        ([("10", False), ("1", True), ("2", True), (" stars", False)], "10¹² stars"),
        ([("only 10", False), ("-", True), ("6", True), (" of it", False)], "only 10⁻⁶ of it"),
        ([("$320", False), ("1", True), ("2", True), (" a head", False)], "$320 a head"),
        ([("the 2", False), ("n", True), ("", False), ("d", True), (" of May", False)], "the 2nd of May"),
        ([("Ca", False), ("2", True), ("+", True), (" ions", False)], "Ca²⁺ ions"),
        ([("It takes 1", False), ("1", True), ("/", False), ("2 hours", False)], "It takes 1 1/2 hours"),
        ([("since 1990 ", False), ("14", True), ("C dating", False)], "since 1990 ¹⁴C dating"),
        ([("$320", False), ("1 ", True), ("a head", False)], "$320 a head"),
        ([("the lake ", False), ("3", True), (", said", False)], "the lake, said"),
        ([("1", True), ("The board", False)], "The board"),
        ([("No run is raised", False), (" here.", False)], "No run is raised here."),
        ([], ""),
    ],
)
def test_runs_of_a_line(runs, want):
    assert read_runs(runs) == want
