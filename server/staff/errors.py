"""What can be refused when accounts are set up and sign-in links are issued."""

from __future__ import annotations


class StaffError(ValueError):
    """The request cannot be carried out; the message says why and what to do."""


class StaffEmailInvalid(StaffError):
    """The text is no e-mail address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email!r} is no e-mail address")


class StaffExists(StaffError):
    """There is an account with this address already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an account already; see `portals staff list`")


class StaffUnknown(StaffError):
    """No account has this address."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"{email} has no account; add it with `portals staff add {email} --role ROLE`"
        )


class StaffDisabled(StaffError):
    """The account is disabled."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is disabled; open it with `portals staff enable {email}`")
