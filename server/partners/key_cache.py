"""Keys as this process read them a moment ago: one query in 5 seconds however busy a form is, and
a day's grace while the database is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from server.partners.key_format import PUBLISHABLE, SECRET, parse_key
from server.partners.key_record import (
    decode_key,
    decode_secret_key,
    encode_key,
    encode_secret_key,
)
from server.partners.lookup import find_key, stored_secret_key
from server.partners.resolved_key import ResolvedKey, Standing
from server.partners.secret_key import SecretKey, secret_matches
from server.storage.availability import BoundedReads
from server.storage.keyring import IntakeSecrets
from server.storage.last_known import LastKnown
from server.storage.snapshot import Snapshot


class KeyCache:
    """Publishable and secret keys, each read at most once in 5 s; for all threads.

    While the database is away the last reading serves for 24 hours (`LastKnown`).
    """

    def __init__(
        self,
        reads: BoundedReads,
        secrets: IntakeSecrets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.publishable: LastKnown[ResolvedKey] = LastKnown(reads, find_key, clock=clock)
        self.secret: LastKnown[SecretKey] = LastKnown(reads, stored_secret_key, clock=clock)
        self._secrets = secrets

    def survive(self, snapshot: Snapshot) -> None:
        """Take up what an earlier process knew, and let later ones know."""
        snapshot.keep("keys", self.publishable, encode_key, decode_key)
        snapshot.keep("secret keys", self.secret, encode_secret_key, decode_secret_key)

    def fresh(self, text: str) -> ResolvedKey | None:
        """The publishable key when it needs no reading: it waits for nothing."""
        return self.publishable.fresh(text)

    def find(self, text: str) -> ResolvedKey | None:
        """The publishable key `text`, or None. A mistyped one costs no query (promise P21).

        Raises DatabaseAway when a well-formed key cannot be looked up.
        """
        if key := self.publishable.fresh(text):
            return key
        parsed = parse_key(text)
        if parsed is None or parsed.kind != PUBLISHABLE:
            return None
        return self.publishable.get(text)

    def find_secret(self, text: str) -> ResolvedKey | None:
        """What the secret key `text` opens, when it exists, matches its HMAC and is open; or None.

        Raises DatabaseAway when a well-formed key cannot be looked up.
        """
        parsed = parse_key(text)
        if parsed is None or parsed.kind != SECRET:
            return None
        held = self.secret.get(parsed.key_id)
        if held is None or not secret_matches(self._secrets, held.hmac, text):
            return None
        return held.key if held.key.standing(datetime.now(UTC)) is Standing.OPEN else None
