"""Checkpoints and anchor against the chain: what was signed once must still be there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.anchor import AnchorLine, SignedCheckpoint, read_anchor
from server.audit.canonical import instant
from server.audit.checkpoints import signature_is_good
from server.audit.models import AuditCheckpoint, AuditLink
from server.audit.stored import STREAM, as_text, raw_bytes, raw_time, read_time
from server.audit.verdict import Findings

_BATCH = 1_000


@dataclass(slots=True)
class Checkpoints:
    """How many the database has, and the last of them; 0 and None when there is none."""

    count: int = 0
    last_seq: int = 0
    last_at: datetime | None = None


def check_checkpoints(
    session: Session, first: int, public_keys: Collection[bytes], findings: Findings
) -> Checkpoints:
    """Every checkpoint of link `first` and later: signature, key, and the link that it names."""
    found = Checkpoints()
    for row in _rows(session, first):
        checkpoint = _read(row)
        found.count, found.last_seq = found.count + 1, row.seq
        found.last_at = checkpoint.signed_at if checkpoint else None
        if checkpoint is None:
            findings.add("a checkpoint's time cannot be read: it was changed", seq=row.seq)
            continue
        _check_signature(checkpoint, "a checkpoint", public_keys, findings)
        _check_link(checkpoint, row.link_hash, "a checkpoint", findings)
    return found


def check_anchor(
    session: Session,
    anchor: Path,
    size: int,
    first: int,
    newest: int | None,
    public_keys: Collection[bytes],
    findings: Findings,
) -> int:
    """Every line of the anchor for link `first` and later; returns how many there are."""
    lines = _relevant(read_anchor(anchor, end=size, newest=newest), first, findings)
    count = 0
    while batch := list(islice(lines, _BATCH)):
        seqs = [checkpoint.seq for _, checkpoint in batch]
        links = _hashes(session, AuditLink, seqs)
        kept = _hashes(session, AuditCheckpoint, seqs)
        for number, checkpoint in batch:
            count += 1
            where = f"line {number} of the anchor"
            _check_signature(checkpoint, where, public_keys, findings)
            _check_link(checkpoint, links.get(checkpoint.seq), where, findings)
            if kept.get(checkpoint.seq) != checkpoint.hash:
                findings.add(
                    f"the checkpoint in {where} is not in the database: it was taken out or "
                    "changed",
                    seq=checkpoint.seq,
                )
    return count


def _relevant(
    lines: Iterator[AnchorLine], first: int, findings: Findings
) -> Iterator[tuple[int, SignedCheckpoint]]:
    last = 0
    for line in lines:
        if line.checkpoint is None and line.is_torn:
            findings.notes.append(f"line {line.number} of the anchor was torn while it was written")
        elif line.checkpoint is None:
            findings.add(f"line {line.number} of the anchor cannot be read: it was changed")
        else:
            seq = line.checkpoint.seq
            if seq <= last:
                findings.add(
                    f"line {line.number} of the anchor goes back to link {seq} after {last}: the "
                    "chain was signed anew from an earlier place",
                    seq=seq,
                )
            last = seq
            if seq >= first:
                yield line.number, line.checkpoint


def _check_signature(
    checkpoint: SignedCheckpoint, where: str, public_keys: Collection[bytes], findings: Findings
) -> None:
    if public_keys and checkpoint.public_key not in public_keys:
        findings.add(
            f"{where} is signed with a key that is not known "
            f"({checkpoint.public_key.hex()[:16]}…): forged, or an earlier PORTALS_AUDIT_SECRET "
            "whose public key was not given",
            seq=checkpoint.seq,
        )
    elif not signature_is_good(checkpoint):
        findings.add(f"{where} has a wrong signature: it was changed", seq=checkpoint.seq)


def _check_link(
    checkpoint: SignedCheckpoint, found: bytes | None, where: str, findings: Findings
) -> None:
    if found is None:
        findings.add(
            f"{where} was signed for link {checkpoint.seq}, which is not there: the end of the "
            "trail was cut off",
            seq=checkpoint.seq,
        )
    elif found != checkpoint.hash:
        findings.add(
            f"{where} was signed for another hash: the chain up to this link was written anew",
            seq=checkpoint.seq,
        )


def _rows(session: Session, first: int) -> Iterator[Any]:
    query = (
        select(
            AuditCheckpoint.seq,
            raw_bytes(session, AuditCheckpoint.hash).label("hash"),
            raw_time(session, AuditCheckpoint.signed_at).label("signed_at"),
            raw_bytes(session, AuditCheckpoint.public_key).label("public_key"),
            raw_bytes(session, AuditCheckpoint.signature).label("signature"),
            raw_bytes(session, AuditLink.hash).label("link_hash"),
        )
        .outerjoin(AuditLink, AuditLink.seq == AuditCheckpoint.seq)
        .order_by(AuditCheckpoint.seq)
    )
    if first > 1:
        query = query.where(AuditCheckpoint.seq >= first)
    yield from session.execute(query, execution_options=STREAM)


def _read(row: Any) -> SignedCheckpoint | None:
    try:
        signed_at = instant(read_time(as_text(row.signed_at)))
    except (ValueError, OverflowError):
        return None
    return SignedCheckpoint(row.seq, row.hash, signed_at, row.public_key, row.signature)


def _hashes(
    session: Session, table: type[AuditLink | AuditCheckpoint], seqs: Collection[int]
) -> dict[int, bytes]:
    query = select(table.seq, raw_bytes(session, table.hash)).where(table.seq.in_(seqs))
    return {row[0]: row[1] for row in session.execute(query)}
