from __future__ import annotations

import pytest

from posts.article.language import language_of, language_or_hint


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("We say so in every school of the city.", "en"),
        ("Мы не остановимся и будем рядом.", "ru"),
        ("Ми поруч із кожною людиною, що їде.", "uk"),
        ("Мы побач з кожным чалавекам, які шукае працу ў свеце.", "be"),
        ("ჩვენ ერთად ვიცავთ ადამიანებს.", "ka"),
        ("Мо ҳар рӯз ба одамон кӯмак мекунем.", "tg"),
        ("Biz har bir inson uchun bu yoʻlni ochamiz.", "uz-Latn"),
        ("Biz har bir inson uchun ishlaymiz.", "uz-Latn"),
        ("Биз ҳар бир инсон учун йўл очамиз.", "uz-Cyrl"),
        ("Біз әр адам үшін жұмыс істейміз.", "kk"),
        ("Биз ар бир адам үчүн иштейбиз.", "ky"),
        ("Մենք միասին պաշտպանում ենք մարդկանց։", "hy"),
        ("Biz hər kəs üçün işləyirik.", "az"),
        ("Noi muncim pentru că este nevoie și în țară.", "ro"),
        ("نحن نحمي الناس كل يوم.", "ar"),
    ],
)
def test_the_language_of_a_sentence_is_known_by_its_script_letters_and_little_words(words: str, language: str) -> None:
    """A card's line breaks, a post's language field and the safeguarding words all hang on it."""
    assert language_of(words) == language


@pytest.mark.parametrize("words", ["", "1 + 1 = 2", "Nein, danke schön", "ما هر روز کمک می‌کنیم", "Да", "Ja عرب ქა"])
def test_what_is_not_sure_is_said_to_be_unsure(words: str) -> None:
    """A wrong language is worse than none: nobody looks at a field that is filled."""
    assert language_of(words) == ""


@pytest.mark.parametrize(
    ("words", "hint", "language"),
    [
        ("Мы вместе навсегда", "ru-KZ", "ru"),
        ("Мы вместе навсегда", "en", ""),
        ("Мы вместе навсегда", "xx", ""),
        ("Oila va bolalar", "uz-Latn", "uz-Latn"),
        ("ჩვენ ერთად", "en", "ka"),
    ],
)
def test_the_articles_own_language_helps_only_where_the_script_agrees(words: str, hint: str, language: str) -> None:
    """Pages in Russian often say that they are English."""
    assert language_or_hint(words, hint) == language
