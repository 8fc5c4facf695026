"""Rows of a directory file: read, and checked field by field before any is stored."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from server.directory.spelling import words
from server.directory.territories import TERRITORIES
from server.directory.vocabulary import AuthorityKind, Verified
from server.normal_forms import composed
from server.partners.service import TURNING

BUNDLED_FILE = Path(__file__).with_name("data") / "directory.json"

#: Text fields of a row with their greatest length in characters.
_TEXTS = {
    "country": 120,
    "name": 200,
    "url": 500,
    "emergency": 120,
    "source": 1000,
    "note": 1000,
    "row_key": 160,
}
_REQUIRED = ("country", "kind", "verified", "source")
#: `partner` and `launched` are background for editors of the file; the product shows neither.
_FIELDS = {*_TEXTS, *_REQUIRED, "country_code", "languages", "partner", "launched"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAX_LABEL = 60

Word = TypeVar("Word", bound=StrEnum)


class DirectoryError(ValueError):
    """The rows are refused. `problems` has one line for each; nothing was stored."""

    def __init__(self, problems: list[str]) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """One checked row; the fields are columns of `Authority`.

    `row_key` says which row it is over all loads. Without one in the file it is made of kind,
    territory and name: who renames an authority writes the old key into the file.
    """

    row_key: str
    territory: str | None
    place: str
    kind: AuthorityKind
    name: str | None
    url: str | None
    languages: list[str]
    emergency: str | None
    verified: Verified
    source: str
    note: str | None


def read_rows(path: Path = BUNDLED_FILE) -> object:
    """The JSON of a directory file, yet unchecked. Raises DirectoryError naming the file."""
    try:
        return json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_without_doubles)
    except OSError as error:
        raise DirectoryError([f"{path}: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise DirectoryError([f"{path}: no JSON in UTF-8: {error}"]) from error


def check_rows(rows: object) -> list[AuthorityRow]:
    """Check all rows; raises DirectoryError with every problem, each naming row and field."""
    if not isinstance(rows, list) or not rows:
        raise DirectoryError(["a directory is a JSON list with at least one row"])
    problems: list[str] = []
    checked: list[AuthorityRow] = []
    numbers: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        check = _Check(f"row {number}{_label(row)}", problems)
        found = check.row(row)
        if found is None:
            continue
        first = numbers.setdefault(found.row_key, number)
        if first != number:
            check.refuse("row_key", f"the same as row {first}'s; names differ, or give a row_key")
        checked.append(found)
    if problems:
        raise DirectoryError(problems)
    return checked


def check_terms(row: dict[str, Any]) -> tuple[AuthorityRow | None, list[tuple[str, str]]]:
    """Check one row field by field: the row, or None, and (field, reason) for every problem."""
    check = _Check("", [])
    return check.row(row), check.refused


class _Check:
    """The checks of one row. Each puts its complaints where the others do."""

    def __init__(self, label: str, problems: list[str]) -> None:
        self.label = label
        self.problems = problems
        self.refused: list[tuple[str, str]] = []

    def refuse(self, field: str, reason: str) -> None:
        self.refused.append((field, reason))
        self.problems.append(f"{self.label}, field {field}: {reason}")

    def row(self, row: Any) -> AuthorityRow | None:
        if not isinstance(row, dict):
            self.problems.append(f"{self.label}: a row is a JSON object")
            return None
        before = len(self.problems)
        for field in sorted(row.keys() - _FIELDS):
            self.refuse(_shown(field), "unknown; known are " + ", ".join(sorted(_FIELDS)))
        for field in _REQUIRED:
            if row.get(field) in (None, ""):
                self.refuse(field, "missing")
        texts = {field: self._text(field, row.get(field)) for field in _TEXTS}
        kind = self._word("kind", row.get("kind"), AuthorityKind)
        verified = self._word("verified", row.get("verified"), Verified)
        territory = self._territory(row.get("country_code"))
        languages = self._languages(row.get("languages"))
        self._address(texts["url"], verified)
        if verified not in (None, Verified.COUNTRY_ONLY) and texts["name"] is None:
            self.refuse("name", f"missing, while verified is {verified}")
        place, source = texts["country"], texts["source"]
        if len(self.problems) > before or not (place and source and kind and verified):
            return None
        return AuthorityRow(
            row_key=texts["row_key"] or _row_key(kind, territory, place, texts["name"]),
            territory=territory,
            place=place,
            kind=kind,
            name=texts["name"],
            url=texts["url"],
            languages=languages,
            emergency=texts["emergency"],
            verified=verified,
            source=source,
            note=texts["note"],
        )

    def _text(self, field: str, value: Any) -> str | None:
        if value in (None, ""):
            return None
        if not isinstance(value, str):
            self.refuse(field, "not a text")
            return None
        text = composed(value.strip())
        if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
            self.refuse(field, "control characters or broken Unicode")
        elif not TURNING.isdisjoint(text):
            self.refuse(field, "characters that turn the direction of text: type it anew")
        elif len(text) > _TEXTS[field]:
            self.refuse(field, f"{len(text)} characters, at most {_TEXTS[field]}")
        elif not text and field in _REQUIRED:
            self.refuse(field, "missing")
        return text or None

    def _word(self, field: str, value: Any, vocabulary: type[Word]) -> Word | None:
        known = [word.value for word in vocabulary]
        if value in known:
            return vocabulary(value)
        if value not in (None, ""):
            self.refuse(field, f"unknown {_shown(value)}; one of " + ", ".join(known))
        return None

    def _territory(self, value: Any) -> str | None:
        if value is None or (isinstance(value, str) and value in TERRITORIES):
            return value
        self.refuse("country_code", f"unknown {_shown(value)}; ISO 3166-1 such as GH, or null")
        return None

    def _languages(self, value: Any) -> list[str]:
        if value is None:
            return []
        if not isinstance(value, list) or not all(
            isinstance(item, str) and _LANGUAGE.fullmatch(item) for item in value
        ):
            self.refuse("languages", 'not a list of language tags such as ["fr", "ar"]')
            return []
        return value

    def _address(self, url: str | None, verified: Verified | None) -> None:
        if url is None:
            if verified is Verified.URL:
                self.refuse("url", "missing, while verified is url")
        elif not _is_web_address(url):
            self.refuse("url", "not a web address that begins with https:// or http://")


def _is_web_address(url: str) -> bool:
    if "\\" in url or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _row_key(kind: AuthorityKind, territory: str | None, place: str, name: str | None) -> str:
    where = territory.lower() if territory else "-".join(words(place))
    return "/".join([kind, where, *(["-".join(words(name))] if name else [])])[:160]


def _label(row: Any) -> str:
    place = row.get("country") if isinstance(row, dict) else None
    return f" ({place[:_MAX_LABEL]})" if isinstance(place, str) and place.isprintable() else ""


def _shown(value: object) -> str:
    """A refused value in one short line, without anything that a terminal would obey."""
    return ascii(value)[:_MAX_LABEL]


def _without_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field, value in pairs:
        if field in row:
            raise ValueError(f"field {_shown(field)} stands twice in one row")
        row[field] = value
    return row
