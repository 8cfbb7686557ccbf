"""The words that carry meaning, normalised so that texts can be compared."""

import re

_STOP_WORDS = """
    a about above according after again against all almost also although always am among an and another
    any are aren't around as at away back be became because become been before being below between both
    but by came can can't cannot come could couldn't did didn't do does doesn't doing don't done down
    during each either else even ever every few for from further get gets getting go goes going gone got
    had hadn't has hasn't have haven't having he he'd he'll he's her here hers herself him himself his how
    however i i'd i'll i'm i've if in into is isn't it it's its itself just last let like made make makes
    many may me meanwhile might more most much must my myself never next no nor not now of off on once one
    only onto or other others our ours ourselves out over own per put really said same say saying says see
    seen shall she she's should shouldn't since so some still such take than that that's the their theirs
    them themselves then there there's these they they're they've this those though through thus to told
    too toward towards two under until up upon us use used very via was wasn't way we we're we've well
    went were weren't what when where whether which while who whom whose why will with within without
    won't would wouldn't yet you you're your yours yourself
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
_TERM = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
_UNSPACED_RUN = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")


def content_terms(text: str) -> list[str]:
    """Lower-case terms without English stop words, plurals and possessives folded.

    Scripts that write no spaces give overlapping pairs of characters.
    """
    terms = []
    for match in _TERM.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word in STOP_WORDS:
            continue
        if _UNSPACED_RUN.match(word):
            terms += [word[i : i + 2] for i in range(max(len(word) - 1, 1))]
        else:
            terms.append(fold(word))
    return terms


def fold(word: str) -> str:
    """The word without possessive and regular plural endings: "minister's", "ministers" -> "minister"."""
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return word
