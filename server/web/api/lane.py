"""Takes a report that is right before Flask is asked: no route, no hook, no context.

It only knows the good case. Whatever is wrong with a request, or with taking it, goes on to the
application as it came: the same submission is accepted once, and the view says what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from marshmallow import ValidationError

from server.intake.service import Accepted, errors
from server.web.api.headers import API_HEADERS, CACHE_ANSWER
from server.web.api.problems import REPORTS
from server.web.api.strict_json import parse_json
from server.web.api.tokens import bearer_token
from server.web.submission import Reception, load_submission

_encoded = json.JSONEncoder(separators=(",", ":")).encode
MAX_BODY_BYTES = 64 * 1024
_LENGTH = re.compile(r"[0-9]{1,9}")
_HEADERS = [
    *API_HEADERS.items(),
    ("Cache-Control", CACHE_ANSWER),
    ("Content-Type", "application/json"),
]


class ReportLane:
    """A WSGI application in front of another."""

    def __init__(self, application: WSGIApplication, reception: Reception) -> None:
        self._application = application
        self._reception = reception

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == REPORTS and environ["REQUEST_METHOD"] == "POST":
            accepted = self._accepted(environ)
            if accepted is not None:
                body = _body(accepted)
                start_response("201 Created", [*_HEADERS, ("Content-Length", str(len(body)))])
                return (body,)
        return self._application(environ, start_response)

    def _accepted(self, environ: WSGIEnvironment) -> Accepted | None:
        raw = _read(environ)
        if raw is None:
            return None
        try:
            return self._reception.submit(
                load_submission(parse_json(raw)),
                environ.get("HTTP_IDEMPOTENCY_KEY"),
                environ,
                secret_key=bearer_token(environ),
            )
        except (ValueError, RecursionError, ValidationError, errors.IntakeError):
            return None


def _read(environ: WSGIEnvironment) -> bytes | None:
    """The whole body, which stays readable; None for what is no JSON of a bounded length."""
    length = environ.get("CONTENT_LENGTH", "")
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    # Python's numbers may have other digits, and a sign; HTTP's do not (RFC 9110, section 8.6).
    if media_type != "application/json" or not _LENGTH.fullmatch(length):
        return None
    if not 0 < int(length) <= MAX_BODY_BYTES:
        return None
    raw: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(raw)
    return raw if len(raw) == int(length) else None


def _body(accepted: Accepted) -> bytes:
    return _encoded(
        {
            "received_at": accepted.received_at.isoformat(),
            "receipt": accepted.receipt,
            "reference": accepted.reference,
            "status": accepted.status,
        }
    ).encode()
