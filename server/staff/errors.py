"""What can be refused when accounts are set up and members sign in."""

from __future__ import annotations

from datetime import timedelta


class StaffError(ValueError):
    """The request cannot be carried out; the message says why and what to do. `field` names the
    field of a form that it is about."""

    field: str | None = None


class StaffEmailInvalid(StaffError):
    """The text is no e-mail address."""

    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(f"{email!r} is no e-mail address")


class StaffExists(StaffError):
    """There is an account with this address already."""

    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(
            f"{email} has an account already; see the page Staff or `portals staff list`"
        )


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


class LastAdministrator(StaffError):
    """Without this account nobody could run accounts any more."""

    field = "roles"

    def __init__(self, email: str) -> None:
        super().__init__(
            f"{email} is the only active administrator; make somebody else administrator first"
        )


class OwnAccount(StaffError):
    """One's own roles and state are for a colleague to change."""

    field = "roles"

    def __init__(self) -> None:
        super().__init__("this is your own account; another administrator has to change it")


class RolesClash(StaffError):
    """One account may not both run accounts and check the trail (NIST SP 800-53, AC-5)."""

    field = "roles"

    def __init__(self) -> None:
        super().__init__(
            "who runs accounts does not check the trail: give the roles administrator and "
            "auditor to two people"
        )


class LastWayIn(StaffError):
    """What is to be removed is the only way to sign in that the member has."""

    def __init__(self) -> None:
        super().__init__("this is your only way to sign in; add another one first")


class HasWaysIn(StaffError):
    """The member can sign in and needs no invitation."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"{email} can sign in already; if they lost their device, reset their sign-in"
        )


class PasswordRefused(StaffError):
    """The password cannot be taken; the message says what to do."""

    field = "password"


class CodeRefused(StaffError):
    """The code of the authenticator app does not fit."""

    field = "code"

    def __init__(self) -> None:
        super().__init__(
            "this code does not fit; wait for the next one in your app and type it, and check "
            "that your phone's clock is right"
        )


class PasskeyRefused(StaffError):
    """A passkey's answer does not fit what it was asked, or the passkey is not known here."""


class TooManyFailures(StaffError):
    """Too many failed sign-ins; `wait` is how long until the next one is looked at."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(
            f"too many attempts that failed; wait {minutes} {unit}, or use a passkey or a "
            "sign-in link, which always work"
        )


class IdentityRefused(StaffError):
    """Single sign-on named nobody who may come in here."""
