"""Reports: the JSON of one, and one that was accepted through the intake."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from server.intake.service import Accepted, new_idempotency_key
from server.web.locale import speaking
from server.web.submission import load_submission, submit


def report_body(key_text: str, /, **changes: Any) -> dict[str, Any]:
    """A valid report through a key; a change to None leaves the field out."""
    body = {
        "key": key_text,
        "language": "fr",
        "territory": "SN",
        "report_type": "child_sexual_abuse_imagery",
        "addresses": [{"url": "https://files.example/a/1"}],
        "site_kind": "file_host",
        "description": "Third row of the list.",
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def accepted_report(app: Flask, key_text: str, /, **changes: Any) -> Accepted:
    """A report that went the whole way into the store."""
    with app.test_request_context(), speaking("en"):
        return submit(load_submission(report_body(key_text, **changes)), new_idempotency_key())


def post_report(client: FlaskClient, body: Any, **headers: str) -> Any:
    """POST /api/v1/reports with a fresh idempotency key unless one is given."""
    sent = {"Idempotency-Key": new_idempotency_key()}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/v1/reports", json=body, headers=sent)
