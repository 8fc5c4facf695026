"""A passkey in software: makes credentials and answers challenges as a browser hands them over."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey, on a page of `origin`."""

    origin: str = "https://console.example.org"
    rp_id: str = "console.example.org"
    flags: int = PRESENT | VERIFIED
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    counter: int = 0
    user_handle: bytes = b""
    _key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: str) -> str:
        """The answer to navigator.credentials.create()."""
        asked = json.loads(options)
        self.user_handle = unpacked(asked["user"]["id"])
        point = self._key.public_key().public_numbers()
        cose = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        attestation = cbor2.dumps(
            {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        )
        return self._answer(
            {
                "clientDataJSON": packed(self._client_data("webauthn.create", asked)),
                "attestationObject": packed(attestation),
            }
        )

    def get(self, options: str) -> str:
        """The answer to navigator.credentials.get()."""
        client_data = self._client_data("webauthn.get", json.loads(options))
        self.counter += 1
        data = self._data()
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            {
                "clientDataJSON": packed(client_data),
                "authenticatorData": packed(data),
                "signature": packed(self._key.sign(signed, ec.ECDSA(SHA256()))),
                "userHandle": packed(self.user_handle),
            }
        )

    def _client_data(self, kind: str, asked: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": asked["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _data(self, further: int = 0) -> bytes:
        party = hashlib.sha256(self.rp_id.encode()).digest()
        return party + bytes([self.flags | further]) + self.counter.to_bytes(4, "big")

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {"id": packed(self.id), "rawId": packed(self.id), "type": "public-key"}
            | {"response": response, "clientExtensionResults": {}}
        )


def packed(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
