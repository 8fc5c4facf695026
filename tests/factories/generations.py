"""Generations of the sealing key, their private halves at hand, and what is sealed to them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy.orm import Session

from server.reports import sealing
from server.reports.models import SealingKey
from server.reports.sealing import PublicSealingKey, SealedPart, generate_key_pair, seal
from server.reports.sealing_keys import activate_sealing_key
from server.reports.service import PrivateKeys
from server.reports.vocabulary import EnvelopeKind
from server.storage.ids import new_id
from tests.factories.stored_report import stored_report


class Generations:
    """Adds generations in a session; `private_keys` opens them all."""

    def __init__(self) -> None:
        self.private_keys = PrivateKeys({})

    def add(self, session: Session, generation: int, *, activate: bool = True) -> SealingKey:
        private, public = generate_key_pair()
        key = SealingKey(
            id=new_id(),
            generation=generation,
            suite=sealing.SUITE,
            public_key=public,
            recovery_copy=b"",
            created_at=datetime.now(UTC),
        )
        session.add(key)
        session.flush()
        self.private_keys.by_id[key.id] = private
        if activate:
            activate_sealing_key(session, key, actor="system")
        return key


def sealed_report(session: Session, key: SealingKey, *, version: int = 2) -> UUID:
    """A report with a contact, sealed to this key; each says its own id."""
    report_id = new_id()
    make = partial(seal_version_1 if version == 1 else seal, {"says": str(report_id)}, report_id)
    public = PublicSealingKey(key.id, key.public_key)
    parts = tuple(make(kind, public) for kind in (EnvelopeKind.REPORT, EnvelopeKind.CONTACT))
    return stored_report(session, id=report_id, parts=parts)


def seal_version_1(
    content: dict[str, Any], report_id: UUID, kind: EnvelopeKind, key: PublicSealingKey
) -> SealedPart:
    """As the first release sealed: one `info` for the data key and for the content."""
    info = b"portals/envelope/1/%b/%b%b" % (kind.value.encode(), report_id.bytes, key.id.bytes)
    data_key = bytes(range(32))
    plaintext = sealing._pad(str(content).replace("'", '"').encode())
    return SealedPart(
        kind=kind,
        schema_version=1,
        sealing_key_id=key.id,
        wrapped_key=sealing._suite.encrypt(data_key, sealing._public_key(key.public_bytes), info),
        ciphertext=ChaCha20Poly1305(data_key).encrypt(bytes(12), plaintext, info),
    )
