"""The file of one spooled report: a magic line, a JSON header, the sealed blobs, a SHA-256.

Nothing in it is more readable than in the report's row: what a citizen wrote is sealed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from server.partners.service import KeyMode
from server.reports.service import NewReport, SealedPart, SpentProof
from server.reports.vocabulary import EnvelopeKind, Lane, ReportType

MAGIC = b"portals-spool 1\n"
#: 1 MiB of padded content, its contact, and the header are far below.
MAX_FILE_BYTES = 4 * 1_048_576

_DIGEST_BYTES = 32


class SpoolFileDamaged(Exception):
    """Torn, altered, or not a spooled report. The message holds nothing of the file."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """What a retry needs to get the answer of the first time."""

    secret_generation: int
    received_at: datetime


def encode(report: NewReport) -> bytes:
    """The bytes of the file: all fields of the report."""
    header = {
        "id": str(report.id),
        "idempotency_hash": report.idempotency_hash.hex(),
        "body_tag": report.body_tag.hex(),
        "reference": report.reference,
        "receipt_hmac": report.receipt_hmac.hex(),
        "secret_generation": report.secret_generation,
        "received_at": _moment_text(report.received_at),
        "mode": report.mode.value,
        "lane": report.lane.value,
        "portal_id": str(report.portal_id),
        "partner_id": str(report.partner_id),
        "key_id": str(report.key_id),
        "campaign": report.campaign,
        "origin": report.origin,
        "language": report.language,
        "territory": report.territory,
        "report_type": report.report_type.value,
        "challenge": _challenge_data(report.challenge),
        "unverified_key": report.unverified_key,
        "parts": [
            {
                "kind": part.kind.value,
                "schema_version": part.schema_version,
                "sealing_key_id": str(part.sealing_key_id),
                "wrapped_key": len(part.wrapped_key),
                "ciphertext": len(part.ciphertext),
            }
            for part in report.parts
        ],
    }
    text = json.dumps(header, separators=(",", ":"))  # ASCII: no newline, no lone surrogate
    blobs = [blob for part in report.parts for blob in (part.wrapped_key, part.ciphertext)]
    body = b"".join([MAGIC, text.encode("ascii"), b"\n", *blobs])
    return body + hashlib.sha256(body).digest()


def decode(data: bytes) -> NewReport:
    """The report in these bytes; raises SpoolFileDamaged and nothing else, whatever they are."""
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if not body.startswith(MAGIC) or hashlib.sha256(body).digest() != digest:
        raise SpoolFileDamaged("not a whole spooled report")
    try:
        text, _, blobs = body[len(MAGIC) :].partition(b"\n")
        return _report(json.loads(text), blobs)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # The checksum holds, so another version wrote it, or a hand.
        raise SpoolFileDamaged("not a spooled report of this version") from None


def _report(header: dict[str, Any], blobs: bytes) -> NewReport:
    offset = 0

    def take(length: int) -> bytes:
        nonlocal offset
        start, offset = offset, offset + length
        return blobs[start:offset]

    parts = tuple(
        SealedPart(
            kind=EnvelopeKind(part["kind"]),
            schema_version=part["schema_version"],
            sealing_key_id=UUID(part["sealing_key_id"]),
            wrapped_key=take(part["wrapped_key"]),
            ciphertext=take(part["ciphertext"]),
        )
        for part in header["parts"]
    )
    if offset != len(blobs):
        raise ValueError("lengths")
    challenge = header["challenge"]
    return NewReport(
        id=UUID(header["id"]),
        idempotency_hash=bytes.fromhex(header["idempotency_hash"]),
        body_tag=bytes.fromhex(header["body_tag"]),
        reference=header["reference"],
        receipt_hmac=bytes.fromhex(header["receipt_hmac"]),
        secret_generation=header["secret_generation"],
        received_at=_moment(header["received_at"]),
        mode=KeyMode(header["mode"]),
        lane=Lane(header["lane"]),
        portal_id=UUID(header["portal_id"]),
        partner_id=UUID(header["partner_id"]),
        key_id=UUID(header["key_id"]),
        campaign=header["campaign"],
        origin=header["origin"],
        language=header["language"],
        territory=header["territory"],
        report_type=ReportType(header["report_type"]),
        parts=parts,
        challenge=None
        if challenge is None
        else SpentProof(bytes.fromhex(challenge["digest"]), _moment(challenge["expires_at"])),
        unverified_key=header["unverified_key"],
    )


def _challenge_data(challenge: SpentProof | None) -> dict[str, str] | None:
    if challenge is None:
        return None
    return {"digest": challenge.digest.hex(), "expires_at": _moment_text(challenge.expires_at)}


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("naive")
    return moment.astimezone(UTC)
