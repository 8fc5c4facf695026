"""What can be refused when staff edit the directory."""

from __future__ import annotations


class AuthorityError(ValueError):
    """The change cannot be made; the message says why and what to do. `field` is where."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class AuthorityUnknown(AuthorityError):
    """There is no such row."""


class AuthorityChanged(AuthorityError):
    """Somebody else changed the row since it was read; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "this authority was changed by somebody else meanwhile: "
            "look at it again, then repeat your change"
        )


class TermsRefused(AuthorityError):
    """Several fields at once: `problems` has (field, reason) for each."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(reason for _, reason in problems), problems[0][0])
        self.problems = problems
