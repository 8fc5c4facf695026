"""Documents for citizens: rendered, compressed, and in the headers of the public surface."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import brotli
from flask import Response, render_template, request

from server.extensions import settings
from server.partners.service import DEFAULT_COLOUR
from server.web import csp
from server.web.embed.assets import frame_script, frame_style
from server.web.headers import dress
from server.web.locale import LANGUAGES, speaking

#: For documents that are made once and served often; the others must not keep a citizen waiting.
BEST = 11
QUICK = 5


@dataclass(frozen=True, slots=True)
class Document:
    """A rendered document with its policy, ready in every encoding that browsers ask for."""

    encodings: dict[str, bytes]
    csp: str
    language: str
    etag: str


def make_document(
    template: str,
    *,
    language: str,
    ancestors: Iterable[str] = (),
    speaks_to: Iterable[str] | None = None,
    colour: str = DEFAULT_COLOUR,
    scripted: bool = False,
    quality: int = QUICK,
    **context: Any,
) -> Document:
    """Render `template` in `language`, to be framed by `ancestors` (CSP sources) only.

    Its script answers the pages of `speaks_to`, which are its ancestors unless others are given.
    """
    origins = ancestors if speaks_to is None else speaks_to
    style = frame_style(colour)
    script = frame_script() if scripted else None
    with speaking(language):
        html = render_template(
            template,
            language=LANGUAGES[language],
            style=style,
            script=script,
            origins=tuple(origins) if scripted else (),
            hotline=settings().hotline_name,
            hotline_url=settings().hotline_url,
            **context,
        ).encode("utf-8", "replace")
    parts = [csp.CLOSED, csp.inline_style(style), csp.framed_by(ancestors)]
    if script:
        parts += [csp.SCRIPTED, csp.inline_script(script)]
    return Document(
        encodings={
            "br": brotli.compress(html, quality=quality),
            "gzip": gzip.compress(html, 9 if quality == BEST else 5, mtime=0),
            "": html,
        },
        csp=csp.policy(*parts),
        language=language,
        etag=hashlib.sha256(html).hexdigest()[:16],
    )


def send(document: Document, *, cache: str, status: int = 200) -> Response:
    """The response for a document; 304 when the browser or a cache has this very one."""
    encoding = _encoding()
    response = Response(document.encodings[encoding], status, mimetype="text/html")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Content-Language"] = document.language
    dress(response, csp=document.csp, cache=cache)
    if status == 200 and "no-store" not in cache:
        response.set_etag(document.etag, weak=True)
        response.make_conditional(request)
    return response


def _encoding() -> str:
    accepted = request.accept_encodings
    return next((name for name in ("br", "gzip") if accepted.quality(name) > 0), "")
