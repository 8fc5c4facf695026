"""Signed checkpoints of the chain (Ed25519, RFC 8032), kept in the database and in the anchor."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from server.audit.anchor import SignedCheckpoint, append_to_anchor, last_in_anchor
from server.audit.canonical import checkpoint_statement
from server.audit.errors import TrailDoubtful
from server.audit.models import AuditCheckpoint, AuditLink
from server.storage.keyring import derive_key

_LABEL = "audit/checkpoint"


def sign_checkpoint(
    session: Session, secret: bytes, anchor: Path | None, now: datetime
) -> SignedCheckpoint | None:
    """Sign the chain's head when the chain grew since the last checkpoint; else None.

    The line in the anchor is written when the caller's transaction has committed, and made up
    for at the next call if that failed. Raises TrailDoubtful when the chain is shorter than, or
    another than, what was signed last.
    """
    head = session.execute(
        select(AuditLink.seq, AuditLink.hash).order_by(AuditLink.seq.desc()).limit(1)
    ).first()
    last = last_checkpoint(session)
    anchored = last_in_anchor(anchor) if anchor else None
    for before, where in ((last, "the last checkpoint"), (anchored, "the anchor's last line")):
        _check_grown(session, before, where)
    if anchor and last and (anchored is None or anchored.seq < last.seq):
        append_to_anchor(anchor, last)
    if head is None or (last is not None and head.seq <= last.seq):
        return None
    key = _private_key(secret)
    signed = SignedCheckpoint(
        seq=head.seq,
        hash=head.hash,
        signed_at=now,
        public_key=key.public_key().public_bytes_raw(),
        signature=key.sign(checkpoint_statement(head.seq, head.hash, now)),
    )
    session.add(
        AuditCheckpoint(
            seq=signed.seq,
            hash=signed.hash,
            signed_at=signed.signed_at,
            public_key=signed.public_key,
            signature=signed.signature,
        )
    )
    session.flush()
    if anchor:
        _append_after_commit(session, anchor, signed)
    return signed


def last_checkpoint(session: Session) -> SignedCheckpoint | None:
    """The checkpoint of the longest chain, as the database has it."""
    row = session.scalars(
        select(AuditCheckpoint).order_by(AuditCheckpoint.seq.desc()).limit(1)
    ).first()
    if row is None:
        return None
    return SignedCheckpoint(row.seq, row.hash, row.signed_at, row.public_key, row.signature)


def public_key_of(secret: bytes) -> bytes:
    """The 32 bytes with which anybody may check the signatures made with a secret."""
    return _private_key(secret).public_key().public_bytes_raw()


def signature_is_good(checkpoint: SignedCheckpoint) -> bool:
    """Whether the checkpoint's own key made its signature. Whose key that is, is not asked."""
    statement = checkpoint_statement(checkpoint.seq, checkpoint.hash, checkpoint.signed_at)
    try:
        Ed25519PublicKey.from_public_bytes(checkpoint.public_key).verify(
            checkpoint.signature, statement
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _private_key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(derive_key(secret, _LABEL))


def _check_grown(session: Session, before: SignedCheckpoint | None, where: str) -> None:
    if before is None:
        return
    found = session.scalar(select(AuditLink.hash).where(AuditLink.seq == before.seq))
    if found != before.hash:
        raise TrailDoubtful(
            f"link {before.seq} of the chain is not what {where} says; "
            "nothing is signed until `portals audit verify` was looked at"
        )


def _append_after_commit(session: Session, anchor: Path, signed: SignedCheckpoint) -> None:
    waiting = [signed]

    def committed(_session: Session) -> None:
        while waiting:
            append_to_anchor(anchor, waiting.pop())

    def rolled_back(_session: Session, *_rest: Any) -> None:
        waiting.clear()

    event.listen(session, "after_commit", committed)
    event.listen(session, "after_rollback", rolled_back)
