"""The language of short news texts."""

import pytest

from serving.text.language import detect_language, is_english
from tests.cpu_budget import cpu_budget

# One sentence each: the president announced a new law on Monday, which parliament will vote on.
NEWS = {
    "en": "The president announced a new law on Monday, and parliament will vote on it this week.",
    "de": "Der Präsident hat am Montag ein neues Gesetz angekündigt, über das das Parlament abstimmen wird.",
    "fr": "Le président a annoncé lundi une nouvelle loi sur laquelle le parlement va voter cette semaine.",
    "es": "El presidente anunció el lunes una nueva ley que el parlamento votará esta semana.",
    "it": "Il presidente ha annunciato lunedì una nuova legge che il parlamento voterà questa settimana.",
    "pt": "O presidente anunciou na segunda-feira uma nova lei que o parlamento vai votar esta semana.",
    "nl": "De president kondigde maandag een nieuwe wet aan waarover het parlement deze week stemt.",
    "sv": "Presidenten meddelade på måndagen att en ny lag ska införas och att riksdagen röstar om den.",
    "pl": "Prezydent ogłosił w poniedziałek, że nowa ustawa nie jest gotowa i że do głosowania jest daleko.",
    "ro": "Președintele a anunțat luni că o nouă lege va fi votată de parlament în această săptămână.",
    "tr": "Cumhurbaşkanı pazartesi günü yeni bir yasa açıkladı ve meclis bu hafta oylama yapacak.",
    "id": "Presiden mengumumkan undang-undang baru pada hari Senin yang akan dipilih oleh parlemen.",
    "vi": "Tổng thống đã công bố luật mới hôm thứ Hai và quốc hội sẽ bỏ phiếu về luật này.",
    "ru": "Президент объявил в понедельник о новом законе.",
    "uk": "Президент оголосив у понеділок новий закон, який підтримує більшість.",
    "zh": "总统星期一宣布了一项新法律。",
    "ja": "大統領は月曜日に新しい法律を発表した。",
    "ko": "대통령은 월요일 새 법을 발표했다.",
    "ar": "أعلن الرئيس يوم الاثنين قانونا جديدا.",
    "hi": "राष्ट्रपति ने सोमवार को एक नए कानून की घोषणा की।",
    "th": "ประธานาธิบดีประกาศกฎหมายใหม่เมื่อวันจันทร์",
    "el": "Ο πρόεδρος ανακοίνωσε τη Δευτέρα νέο νόμο.",
    "he": "הנשיא הודיע ביום שני על חוק חדש.",
}


@pytest.mark.parametrize("language", NEWS)
def test_knows_the_language_of_one_sentence(language: str) -> None:
    assert detect_language(NEWS[language]) == language
    assert is_english(NEWS[language]) == (language == "en")


@pytest.mark.parametrize("text", ["", "123", "Eggs\nFlour", "NASA"])
def test_too_short_to_tell_counts_as_english_in_plain_letters(text: str) -> None:
    assert detect_language(text) == "und"
    assert is_english(text)


def test_foreign_names_do_not_turn_english_into_another_language() -> None:
    assert is_english("Giovanni de la Cruz and Maria van der Berg met in Los Angeles on Monday, officials said.")


def test_a_quotation_does_not_decide() -> None:
    assert is_english('He shouted "Wir sind das Volk" and left the hall with his friends after the vote.')
    assert not is_english('Er rief "We are the people" und verließ den Saal mit seinen Freunden nach der Wahl.')


@pytest.mark.parametrize("text", ["a" * 200_000, "the " * 50_000, "天" * 200_000, "'" * 200_000, "a'" * 100_000])
def test_a_hundred_detections_in_200_000_characters_take_little_work(text: str) -> None:
    with cpu_budget():
        for _ in range(100):
            detect_language(text)
