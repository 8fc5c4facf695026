"""Every territory has a name, and is found by what people type."""

from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from server.directory.territories import (
    TERRITORIES,
    UnknownTerritory,
    find_territory,
    territories,
    territory_name,
)

#: The languages of the product, in the order in which it learns them.
LANGUAGES = (
    *("en", "fr", "ar", "es", "pt", "sw", "hi", "id", "ur", "uk", "ne", "bn"),
    *("ps", "mn", "wo", "ln", "mg", "ht", "si", "ta", "kk", "am", "ha", "so"),
)


def test_the_list_is_iso_3166_and_the_two_islands_with_portals_of_their_own() -> None:
    assert len(TERRITORIES) == 249 + 2
    assert {"AC", "TA", "SH", "GB", "GH", "AX", "SS", "TW"} <= TERRITORIES
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in TERRITORIES)


@pytest.mark.parametrize("pseudo", ["XA", "XB", "ZZ", "EU", "EZ", "UN", "QO", "UK", "AN", "XK"])
def test_what_is_no_country_is_not_in_the_list(pseudo: str) -> None:
    assert pseudo not in TERRITORIES
    with pytest.raises(UnknownTerritory, match=pseudo):
        territory_name(pseudo, "en")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_territory_has_a_name_in_the_languages_shipped(language: str) -> None:
    named = Locale(language).territories
    assert {code for code in TERRITORIES if not named.get(code)} == set()


def test_names_are_in_the_language_asked_for() -> None:
    assert territory_name("CI", "en") == "Côte d’Ivoire"
    assert territory_name("DE", "fr") == "Allemagne"
    assert territory_name("TN", "ar") == "تونس"
    assert territory_name("AC", "fr") == "Île de l’Ascension"


def test_a_name_that_the_language_lacks_is_in_english() -> None:
    assert territory_name("GG", "mg") == "Guernsey"


@pytest.mark.parametrize("language", ["xx", "", "-", "../../etc", "en-XYZ-nonsense", "العربية"])
def test_an_unknown_language_gives_english(language: str) -> None:
    assert territory_name("DE", language) == "Germany"
    assert territories(language) == territories("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_names_is_whole(language: str) -> None:
    listed = territories(language)
    assert sorted(code for code, _ in listed) == sorted(TERRITORIES)
    assert all(name == territory_name(code, language) for code, name in listed)


def test_accents_do_not_send_a_name_to_the_end_of_the_list() -> None:
    english = [name for _, name in territories("en")]
    assert english[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    french = [name for _, name in territories("fr")]
    assert french.index("Égypte") < french.index("Espagne") < french.index("Finlande")


def test_a_caller_cannot_spoil_the_list() -> None:
    territories("en").clear()
    assert len(territories("en")) == len(TERRITORIES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_list_shows_is_found_again(language: str) -> None:
    assert {(code, find_territory(name, language)) for code, name in territories(language)} == {
        (code, code) for code in TERRITORIES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_names_and_codes_are_understood_in_every_language(language: str) -> None:
    for code in TERRITORIES:
        assert find_territory(territory_name(code, "en"), language) == code
        assert find_territory(code.lower(), language) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Côte d’Ivoire", "CI"),
        ("cote d'ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("England", "GB"),
        ("USA", "US"),
        ("deu", "DE"),
        ("Ascension", "AC"),
        ("Tristan da Cunha", "TA"),
        ("Saint Helena", "SH"),
        ("The Gambia", "GM"),
        ("DRC", "CD"),
        ("Czech Republic", "CZ"),
        ("Turkey", "TR"),
        ("  ghana ", "GH"),
    ],
)
def test_common_ways_to_name_a_country_are_understood(typed: str, code: str) -> None:
    assert find_territory(typed, "en") == code


def test_the_citizens_own_language_is_understood() -> None:
    assert find_territory("COTE D IVOIRE", "fr") == "CI"
    assert find_territory("royaume uni", "fr") == "GB"
    assert find_territory("الامارات", "ar") == "AE"
    assert find_territory("السعوديه", "ar") == "SA"
    assert find_territory("Великобританія", "uk") is None
    assert find_territory("велика британія", "uk") == "GB"


@pytest.mark.parametrize(
    "typed",
    ["", " ", "…", "Atlantis", "Congo", "Korea", "XA", "ZZ", "EU", "Akrotiri and Dhekelia", "G"],
)
def test_what_names_no_single_territory_is_not_guessed(typed: str) -> None:
    assert find_territory(typed, "en") is None


def test_an_endless_text_is_not_looked_at() -> None:
    assert find_territory("Ghana" + " " * 1_000_000, "en") is None


@settings(deadline=None)
@given(st.text(max_size=120), st.sampled_from(LANGUAGES))
def test_any_text_gives_a_known_code_or_none(text: str, language: str) -> None:
    assert find_territory(text, language) in TERRITORIES | {None}


@settings(deadline=None)
@given(st.sampled_from(sorted(TERRITORIES)), st.sampled_from(LANGUAGES), st.data())
def test_case_and_punctuation_do_not_hide_a_name(
    code: str, language: str, data: st.DataObject
) -> None:
    name = territory_name(code, language)
    changed = "".join(
        data.draw(st.sampled_from([character, character.upper(), character.lower()]))
        for character in name
    )
    assert find_territory(f" {changed}. ", language) == code
