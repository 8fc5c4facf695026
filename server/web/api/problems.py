"""Every error of the API as problem+json (RFC 9457): one table, one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, json, request
from werkzeug.exceptions import HTTPException

from server.extensions import settings
from server.intake.service import errors as intake
from server.observability import metrics
from server.web.headers import RETRY_AFTER

REPORTS = "/api/v1/reports"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem: its status, a short title, and what the caller can do about it."""

    status: int
    title: str
    advice: str


PROBLEMS: dict[str, Problem] = {
    "bad-request": Problem(400, "Bad request", "Compare the request with the API's description."),
    "malformed-json": Problem(400, "Malformed JSON", "Send one JSON object in UTF-8."),
    "idempotency-key": Problem(
        400,
        "Idempotency key missing or malformed",
        "Send the header Idempotency-Key with 128 random bits as 22 base64url characters, and "
        "the same one when you retry.",
    ),
    "unauthorized": Problem(
        401, "Secret key refused", "Send an active secret key of the same partner and portal."
    ),
    "challenge-forged": Problem(
        403,
        "Challenge refused",
        "Solve a challenge that POST /api/v1/challenges made for this key, or send none.",
    ),
    "forbidden": Problem(403, "Forbidden", "This is not for you."),
    "not-found": Problem(404, "Not found", "Check the address."),
    "key-unknown": Problem(
        404, "Key unknown", "Check the partner key; it is part of the snippet that you were given."
    ),
    "receipt-not-found": Problem(
        404,
        "Nothing found",
        "Check the 20 digits of the receipt. Reports that are no longer kept are not found.",
    ),
    "territory-unknown": Problem(
        404, "Territory unknown", "Send a code of ISO 3166-1 alpha-2, for instance SN."
    ),
    "method-not-allowed": Problem(405, "Method not allowed", "See the header Allow."),
    "idempotency-conflict": Problem(
        409,
        "Idempotency key used for another body",
        "A retry sends the same body; another report takes a new key.",
    ),
    "key-ceased": Problem(
        410,
        "Key no longer in use",
        "Reports by this key are not taken any more. Use the hotline's own page.",
    ),
    "body-too-large": Problem(413, "Body too large", "A report has at most 64 KiB."),
    "unsupported-media-type": Problem(
        415, "Unsupported media type", "Send the body as application/json."
    ),
    "no-uploads": Problem(
        415,
        "Files are never taken",
        "Do not send pictures or files, and do not save them. Send only the address as JSON.",
    ),
    "invalid-fields": Problem(422, "Invalid fields", "Mend the fields named in errors."),
    "challenge-expired": Problem(
        422, "Challenge expired", "Fetch another challenge, or send without one."
    ),
    "challenge-spent": Problem(
        422, "Challenge used before", "Fetch another challenge, or send without one."
    ),
    "too-many-requests": Problem(429, "Too many requests", "Wait, then try again."),
    "internal-error": Problem(
        500, "Internal error", "Send the same request again, with the same idempotency key."
    ),
    "too-many-reports": Problem(
        503,
        "Too many reports at once",
        "Try again in a minute with the same idempotency key, or use the hotline's own page.",
    ),
    "not-ready": Problem(
        503,
        "Not ready to take reports",
        "Try again in a minute with the same idempotency key, or use the hotline's own page.",
    ),
}

INTAKE_PROBLEMS: dict[type[intake.IntakeError], str] = {
    intake.IdempotencyKeyMalformed: "idempotency-key",
    intake.IdempotencyConflict: "idempotency-conflict",
    intake.KeyUnknown: "key-unknown",
    intake.KeyMalformed: "key-unknown",
    intake.KeyCeased: "key-ceased",
    intake.ChallengeForged: "challenge-forged",
    intake.ChallengeExpired: "challenge-expired",
    intake.ChallengeSpent: "challenge-spent",
    intake.SecretKeyRefused: "unauthorized",
    intake.NoSealingKey: "not-ready",
    intake.TooManyReports: "too-many-reports",
    intake.SpoolFull: "not-ready",
    intake.SpoolFailed: "not-ready",
}

_BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-fields",
    429: "too-many-requests",
}


def problem(kind: type[HTTPException], name: str, detail: str | None = None) -> HTTPException:
    """An HTTP exception that will be answered as the problem `name`."""
    error = kind()
    error.data = {"problem": name, "detail": detail}  # type: ignore[attr-defined]
    return error


def problem_response(
    name: str, detail: str | None = None, errors: dict[str, Any] | None = None
) -> Response:
    """The answer for a problem; `errors` maps a field to its list of texts."""
    kind = PROBLEMS[name]
    if request.path == REPORTS and request.method == "POST":
        metrics.report_refused(name)
    body: dict[str, Any] = {
        "type": f"{settings().public_url}/api/v1/problems/{name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.advice,
    }
    if errors:
        body["errors"] = errors
    response = Response(json.dumps(body), kind.status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="reports"'
    if kind.status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def answer_http_error(error: HTTPException) -> Response:
    """Turn any HTTP exception of the API into its problem."""
    data = getattr(error, "data", None) or {}
    if "problem" in data:
        return problem_response(data["problem"], data["detail"])
    name = _BY_STATUS.get(error.code or 500, "internal-error")
    fields = data.get("messages", {})
    errors = {key: value for part in fields.values() for key, value in _fields(part).items()}
    response = problem_response(name, errors=errors)
    valid = getattr(error, "valid_methods", None)
    if valid:
        response.headers["Allow"] = ", ".join(sorted(valid))
    return response


def answer_intake_error(error: intake.IntakeError) -> Response:
    """Turn a refusal of the intake into its problem."""
    return problem_response(INTAKE_PROBLEMS[type(error)])


def _fields(part: Any) -> dict[str, Any]:
    return part if isinstance(part, dict) else {"_body": part}
