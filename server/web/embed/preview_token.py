"""The signed address of a preview: partner, portal, look, and the moment when it ends.

Both surfaces have the intake's secret: the console signs, the public surface shows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from server.partners.service import PreviewedLook
from server.storage.keyring import IntakeSecrets

LABEL = "branding-preview"
LIFETIME = timedelta(minutes=10)

#: Partner, portal, kind of look, its revision, end in seconds since 1970.
_CONTENT = struct.Struct(">16s16scIQ")
_PUBLISHED, _DRAFT, _REVISION = b"p", b"d", b"r"
_LENGTH = _CONTENT.size + hashlib.sha256().digest_size


class PreviewForged(ValueError):
    """The token was not made by us."""


class PreviewExpired(ValueError):
    """The token was ours, and is over."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a token names. `look` None is the published one, whichever it is then."""

    partner_id: UUID
    portal_id: UUID
    look: PreviewedLook | None


def preview_token(
    secrets: IntakeSecrets,
    partner_id: UUID,
    portal_id: UUID,
    look: PreviewedLook | None = None,
    now: datetime | None = None,
) -> str:
    """A token for `/embed/preview/<token>`, valid for 10 minutes from `now`.

    Without a `look` the published one is shown, in the languages of the portal.
    """
    end = (now or datetime.now(UTC)) + LIFETIME
    kind = _PUBLISHED if look is None else _DRAFT if look.is_draft else _REVISION
    content = _CONTENT.pack(
        partner_id.bytes,
        portal_id.bytes,
        kind,
        look.revision if look else 0,
        int(end.timestamp()),
    )
    signed = content + _signature(secrets.derive(LABEL), content)
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode("ascii")


def read_preview_token(secrets: IntakeSecrets, token: str, now: datetime) -> Preview:
    """What a token names; raises PreviewForged or PreviewExpired. A forged one costs no query.

    Tokens of an older generation of the secret hold.
    """
    signed = _decoded(token)
    content, signature = signed[: _CONTENT.size], signed[_CONTENT.size :]
    expected = (
        _signature(secrets.derive(LABEL, generation), content) for generation in secrets.numbers()
    )
    if not any(hmac.compare_digest(signature, candidate) for candidate in expected):
        raise PreviewForged("forged")
    partner, portal, kind, revision, end = _CONTENT.unpack(content)
    if now.timestamp() >= end:
        raise PreviewExpired("too old")
    look = None if kind == _PUBLISHED else PreviewedLook(revision, is_draft=kind == _DRAFT)
    return Preview(UUID(bytes=partner), UUID(bytes=portal), look)


def _decoded(token: str) -> bytes:
    try:
        padded = token.encode("ascii") + b"=" * (-len(token) % 4)
        signed = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise PreviewForged("malformed") from None
    if len(signed) != _LENGTH:
        raise PreviewForged("malformed")
    return signed


def _signature(secret: bytes, content: bytes) -> bytes:
    return hmac.new(secret, content, hashlib.sha256).digest()
