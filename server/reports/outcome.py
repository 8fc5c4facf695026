"""What became of one report that was handed to the store."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Only STORED wrote anything. All but REFUSED say that the database is well."""

    STORED = "stored"
    #: The same submission is there: same idempotency hash, same body tag.
    SAME = "same"
    #: The same idempotency hash is there with another body tag.
    CONFLICT = "conflict"
    #: Its challenge was spent by another report.
    SPENT = "spent"
    #: The database takes this one for nothing: a value that no column holds.
    REFUSED = "refused"
