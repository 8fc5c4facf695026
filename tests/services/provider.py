"""An OpenID Connect provider on loopback: real HTTP, real signatures, one person signed in."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT_ID, CLIENT_SECRET = "console", "secret-of-the-console"


@dataclass
class Provider:
    """What it says of the person, and of the token; tests change both."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "grace", "email_verified": True})
    header: dict[str, str] = field(default_factory=lambda: {"alg": "ES256"})
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))
    published: Any = None
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def sign_in(self, address: str) -> str:
        """What the person's browser is sent back to, from the address it came with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe()
        self.asked[code] = query
        back = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        return f"{query['redirect_uri']}?{back}"

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.metadata

    def keys(self) -> dict[str, Any]:
        return {"keys": [(self.published or self.key).as_dict(private=False)]}

    def redeem(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """A token for a code, once, to the client that set out with it (RFC 6749, RFC 7636)."""
        asked = self.asked.pop(form["code"], None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or authorization != f"Basic {expected}":
            return None
        if (asked["code_challenge_method"], asked["code_challenge"]) != ("S256", challenge):
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
        }
        said = {name: value for name, value in (claims | self.claims).items() if value is not None}
        token = jwt.encode(self.header, said, self.key, algorithms=[self.header["alg"]])
        return {"access_token": secrets.token_urlsafe(), "token_type": "Bearer", "id_token": token}


def shared(key: Any) -> Any:
    """The key that a provider publishes, misused as a shared secret."""
    return OctKey.import_key(json.dumps(key.as_dict(private=False)).encode())


@contextmanager
def served_provider() -> Iterator[Provider]:
    """A provider on a port of its own, until the block ends."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {"/.well-known/openid-configuration": provider.describe, "/keys": provider.keys}
            found = pages.get(self.path)
            self._answer(found() if found else None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(provider.redeem(form, self.headers.get("Authorization", "")))

        def _answer(self, content: dict[str, Any] | None) -> None:
            sent = json.dumps(content or {"error": "invalid_grant"}).encode()
            self.send_response(200 if content else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
