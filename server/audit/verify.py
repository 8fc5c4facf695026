"""Verify the trail: every link, its event, every checkpoint, the anchor, and the tail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from os import SEEK_END
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLink
from server.audit.verdict import Findings, Verdict
from server.audit.verify_links import check_links
from server.audit.verify_signed import Checkpoints, check_anchor, check_checkpoints
from server.audit.verify_tail import check_tail


def verify(
    session: Session,
    public_keys: Collection[bytes],
    anchor: Path | None,
    *,
    now: datetime,
    newest: int | None = None,
) -> Verdict:
    """Read the whole trail, or its `newest` links and what belongs to them, in bounded memory.

    `public_keys` are those that checkpoints may be signed with: the present one and those before
    it. Without any, signatures are only held against the key that stands beside them. What is
    appended while this runs is no problem. Changes nothing, and never fails for what it reads.
    """
    findings = Findings()
    # The anchor is measured before the chain: its lines are written after their links.
    size = _size(anchor, findings) if anchor else 0
    head = session.scalar(select(func.max(AuditLink.seq))) or 0
    first = max(1, head - newest + 1) if newest and head else 1
    links = check_links(session, first, head, findings)
    signed = check_checkpoints(session, first, public_keys, findings)
    lines = 0
    if anchor is None:
        findings.notes.append(
            "there is no anchor: a trail that was cut, or written anew together with its "
            "checkpoints, would look whole. Set PORTALS_AUDIT_ANCHOR, or give --anchor"
        )
    else:
        lines = check_anchor(session, anchor, size, first, newest, public_keys, findings)
        _compare(signed, lines, anchor, findings)
    tail = check_tail(session, links.oldest_event_id if newest else None, now, findings)
    _note(signed, head, public_keys, findings)
    return Verdict(
        verified_at=now,
        first_seq=first if head else 0,
        last_seq=head,
        last_hash=links.last_hash,
        tail=tail,
        checkpoints=signed.count,
        last_signed_seq=signed.last_seq,
        last_signed_at=signed.last_at,
        anchor_lines=lines,
        problems=tuple(findings.problems),
        problem_count=findings.count,
        notes=tuple(findings.notes),
    )


def _size(anchor: Path, findings: Findings) -> int:
    try:
        with anchor.open("rb") as file:
            return file.seek(0, SEEK_END)
    except FileNotFoundError:
        return 0
    except OSError as error:
        findings.add(f"the anchor {anchor} cannot be read: {error.strerror}")
        return 0


def _compare(signed: Checkpoints, lines: int, anchor: Path, findings: Findings) -> None:
    if signed.count and not lines:
        findings.add(
            f"the anchor {anchor} has no line, and there are checkpoints: was it taken away, or "
            "is this another file than the worker's?"
        )
    elif signed.count > lines:
        findings.notes.append(
            f"{signed.count - lines} of {signed.count} checkpoints are not in the anchor: it was "
            "begun later, or could not be written, or lines were taken out"
        )


def _note(
    signed: Checkpoints, head: int, public_keys: Collection[bytes], findings: Findings
) -> None:
    if not public_keys and signed.count:
        findings.notes.append(
            "no public key was given: the signatures are good, but by whose key is not known"
        )
    if head > signed.last_seq:
        findings.notes.append(
            f"links {signed.last_seq + 1} to {head} are not signed yet: who owns the database "
            "could have written them anew"
        )
