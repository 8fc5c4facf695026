"""How names of places are compared and sorted: without case, accents or punctuation."""

# ruff: noqa: RUF001 -- letters that look alike are what this file is about.

from __future__ import annotations

import unicodedata

from server.normal_forms import composed, taken_apart

#: Letters that have no decomposition, and letters that keyboards of one script mix up.
_PLAIN = str.maketrans(
    {
        **{"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"},
        **{"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ŋ": "n", "ɔ": "o", "ɛ": "e"},
        **{"ى": "ي", "ی": "ي", "ک": "ك", "ہ": "ه", "ة": "ه", "ـ": ""},
    }
)

#: Alphabets whose order is not that of the code points. Accents that are letters stay letters.
_ALPHABETS = {
    "kk": "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя",
    "mn": "абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя",
    "ps": "اآبپتټثجځچڅحخدډذرړزژږسشښصضطظعغفقکګلمنڼوهۀيېیۍئ",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "ur": "اآبپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیے",
}


def plain(text: str) -> str:
    """`text` in lower case, without accents: `Côte` gives `cote`, `مالي` and `مالى` are alike.

    Vowel signs of Indic scripts are letters, not accents, and stay.
    """
    lower = taken_apart(text).casefold().translate(_PLAIN)
    decomposed = taken_apart(lower)
    return "".join(character for character in decomposed if not _is_accent(character))


def match_key(text: str) -> str:
    """What two spellings of one name have in common; empty when there is no letter.

    Punctuation and spaces go, so does `the`; `&` is `and`, and `St` is `Saint`.
    """
    found = words(text.replace("&", " and "))
    return "".join("saint" if word == "st" else word for word in found if word != "the")


def words(text: str) -> list[str]:
    """The plain words of `text`, without punctuation."""
    return "".join(letter if _kept(letter) else " " for letter in plain(text)).split()


def sort_key(text: str, language: str) -> tuple[list[tuple[int, int]], str]:
    """Orders names as a reader of `language` (its two or three letters) looks for them."""
    alphabet = _ALPHABETS.get(language, "")
    places: list[tuple[int, int]] = []
    for character in composed(text).casefold():
        if character in alphabet:
            places.append((1, alphabet.index(character)))
        else:
            places += [_place(letter, alphabet) for letter in plain(character) if _kept(letter)]
    return places, text


def _place(letter: str, alphabet: str) -> tuple[int, int]:
    if letter == " ":
        return (0, 0)
    if letter in alphabet:
        return (1, alphabet.index(letter))
    return (2, ord(letter))


def _kept(character: str) -> bool:
    category = unicodedata.category(character)
    return character == " " or (category[0] in "LMN" and category != "Lm")


def _is_accent(character: str) -> bool:
    # Canonical combining classes: 7 nukta, 27 to 35 Arabic vowel marks, 200 and up accents.
    # Virama (9) and vowel signs (0) make another syllable and so another word.
    combining = unicodedata.combining(character)
    return combining == 7 or 27 <= combining <= 35 or combining >= 200
