"""Slips of typing and pasting inside a line: no space after a full stop, hashtags and picture credits in the text."""

import re

from serving.text.language import is_function_word

_JOINT = re.compile(r"""([.!?…]+)(["”’)]?)(?=["“‘(]?([^\W\d_]+)(\.[^\W\d_]|.?))""")
_LAST_WORD = re.compile(r"(?:^|(?<=[\s—–(\"“‘]))[^\s—–(\"“‘]*$")
_NUMBER = re.compile(r"[$€£¥]?\d[\d.,:]*%?")
_CLOCK = re.compile(r"(?:\d{1,2}(?:[:.]\d\d)?)?[ap]\.m", re.IGNORECASE)
# Names of sites and files may have a capital behind the full stop.
_ENDING = re.compile(
    r"co|com|de|edu|eu|fm|fr|gov|info|int|io|jp|mil|net|nl|org|pl|ru|tv|uk"
    r"|csv|docx?|gif|html?|jpe?g|js|md|pdf|php|png|py|txt|xlsx?|xml|zip"
)
_ENDS = frozenset('.!?…”"')
_OPENING = '"“‘('
_LOOKED_AT_CHARS = 40
_QUOTE_CHARS = 400

_HASHTAG = re.compile(r"(?:#[^\W\d]|@[A-Za-z_])\w*[.!?…,]?|https?://\S+|pic\.twitter\.com/\S+")
_SENTENCE_END = re.compile(r"""[.!?…][)"'”’»]*$|[^\w\s"'”’»),;:–—-]$""")

_CREDIT = re.compile(
    r"""[ ]?[(\[](?:(?:file|stock|handout|archive)\ )?(?:
        (?:photo(?:graph)?|image|picture|pic|illustration|graphic|screenshot|video|fotos?|bild(?:er)?|imagen|immagine|crédits?
          |zdjęcie|fot\.|beeld|фото)s?
        (?:\s?[:/©]|\ (?:credits?|by|courtesy|via|source|copyright|photo\s?:))[^()\[\]\n]{1,100}
      | (?:©|\(c\)|copyright)\ [^()\[\]\n]{1,60}
      | (?-i:[A-Z])[^()\[\]\n]{1,60}(?:/|\ via\ )(?:AP|AFP|PA|PTI|Reuters|EPA|dpa|EFE|Getty)(?:\ images)?
      | (?:AP|AFP|PA|PTI|Reuters|EPA|dpa|EFE|Getty(?:\ images)?)/[^()\[\]\n]{1,60}
      | (?:read|see|find\ out|watch)\ more(?:\ (?:here|below))?(?:\s?:[^()\[\]\n]{1,100})?
      | click\ here | continue\ reading
      | (?:AP|AFP|PA|PTI|Reuters|EPA|Getty)\ (?:photo|image)s?(?:/[^()\[\]\n]{1,60})?
      | file\ (?:photo|picture|image) | getty\ images
    )[)\]](?:\.(?=\s|$))?""",
    re.IGNORECASE | re.VERBOSE,
)
_ADVERT = re.compile(
    r"""(?<=[.!?”"])[ ](?:ADVERTISEMENT|Advertisement|(?:Story|Article) continues below(?: ad\w+)?)[ ](?=[A-Z“"])"""
)


def without_credits(text: str) -> str:
    """The text without bracketed credits of pictures that are not in it ("(Photo: Jo Park/AFP)"); no adverts' marks."""

    def end(credit: re.Match[str]) -> str:
        return "." if credit[0][-1] == "." and text[: credit.start()][-1:] not in _ENDS else ""

    return _ADVERT.sub(" ", _CREDIT.sub(end, text))


def with_spaces_between_sentences(text: str) -> str:
    """The text with a space after each full stop that another sentence follows at once ("on Monday.Thousands fled")."""

    def replace(mark: re.Match[str]) -> str:
        end, quote = mark[1], mark[2]
        last = _LAST_WORD.search(text[max(0, mark.start() - _LOOKED_AT_CHARS) : mark.start()])
        if last is None or not _begins_a_sentence(mark[3], mark[4]) or not _ends_a_sentence(last[0], mark[3]):
            return mark[0]
        if (
            quote == '"'
            and text[mark.end()] not in _OPENING
            and text.count('"', max(0, mark.start() - _QUOTE_CHARS), mark.start()) % 2 == 0
        ):
            return f'{end} "'  # it opens
        return f"{end}{quote} "

    return _JOINT.sub(replace, text)


def _begins_a_sentence(word: str, after: str) -> bool:
    is_capitalised = word[0].isupper() and (word[1:].islower() or (word in {"A", "I"} and after.isspace()))
    return (
        is_capitalised and not _ENDING.fullmatch(word.lower()) and after[:1] not in set("_/@\\(=<[") and len(after) < 2
    )


def _ends_a_sentence(word: str, following: str) -> bool:
    if _CLOCK.fullmatch(word):
        return True
    if _NUMBER.fullmatch(word):
        return len(word) > 1 or is_function_word(following.lower())
    letters = word.rstrip("'’)”\"")
    is_word = len(letters) > 1 and letters[-2:].isalpha() and letters[-2:].islower()
    is_code = set(letters) & set("./@\\_=<>[]") or (letters[:1].islower() and not letters.islower())
    return is_word and not is_code


def with_hashtags_apart(text: str) -> str:
    """The text with hashtags, and links among them, that follow a finished sentence or each other on their own line."""
    return "\n".join(_apart(line) if "#" in line or "/" in line else line for line in text.split("\n"))


def _apart(line: str) -> str:
    words = line.split(" ")
    first = len(words)
    while first and _HASHTAG.fullmatch(words[first - 1]):
        first -= 1
    num_tags = len(words) - first
    if not first or not num_tags or (num_tags == 1 and not _SENTENCE_END.search(words[first - 1])):
        return line
    return " ".join(words[:first]).rstrip() + "\n" + " ".join(words[first:])
