"""What a page needs for a passkey's button, and what comes back of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import request
from itsdangerous import BadSignature

from server.extensions import settings
from server.staff import service as staff
from server.staff.service import Challenge, RelyingParty, User, WebAuthn
from server.web.console.sessions import current_session
from server.web.console.signatures import signer

MOST_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class PasskeyButton:
    """`options` are the browser's, in JSON; `challenge` is signed and comes back with the form."""

    options: str
    challenge: str


def relying_party() -> RelyingParty:
    """The console as passkeys know it, from PORTALS_CONSOLE_URL."""
    url = settings().console_url
    host = urlsplit(url).hostname or ""
    return RelyingParty(host, f"{settings().hotline_name}: console", url)


def button_to_sign_in() -> PasskeyButton:
    """For whoever holds a passkey."""
    challenge = Challenge.new()
    options = staff.options_to_sign_in(relying_party(), challenge)
    return PasskeyButton(options, _signed(challenge, "sign-in"))


def button_to_confirm(known: Sequence[WebAuthn]) -> PasskeyButton:
    """For the member who is signed in, with one of these passkeys of theirs."""
    challenge = Challenge.new()
    options = staff.options_to_sign_in(relying_party(), challenge, known)
    return PasskeyButton(options, _signed(challenge, "confirm"))


def button_to_add(user: User, known: Sequence[WebAuthn]) -> PasskeyButton:
    """For the member who is signed in."""
    challenge = Challenge.new()
    options = staff.options_to_add(user, known, relying_party(), challenge)
    return PasskeyButton(options, _signed(challenge, "add"))


def sent_challenge(purpose: str) -> Challenge:
    """The challenge that this session was given for `purpose`. Raises PasskeyRefused."""
    try:
        value, issued_at = signer(_purpose(purpose)).loads(request.form.get("challenge", ""))
    except BadSignature:
        raise staff.PasskeyRefused("this page was open too long; try again") from None
    return Challenge(bytes.fromhex(value), datetime.fromtimestamp(issued_at / 1e6, UTC))


def sent_answer() -> str:
    """What the browser says of the passkey. Raises PasskeyRefused when a script sent nothing."""
    answer = request.form.get("answer", "")
    if not answer or len(answer) > MOST_CHARACTERS:
        raise staff.PasskeyRefused("the browser sent no passkey; try again, with JavaScript on")
    return answer


def _signed(challenge: Challenge, purpose: str) -> str:
    issued_at = int(challenge.issued_at.timestamp() * 1e6)
    return str(signer(_purpose(purpose)).dumps([challenge.value.hex(), issued_at]))


def _purpose(purpose: str) -> str:
    here = current_session()
    return f"passkey/{purpose}/{here.id if here and purpose != 'sign-in' else ''}"
