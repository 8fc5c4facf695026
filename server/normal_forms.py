"""Unicode's normal forms, in a time that grows with the text and not with its square.

Python sorts the marks on a letter by moving each past all before it: 32,000 of them on one letter,
which fit into one report, stop the whole process for seconds. No language puts more than 30 marks
on a letter (Unicode Standard Annex #15, section 13): a text that does stays as it is.
"""

from __future__ import annotations

import unicodedata

MOST_MARKS = 30
#: These are no marks by themselves, and become such when they are taken apart.
_MARKS_WITHIN = frozenset("\u0f73\u0f75\u0f81\uff9e\uff9f")


def composed(text: str) -> str:
    """`text` in NFC: letters and their marks as one character where there is one."""
    return text if text.isascii() or _piles_up(text) else unicodedata.normalize("NFC", text)


def compatible(text: str) -> str:
    """`text` in NFKC: the same for all that look alike but for their width or style."""
    return text if text.isascii() or _piles_up(text) else unicodedata.normalize("NFKC", text)


def taken_apart(text: str) -> str:
    """`text` in NFKD: letters, and after each of them its marks."""
    return text if text.isascii() or _piles_up(text) else unicodedata.normalize("NFKD", text)


def _piles_up(text: str) -> bool:
    if len(text) <= MOST_MARKS:
        return False
    marks = 0
    for character in text:
        if unicodedata.combining(character) or character in _MARKS_WITHIN:
            marks += 1
            if marks > MOST_MARKS:
                return True
        else:
            marks = 0
    return False
