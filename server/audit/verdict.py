"""What a verification of the trail found: problems, each with what it means, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

#: So many problems are listed; more are counted.
LISTED = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was written. `seq` is the link's, `event_id` the event's."""

    meaning: str
    seq: int | None = None
    event_id: str | None = None


@dataclass(slots=True)
class Findings:
    """Collects problems within a bound, and notes: what an auditor should know besides."""

    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, meaning: str, *, seq: int | None = None, event_id: str | None = None) -> None:
        self.count += 1
        if len(self.problems) < LISTED:
            self.problems.append(Problem(meaning, seq, event_id))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result. `tail` events wait for their link; links `first_seq` to `last_seq` were
    looked at (both 0 when there are none)."""

    verified_at: datetime
    first_seq: int
    last_seq: int
    last_hash: bytes
    tail: int
    checkpoints: int
    last_signed_seq: int
    last_signed_at: datetime | None
    anchor_lines: int
    problems: tuple[Problem, ...]
    problem_count: int
    notes: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return self.problem_count == 0
