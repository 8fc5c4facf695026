"""How secrets of members are kept and compared: by Flask-Security's hashing and its TOTP."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import BoundedSemaphore, Lock
from time import monotonic
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
#: So many hashes at once in a process, and so many requests that wait for a turn, for a moment:
#: guessing strangers must take neither the processor nor the threads away from reports.
_AT_ONCE, _WAITING, _PATIENCE_S = 2, 2, 0.2
_turns, _queue = BoundedSemaphore(_AT_ONCE), BoundedSemaphore(_WAITING)
#: Attempts a minute in a process from all browsers together that signed in to nothing here.
STRANGERS_A_MINUTE = 60
_CODES, _NOBODYS = "portals.authenticator_codes", "portals.nobodys_password"
_STRANGERS = "portals.strangers"


class TooBusy(RuntimeError):
    """Too many sign-ins are being looked at; try again in a moment."""


class Allowance:
    """So many in a minute; safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._taken: deque[float] = deque(maxlen=most)
        self._lock = Lock()

    def take(self) -> None:
        """Raises TooBusy when all of the last minute are taken."""
        now = monotonic()
        with self._lock:
            if len(self._taken) == self._taken.maxlen and now - self._taken[0] < 60:
                raise TooBusy
            self._taken.append(now)


class AuthenticatorCodes(Totp):
    """Flask-Security's TOTP, which also says of which time step a code is."""

    @cached_property
    def nobodys(self) -> str:
        """Looked at in place of the secret of an account that has none."""
        return str(self.generate_totp_secret())

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
    """Compares what was typed; `staff.prove` asks it, within a `turn`."""

    def password_fits(self, password: str, kept: str | None) -> bool:
        """False for None, after as much work as for any other."""
        fits = bool(verify_password(password, kept or _nobodys_password()))
        return fits and kept is not None

    def matching_step(self, code: str, sealed: str | None, after: int | None) -> int | None:
        """The time step whose code this is, later than `after`, or None."""
        step = codes().step_of(code, sealed or codes().nobodys, after)
        return step if sealed else None


def init_proofs(app: Flask, secret: str, issuer: str) -> None:
    """Set the TOTP up. A secret that changes later loses every authenticator app."""
    app.extensions[_CODES] = AuthenticatorCodes({"1": secret}, issuer.replace(":", " "))
    app.extensions[_STRANGERS] = Allowance(STRANGERS_A_MINUTE)


def strangers() -> Allowance:
    """What browsers share that are known for no account that they try."""
    return cast(Allowance, current_app.extensions[_STRANGERS])


def codes() -> AuthenticatorCodes:
    """The TOTP of the current application."""
    return cast(AuthenticatorCodes, current_app.extensions[_CODES])


def hashed(password: str) -> str:
    """What is kept of a password. Raises TooBusy."""
    with turn():
        return str(hash_password(normal_password(password)))


@contextmanager
def turn() -> Iterator[None]:
    """A turn at hashing. Raises TooBusy at once when others wait already, else in a moment."""
    _take_turn()
    try:
        yield
    finally:
        _turns.release()


def _take_turn() -> None:
    if _turns.acquire(blocking=False):
        return
    if not _queue.acquire(blocking=False):
        raise TooBusy
    try:
        if not _turns.acquire(timeout=_PATIENCE_S):
            raise TooBusy
    finally:
        _queue.release()


def _nobodys_password() -> str:
    """Compared in place of the password of an account that has none; as dear as any other."""
    kept = current_app.extensions
    if _NOBODYS not in kept:
        kept[_NOBODYS] = str(hash_password(secrets.token_urlsafe()))
    return cast(str, kept[_NOBODYS])
