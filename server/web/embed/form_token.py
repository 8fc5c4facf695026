"""The signed token of the check-your-answers page: key, time, digest of the answers, retry key.

It lets the server keep nothing between two pages: what comes back was shown by us, for this key,
unchanged, and no faster than a person reads.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.storage.keyring import IntakeSecrets

LABEL = "form-token"
LIFETIME = timedelta(hours=24)
#: Nobody reads their answers faster; a program would have to wait as long.
READING_TIME = timedelta(seconds=3)


class TokenRefused(ValueError):
    """The token is malformed, forged, too old, or for other answers: show the check page again."""


@dataclass(frozen=True, slots=True)
class FormToken:
    """`idempotency` is the retry key; `made_at` is in UTC, to the millisecond."""

    idempotency: str
    made_at: datetime

    def timed(self, now: datetime) -> bool:
        """Whether a person had time to read the page."""
        return now - self.made_at >= READING_TIME


def make_token(
    secrets: IntakeSecrets, key: str, digest: bytes, idempotency: str, now: datetime
) -> str:
    """A token for the answers with this SHA-256 `digest`, given under the partner key `key`."""
    moment = str(int(now.timestamp() * 1000))
    signature = _sign(secrets.derive(LABEL), key, moment, digest, idempotency)
    return f"{moment}.{idempotency}.{signature}"


def read_token(
    secrets: IntakeSecrets, token: str, key: str, digest: bytes, now: datetime
) -> FormToken:
    """What a token says, when it was made by us for this key and these answers; else TokenRefused.

    Tokens of an older generation of the secret hold, so that a rotation refuses nobody.
    """
    moment, _, rest = token.partition(".")
    idempotency, _, signature = rest.partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) <= 15 and signature.isascii()):
        raise TokenRefused("malformed")
    expected = (
        _sign(secrets.derive(LABEL, generation), key, moment, digest, idempotency)
        for generation in secrets.numbers()
    )
    if not any(hmac.compare_digest(signature, candidate) for candidate in expected):
        raise TokenRefused("forged, or for other answers")
    made_at = datetime.fromtimestamp(int(moment) / 1000, UTC)
    if now - made_at > LIFETIME:
        raise TokenRefused("too old")
    return FormToken(idempotency, made_at)


def _sign(secret: bytes, key: str, moment: str, digest: bytes, idempotency: str) -> str:
    text = "|".join((key, moment, digest.hex(), idempotency)).encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()
