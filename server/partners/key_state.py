"""What state a key is in at a moment: what is stored, read with the clock."""

from __future__ import annotations

from datetime import datetime

from server.partners.models import PartnerKey
from server.partners.vocabulary import KeyState


def key_state(key: PartnerKey, now: datetime) -> KeyState:
    """The stored state, or EXPIRED once the key's expiry has come; REVOKED stays REVOKED."""
    expired = key.expires_at is not None and key.expires_at <= now
    return KeyState.EXPIRED if expired and key.state is not KeyState.REVOKED else key.state
