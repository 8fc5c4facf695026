"""JSON bodies read strictly: media type, UTF-8, no doubled keys, no NaN, bounded depth and keys.

A body that two parsers could read differently is refused (RFC 8259, sections 4 and 8.1).
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from flask import Request, g
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from server.web.api.problems import problem

#: Several times what any object of the API has. Each unknown one is named in the answer: thousands
#: would take seconds.
MOST_KEYS = 100


class StrictParser(FlaskParser):
    """webargs' parser for flask-smorest, with our own reading of the body."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"json": RAISE}

    def load_json(self, req: Request, schema: Schema) -> Any:
        return read_json(req)


def read_json(request: Request) -> Any:
    """The request's JSON value, read once a request.

    Raises the problems `unsupported-media-type` (415), `malformed-json` (400) and, through
    the server's limit of 64 KiB, 413.
    """
    if "json_body" not in g:
        g.json_body = _read(request)
    return g.json_body


def _read(request: Request) -> Any:
    if request.mimetype == "multipart/form-data":
        raise problem(UnsupportedMediaType, "no-uploads")
    if not request.is_json:
        raise problem(UnsupportedMediaType, "unsupported-media-type")
    raw = request.get_data(cache=True)
    # A body in chunks is cut off at the limit without a word.
    if request.content_length is None and len(raw) >= (request.max_content_length or math.inf):
        raise RequestEntityTooLarge
    try:
        return parse_json(raw)
    except (ValueError, RecursionError) as error:
        raise problem(BadRequest, "malformed-json", _why(error)) from None


def parse_json(raw: bytes) -> Any:
    """The JSON value that `raw` spells in UTF-8; raises ValueError or RecursionError."""
    return json.loads(raw.decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_refuse)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_KEYS:
        raise ValueError(f"an object has more than {MOST_KEYS} keys")
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return result


def _refuse(_constant: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON numbers")


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "The body is nested too deeply."
    if isinstance(error, UnicodeDecodeError):
        return "The body is not UTF-8."
    if isinstance(error, json.JSONDecodeError):
        return f"The body is not JSON: line {error.lineno}, column {error.colno}."
    return f"The body is not taken as JSON: {error}."


__all__ = ["StrictParser", "parse_json", "read_json"]
