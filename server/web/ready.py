"""An answer that is ready: its bytes in every encoding, its headers written once.

It is a WSGI application, so that it can be given before Flask is asked, and by a view as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response, request

from server.web.encodings import BEST, BROTLI, GZIP, IDENTITY, accepted_encoding, compress

Headers = list[tuple[str, str]]


class ReadyAnswer:
    """One content in three encodings. GET and HEAD; 304 for whoever has it (status 200 only).

    `headers` say `Vary: Accept-Encoding`; `etag` is the opaque part of a weak ETag, one for all
    encodings (RFC 9110, section 8.8.1).
    """

    def __init__(
        self,
        content: bytes,
        headers: Mapping[str, str],
        *,
        content_type: str,
        etag: str,
        status: int = 200,
        quality: int = BEST,
    ) -> None:
        self.content = content
        self.csp = headers.get("Content-Security-Policy")
        self.status = f"{status} {HTTPStatus(status).phrase}"
        self.opaque = f'"{etag}"'
        always = list(headers.items())
        if status == 200:
            always.append(("ETag", f"W/{self.opaque}"))
        self._unchanged: Headers = always
        self._encoded: dict[str, tuple[Headers, bytes]] = {}
        for encoding in (BROTLI, GZIP, IDENTITY):
            body = compress(content, encoding, quality)
            told = [*always, ("Content-Type", content_type), ("Content-Length", str(len(body)))]
            if encoding:
                told.append(("Content-Encoding", encoding))
            self._encoded[encoding] = (told, body)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and self.status.startswith("200") and self._is_among(known):
            start_response("304 Not Modified", list(self._unchanged))
            return ()
        headers, body = self._encoded[accepted_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
        # A copy: a server or a middleware may add its own.
        start_response(self.status, list(headers))
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    def response(self) -> Response:
        """The same as a view's response to the current request."""
        return cast(Response, Response.from_app(self, request.environ))

    def _is_among(self, known: str) -> bool:
        """Weak comparison with the list of an `If-None-Match` (RFC 9110, section 13.1.2)."""
        listed = (each.strip() for each in known.split(","))
        return any(each == "*" or each.removeprefix("W/") == self.opaque for each in listed)
