"""The plain way to take a sealed report, without any protection: what the intake is compared with.

marshmallow, a sealed box (X25519, ChaCha20-Poly1305), one row through the session of the ORM. No
key, limit, challenge, idempotency, canonical address, outbox or spool.
"""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import BLAKE2b, Hash
from flask import Flask, request
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy import LargeBinary, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

from server.reports.vocabulary import ReportType, SiteKind

THREADS = 16

application = Flask("plain")
# A connection for each of the server's threads: none is opened and closed for a request.
engine = create_engine(os.environ["PLAIN_DATABASE_URL"], pool_size=THREADS)
new_session = sessionmaker(engine)
hotline = X25519PrivateKey.generate().public_key()


class Base(DeclarativeBase):
    """Tables of this application."""


class Report(Base):
    """A sealed report, and what counting needs."""

    __tablename__ = "plain_reports"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    key: Mapped[str] = mapped_column(String(100), index=True)
    report_type: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PlaceSchema(Schema):
    """One address."""

    url = fields.Url(required=True, schemes={"http", "https"})


class ReportSchema(Schema):
    """The fields that the measured reports have."""

    key = fields.String(required=True, validate=validate.Length(1, 100))
    language = fields.String(required=True, validate=validate.Length(1, 35))
    territory = fields.String(validate=validate.Length(2, 2))
    report_type = fields.Enum(ReportType, by_value=True, required=True)
    addresses = fields.List(
        fields.Nested(PlaceSchema), required=True, validate=validate.Length(1, 20)
    )
    site_kind = fields.Enum(SiteKind, by_value=True)
    description = fields.String(validate=validate.Length(max=1_000))
    challenge = fields.String(validate=validate.Length(max=4_096))


schema = ReportSchema()


@application.post("/api/v1/reports")
def take() -> tuple[dict[str, Any], int]:
    """Validate, seal, commit."""
    try:
        report = schema.load(request.get_json())
    except ValidationError as error:
        return {"errors": error.messages}, 422
    identifier = uuid.uuid4()
    with new_session.begin() as session:
        session.add(
            Report(
                id=identifier,
                received_at=datetime.now(UTC),
                key=report["key"],
                report_type=report["report_type"],
                sealed=seal(json.dumps(report, default=str).encode()),
            )
        )
    return {"id": str(identifier), "status": "received"}, 201


def seal(plaintext: bytes) -> bytes:
    """A sealed box: a key pair of its own, its public half in front, the nonce from both."""
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    digest = Hash(BLAKE2b(64))
    digest.update(own.exchange(hotline) + public + hotline.public_bytes_raw())
    derived = digest.finalize()
    return public + ChaCha20Poly1305(derived[:32]).encrypt(derived[32:44], plaintext, None)


if __name__ == "__main__":
    Base.metadata.create_all(engine)
