"""What speaks for a submission besides its content, and what is found when it is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from server.intake.challenge import is_hasty, verify_challenge
from server.intake.errors import SecretKeyRefused
from server.intake.keys import Keys
from server.intake.lanes import Proof, Signals
from server.intake.pressure import NO_PRESSURE, Pressure
from server.partners.service import ResolvedKey
from server.reports.service import SpentProof
from server.storage.availability import DatabaseAway
from server.storage.keyring import IntakeSecrets

#: Given whether a secret key speaks for the report.
Measure = Callable[[bool], Pressure]


def no_pressure(_trusted: bool) -> Pressure:
    """All is calm."""
    return NO_PRESSURE


@dataclass(frozen=True, slots=True)
class Evidence:
    """As the edge hands it on.

    `secret_key` is the Bearer token of a partner's server; `timed_form` says that the form
    without JavaScript was filled in no faster than a person can; `hasty`, that something else
    than a person seems to have filled in the form. `pressure` counts this report and tells the
    pressure with it, for a sender whose secret key was found to be right, or another; it is
    asked once the report has been found worth counting, and may raise TooManyReports.
    """

    secret_key: str | None = field(default=None, repr=False)
    timed_form: bool = False
    hasty: bool = False
    pressure: Measure = no_pressure


def signals_of(
    evidence: Evidence,
    challenge: str | None,
    key_text: str,
    key: ResolvedKey | None,
    keys: Keys,
    secrets: IntakeSecrets,
) -> tuple[Signals, SpentProof | None]:
    """Check the best proof that was brought, and say what the report spends.

    Doubt refuses nobody, save forged evidence: raises SecretKeyRefused, ChallengeForged, or
    ChallengeExpired. A secret key that cannot be looked up proves nothing.
    """
    if evidence.secret_key is not None:
        trusted = _is_of(evidence.secret_key, key, keys)
        return Signals(Proof.SECRET_KEY if trusted else Proof.NONE, evidence.hasty), None
    if challenge is not None:
        solved = verify_challenge(secrets, key_text, challenge)
        hasty = evidence.hasty or is_hasty(solved, datetime.now(UTC))
        return Signals(Proof.CHALLENGE, hasty), solved
    return Signals(Proof.TIMED_FORM if evidence.timed_form else Proof.NONE, evidence.hasty), None


def _is_of(secret_key: str, key: ResolvedKey | None, keys: Keys) -> bool:
    """Whether it belongs to the partner and portal of `key`; raises SecretKeyRefused if not."""
    try:
        server = keys.find_secret(secret_key)
    except DatabaseAway:
        return False
    if key is None:
        return False
    if server is None or (server.partner_id, server.portal_id, server.mode) != (
        key.partner_id,
        key.portal_id,
        key.mode,
    ):
        raise SecretKeyRefused
    return True
