"""Documents for citizens: rendered, compressed, and in the headers of the public surface."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request

from server.extensions import settings
from server.partners.service import DEFAULT_COLOUR
from server.web import csp
from server.web.embed.address import theme
from server.web.embed.assets import frame_script, frame_style, preview_script
from server.web.encodings import BEST, QUICK, accepted_encoding, compress
from server.web.headers import PUBLIC_HEADERS, RETRY_AFTER
from server.web.locale import LANGUAGES, speaking
from server.web.ready import ReadyAnswer

CONTENT_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered document in UTF-8 with its policy."""

    html: bytes
    csp: str
    language: str

    def headers(self, cache: str) -> dict[str, str]:
        """All headers but those of an encoding."""
        return PUBLIC_HEADERS | {
            "Content-Security-Policy": self.csp,
            "Cache-Control": cache,
            "Content-Language": self.language,
        }

    def etag(self) -> str:
        """16 hexadecimal digits that change with anything that a browser would show or obey."""
        return hashlib.sha256(self.csp.encode() + b"\0" + self.html).hexdigest()[:16]


def make_document(
    template: str,
    *,
    language: str,
    ancestors: Iterable[str] = (),
    speaks_to: Iterable[str] | None = None,
    colour: str = DEFAULT_COLOUR,
    scripted: bool = False,
    preview: bool = False,
    **context: Any,
) -> Document:
    """Render `template` in `language`, to be framed by `ancestors` (CSP sources) only.

    Its script answers the pages of `speaks_to`, which are its ancestors unless others are given.
    A `preview` says what it is, reaches nobody and submits nothing.
    A source `http://host` lets `https://host` in too (CSP Level 3, section 6.7.2.8).
    """
    origins = list(ancestors if speaks_to is None else speaks_to)
    origins += [origin.replace("http:", "https:", 1) for origin in origins if origin[:5] == "http:"]
    style = frame_style(colour, theme())
    scripts = [frame_script()] if scripted else []
    if preview:
        scripts.append(preview_script())
    with speaking(language):
        html = render_template(
            template,
            language=LANGUAGES[language],
            style=style,
            scripts=scripts,
            preview=preview,
            origins=origins if scripted else (),
            hotline=settings().hotline_name,
            hotline_url=settings().hotline_url,
            **context,
        ).encode("utf-8", "replace")
    parts = [csp.CLOSED, csp.inline_style(style), csp.framed_by(ancestors)]
    if scripts:
        parts += [csp.SCRIPTED, *map(csp.inline_script, scripts)]
    policy = csp.merge(*parts)
    return Document(html, csp.policy({**policy, **(csp.INERT if preview else {})}), language)


def ready(document: Document, *, cache: str, status: int = 200, quality: int = BEST) -> ReadyAnswer:
    """A document for many: ready in every encoding, with an ETag where it is cached."""
    return ReadyAnswer(
        document.html,
        document.headers(cache),
        content_type=CONTENT_TYPE,
        etag=document.etag(),
        status=status,
        quality=quality,
    )


def send(document: Document, *, cache: str, status: int = 200) -> Response:
    """The response with a document for one citizen."""
    encoding = accepted_encoding(request.headers.get("Accept-Encoding", ""))
    body = compress(document.html, encoding, QUICK)
    response = Response(body, status, mimetype="text/html")
    response.headers.update(document.headers(cache))
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    if status == 200 and "no-store" not in cache:
        response.set_etag(document.etag(), weak=True)
        response.make_conditional(request)
    return response
