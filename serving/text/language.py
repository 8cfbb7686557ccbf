"""Which language a text is in, by its script and its function words.

The method is that of Grefenstette, "Comparing two language identification schemes" (1995). A news text is a
quarter function words, so a few dozen words a language are enough. py3langid 0.4.0 was tried instead: it took
108 MB of memory, and took 86 of 4,624 English news texts and openings for another language (here: 18, of
which 4 are Welsh).
"""

import re
from collections import Counter, defaultdict

UNDETERMINED = "und"  # ISO 639-2

_FUNCTION_WORDS = {
    "en": "the of and to in is was for that on with as by at from his her he she it they has have had are "
    "were be been who which this but not will said their after an its or we you would about into "
    "than when there what over amid against before between while whether during more most new out "
    "up no all if so says today two because could where how our my them these those",
    "de": "der die das und ist nicht von mit dem den des ein eine einen im auf für sich auch als nach "
    "wird bei aus am hat sind war wurde werden über zu noch es dass haben ich wir sie er einem "
    "einer zum zur",
    "fr": "le la les de des et est un une du en que qui dans pour sur par pas au aux avec il elle ce "
    "cette sont été plus ne se ses son sa ont nous vous mais leur après comme",
    "es": "el la los las de del en que un una es por con para se su no lo al como más fue ha este esta "
    "pero sus son entre sobre también han desde yo",
    "it": "il la lo gli le di del della dei un una che in per con non si da al alla nel nella sono ha "
    "anche come più ma dal dalla ai suo sua hanno stato questo",
    "pt": "os as de do da dos das em no na que um uma para com não por se ao mais foi como seu sua mas "
    "também são pelo pela tem nos nas está",
    "nl": "de het een en van in is op te dat die voor met zijn niet aan er om ook als bij door naar maar "
    "heeft werd uit nog wordt hij ze wij over deze",
    "sv": "och att det som en på är av för med den till inte har ett om han hon var från de men kan så "
    "vid efter ska sig under också",
    "da": "og at det som en på er af for med den til ikke har et om han hun var fra de men kan så ved "
    "efter skal sig også blev der",
    "no": "og at det som en på er av for med den til ikke har et om han hun var fra de men kan så ved "
    "etter skal seg også ble",
    "fi": "ja on ei se että oli hän ovat myös mutta kun joka tai sen niin ole mukaan kuin vain jo nyt "
    "sekä olla mitä vuoden",
    "pl": "na się nie do że to jest jak po od za co przez dla są ale był ma tym oraz które który przy być",
    "cs": "na se je že do to pro za by ale jako po jsou byl od ve ke podle které který při už není",
    "ro": "și în de la cu pe nu din că pentru este un mai care sunt au fost se ce prin dar după lui",
    "hu": "az és hogy nem is egy van volt meg ez de csak már el mint még ki ha azt szerint lesz",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi kadar sonra en ne ama değil göre dedi ise var",
    "id": "yang dan di dari untuk ini dengan pada tidak dalam akan itu ke adalah juga oleh tersebut ada "
    "sebagai telah bisa karena mereka",
    "vi": "và của là có không được cho một trong những các với người này đã đến khi về từ",
    "hr": "je na se da su za od što nije kako bi će iz ne koji koja ali bio kao te po",
}
# The first that holds a share of the letters decides; more special ones stand before their relatives.
_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af\u1100-\u11ff",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "uk": "іїєґІЇЄҐ",
    "ru": "\u0400-\u04ff",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "ur": "ٹڈڑےں",
    "fa": "پچژگ",
    "ar": "\u0600-\u06ff",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "pa": "\u0a00-\u0a7f",
    "gu": "\u0a80-\u0aff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "th": "\u0e00-\u0e7f",
    "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff",
    "am": "\u1200-\u137f",
    "km": "\u1780-\u17ff",
    "hy": "\u0530-\u058f",
}
_SCRIPT_PATTERNS = {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS.items()}
# Letters that mark a language inside its script are rare; a script must make up a good part of the text.
_MIN_SHARES = {"ja": 0.1, "uk": 0.02, "ur": 0.02, "fa": 0.02}
_MIN_SCRIPT_SHARE = 0.3
_MIN_WORD_SHARE = 0.06
_MIN_NUM_WORDS = 2  # where English ones stand too: one may be a name
_SAMPLE_CHARACTERS = 8_000  # some 1,300 words; the time is then below 10 ms for any text

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LANGUAGES_OF: dict[str, list[str]] = defaultdict(list)
for _language, _words in _FUNCTION_WORDS.items():
    for _word in dict.fromkeys(_words.split()):
        _LANGUAGES_OF[_word].append(_language)


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the text's language, "und" where too little speaks for any."""
    sample = text[:_SAMPLE_CHARACTERS]
    num_letters = sum(map(str.isalpha, sample))
    if not num_letters:
        return UNDETERMINED
    for language, pattern in _SCRIPT_PATTERNS.items():
        if len(pattern.findall(sample)) >= _MIN_SHARES.get(language, _MIN_SCRIPT_SHARE) * num_letters:
            return language
    return _by_function_words(_WORD.findall(sample.lower()))


def is_english(text: str) -> bool:
    """True if the text is in English, or too short to tell and in plain Latin letters."""
    language = detect_language(text)
    return language == "en" or (language == UNDETERMINED and text[:_SAMPLE_CHARACTERS].isascii())


def is_function_word(word: str) -> bool:
    """True if `word`, in lower case, is a function word of one of the languages that are known here."""
    return word in _LANGUAGES_OF


def _by_function_words(words: list[str]) -> str:
    """The language with most function words; a word that several languages share counts in part for each."""
    votes: dict[str, float] = defaultdict(float)
    counts: Counter[str] = Counter()
    for word in words:
        languages = _LANGUAGES_OF.get(word, [])
        for language in languages:
            votes[language] += 1 / len(languages)
            counts[language] += 1
    if not votes:
        return UNDETERMINED
    language = max(votes, key=lambda name: (votes[name], name == "en", name))
    min_count = _MIN_NUM_WORDS if counts["en"] else 1
    return language if counts[language] >= max(min_count, _MIN_WORD_SHARE * len(words)) else UNDETERMINED
