"""Which key a submission names, and whether reports by it are taken."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from server.intake.errors import KeyCeased, KeyMalformed, KeyUnknown
from server.partners.service import PUBLISHABLE, ResolvedKey, Standing, parse_key
from server.storage.availability import DatabaseAway


class Keys(Protocol):
    """Partner keys as this process knows them; both raise DatabaseAway for one never seen."""

    def find(self, text: str) -> ResolvedKey | None: ...

    def find_secret(self, text: str) -> ResolvedKey | None: ...


def key_of(text: str, keys: Keys, now: datetime) -> ResolvedKey | None:
    """The key that takes this report; None for a well-formed one that cannot be looked up.

    A key that ceased takes reports for 24 hours still. Raises KeyUnknown, KeyMalformed,
    KeyCeased.
    """
    try:
        key = keys.find(text)
    except DatabaseAway:
        if is_well_formed(text):
            return None
        raise KeyMalformed from None
    standing = Standing.NOT_YET if key is None else key.standing(now)
    if standing is Standing.NOT_YET:
        raise KeyUnknown if is_well_formed(text) else KeyMalformed
    if standing is Standing.CEASED:
        raise KeyCeased
    return key


def is_well_formed(text: str) -> bool:
    """Whether it could be a publishable key: its checksum is right."""
    parsed = parse_key(text)
    return parsed is not None and parsed.kind == PUBLISHABLE
