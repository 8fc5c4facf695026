"""A branding's words are plain text, bounded, and read in the direction in which they stand."""

from __future__ import annotations

import pytest

from server.partners.branding import check_text
from server.partners.errors import BrandingError
from server.partners.look import Look, checked_look, difference


def test_text_is_trimmed_composed_and_bounded() -> None:
    assert check_text("  a \n b ", 60) == "a b"
    assert check_text("Cafe\u0301", 60) == "Caf\u00e9"
    with pytest.raises(BrandingError, match="at most 60"):
        check_text("x" * 61, 60)


@pytest.mark.parametrize("turning", "\u202a\u202e\u2066\u2069\u200e\u200f\u061c")
def test_text_that_turns_the_reading_direction_is_refused(turning: str) -> None:
    with pytest.raises(BrandingError, match="direction"):
        check_text(f"abc{turning}def", 60)


@pytest.mark.parametrize("hidden", ["\0", "\x1b", "\x7f", "\x9f", "\ud800", "\ue000", "\ufeff"])
def test_what_cannot_be_seen_is_refused(hidden: str) -> None:
    with pytest.raises(BrandingError, match="type it anew"):
        check_text(f"abc{hidden}def", 60)


def test_what_scripts_need_to_be_written_stays() -> None:
    for text in ("می‌خواهم", "ශ්‍රී ලංකා", "مرفأ الطفولة", "👩‍👧"):
        assert check_text(text, 60) == text


def test_markup_is_text_like_any_other() -> None:
    assert check_text("</style><script>", 60) == "</style><script>"


def look(**changes: object) -> Look:
    values = {"display_name": "A", "colour": "#1d4f76", "logo": None, "texts": {}} | changes
    return checked_look(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"display_name": " "}, "display_name"),
        ({"display_name": "x" * 5_000}, "display_name"),
        ({"colour": "#ffcc00"}, "colour"),
        ({"colour": "red;}"}, "colour"),
        ({"texts": {"fr": {"intro": "x" * 281}}}, "intro_fr"),
        ({"texts": {"ar": {"footer": "\u202e"}}}, "footer_ar"),
    ],
)
def test_a_look_out_of_bounds_names_the_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BrandingError) as refused:
        look(**changes)
    assert refused.value.field == field


def test_a_language_is_a_code_and_nothing_else() -> None:
    with pytest.raises(BrandingError, match="no language"):
        look(texts={"fr; x": {"intro": "a"}})


def test_languages_without_a_word_are_left_out() -> None:
    kept = look(texts={"fr": {"intro": "", "footer": " "}, "en": {"intro": "Hello"}})
    assert kept.texts == {"en": {"intro": "Hello", "footer": ""}}


def test_the_trail_gets_what_changed_and_no_picture() -> None:
    before = look(texts={"fr": {"intro": "Bonjour"}})
    after = look(colour="#0b2a4f", logo=b"picture", texts={"fr": {"intro": "Salut"}})
    changed = difference(before, after)
    assert changed["before"] == {"colour": "#1d4f76", "logo": None, "intro.fr": "Bonjour"}
    assert changed["after"].keys() == changed["before"].keys()
    assert len(changed["after"]["logo"]) == 16
