"""How secrets of members are kept and compared: by Flask-Security's hashing and its TOTP."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import cast

from flask import Flask, current_app
from flask_security.totp import Totp
from flask_security.utils import hash_password, verify_password
from passlib.exc import TokenError  # type: ignore[import-untyped]

from server.staff.service import User, normal_password

#: Flask-Security's settings. scrypt with N = 2^15, r = 8, p = 3 (OWASP's Password Storage Cheat
#: Sheet) takes 32 MiB, comes with Python, and hashes an HMAC of the password, so that what the
#: database holds is of no use without PORTALS_CONSOLE_SECRET.
PASSWORD_SETTINGS = {
    "SECURITY_PASSWORD_HASH": "scrypt",
    "SECURITY_PASSWORD_SCHEMES": ["scrypt"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
        "scrypt__rounds": 15,
        "scrypt__block_size": 8,
        "scrypt__parallelism": 3,
    },
}
#: Seconds that a code may be late or early.
_WINDOW_S = 30
#: So many hashes at once: guessing strangers must not take the processor away from reports.
_AT_ONCE, _PATIENCE_S = 2, 10
_turns = BoundedSemaphore(_AT_ONCE)
_CODES, _NOBODYS = "portals.authenticator_codes", "portals.nobodys_password"


class TooBusy(RuntimeError):
    """Too many sign-ins are being looked at; try again."""


class AuthenticatorCodes(Totp):
    """Flask-Security's TOTP, which also says of which time step a code is."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        #: Looked at in place of the secret of an account that has none.
        self.nobodys = str(self.generate_totp_secret())

    def step_of(self, code: str, sealed: str, after: int | None) -> int | None:
        """The time step of a code, later than `after`; None when the code does not fit."""
        try:
            match = self._totp.verify(code, sealed, window=_WINDOW_S, last_counter=after)
        except (TokenError, ValueError):
            return None
        return int(match.counter)

    def uri(self, user: User, sealed: str) -> str:
        """What an app reads from the QR code."""
        return str(self.get_totp_uri(user.email.replace(":", " "), sealed))


class SecurityProofs:
    """Compares what was typed; `staff.prove` asks it."""

    def password_fits(self, password: str, kept: str | None) -> bool:
        """False for None, after as much work as for any other. Raises TooBusy."""
        with _turn():
            fits = bool(verify_password(password, kept or _nobodys_password()))
        return fits and kept is not None

    def matching_step(self, code: str, sealed: str | None, after: int | None) -> int | None:
        """The time step whose code this is, later than `after`, or None."""
        step = codes().step_of(code, sealed or codes().nobodys, after)
        return step if sealed else None


def init_proofs(app: Flask, secret: str, issuer: str) -> None:
    """Set the TOTP up. A secret that changes later loses every authenticator app."""
    app.extensions[_CODES] = AuthenticatorCodes({"1": secret}, issuer.replace(":", " "))


def codes() -> AuthenticatorCodes:
    """The TOTP of the current application."""
    return cast(AuthenticatorCodes, current_app.extensions[_CODES])


def hashed(password: str) -> str:
    """What is kept of a password. Raises TooBusy."""
    with _turn():
        return str(hash_password(normal_password(password)))


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_PATIENCE_S):
        raise TooBusy
    try:
        yield
    finally:
        _turns.release()


def _nobodys_password() -> str:
    """Compared in place of the password of an account that has none; as dear as any other."""
    kept = current_app.extensions
    if _NOBODYS not in kept:
        kept[_NOBODYS] = str(hash_password(secrets.token_urlsafe()))
    return cast(str, kept[_NOBODYS])
