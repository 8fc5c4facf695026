"""The server's end of TLS: certificates made for the occasion, and a front that takes TLS off.

Each host has a leaf of its own behind one intermediate, both on P-256, as a public authority
issues them; the root stays at home. TLS 1.3, HTTP/1.1.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


class Authority:
    """A root and an intermediate that nobody knows but this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root_key = ec.generate_private_key(ec.SECP256R1())
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._root_name, self._name = _name("Bench Root"), _name("Bench Intermediate")
        self._certificate = self._sign(
            self._name, self._key.public_key(), self._root_name, self._root_key, host=None
        )

    def context_for(self, host: str) -> tuple[ssl.SSLContext, str]:
        """A server's context for `host`, and the pin of its key (base64 of SHA-256 of the SPKI)."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(_name(host), key.public_key(), self._name, self._key, host=host)
        file = self._folder / f"{host}.pem"
        file.touch(0o600)
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
            + self._certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(file)
        spki = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return context, base64.b64encode(hashlib.sha256(spki).digest()).decode()

    @staticmethod
    def _sign(
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        issuer: x509.Name,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        host: str | None,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 7 * DAY)
            .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        )
        if host:
            names = x509.SubjectAlternativeName([x509.DNSName(host)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(issuer_key, hashes.SHA256())


async def open_front(context: ssl.SSLContext, backend: int) -> tuple[int, asyncio.Server]:
    """Take TLS off for the plain server on port `backend` of loopback; the front's port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind, behind_writer = await asyncio.open_connection("127.0.0.1", backend)
            try:
                await asyncio.gather(_pump(reader, behind_writer), _pump(behind, writer))
            finally:
                behind_writer.close()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            pass  # the browser went away, or the loop ends
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    return server.sockets[0].getsockname()[1], server


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
