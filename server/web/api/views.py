"""The JSON API, /api/v1: what a partner's form, app or server may ask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from flask import request
from flask_smorest import Blueprint
from werkzeug.exceptions import NotFound

from server.directory.service import (
    TERRITORIES,
    authorities_for,
    emergency_number,
    own_of,
    territories,
    territory_name,
)
from server.extensions import keys, reads, settings
from server.intake.service import (
    Accepted,
    Submission,
    create_challenge,
    errors,
)
from server.partners.service import ResolvedKey, Standing, list_portals
from server.reports.service import look_up_receipt
from server.storage.availability import DatabaseAway
from server.web.access import anyone
from server.web.api.problems import PROBLEMS, problem
from server.web.api.representations import portal_representation
from server.web.api.schemas import (
    AcceptedSchema,
    ChallengeRequestSchema,
    LanguageQuerySchema,
    PortalQuerySchema,
    ProblemSchema,
    ReceiptSchema,
    ReceiptStatusSchema,
    ReportSchema,
)
from server.web.api.strict_json import StrictParser, read_json
from server.web.api.tokens import bearer_token
from server.web.labels import status_text
from server.web.limits import limits
from server.web.locale import chosen, speaking
from server.web.lookups import RECEIPTS
from server.web.reach import portal_of
from server.web.rehearsal import dawdle, part_of
from server.web.submission import submit

View = TypeVar("View", bound=Callable[..., Any])


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """flask-smorest's blueprint with the strict reading of bodies."""

    ARGUMENTS_PARSER = StrictParser()


blueprint = ApiBlueprint("api", __name__, url_prefix="/api/v1", description="Reporting portals")


def in_the_speakers_language(view: View) -> View:
    """Speak the language that the body's `language` names."""

    @wraps(view)
    def spoken(*args: Any, **kwargs: Any) -> Any:
        body = read_json(request)
        named = body.get("language") if isinstance(body, dict) else None
        with speaking(chosen(named if isinstance(named, str) else None)):
            return view(*args, **kwargs)

    return spoken  # type: ignore[return-value]


def refuses(*names: str) -> Callable[[View], View]:
    """Document the problems that a view answers with, one entry a status."""

    def document(view: View) -> View:
        for status in sorted({PROBLEMS[name].status for name in names}):
            titles = [PROBLEMS[name].title for name in names if PROBLEMS[name].status == status]
            view = blueprint.alt_response(
                status,
                schema=ProblemSchema,
                description="; ".join(titles),
                content_type="application/problem+json",
            )(view)
        return view

    return document


@blueprint.get("/portal")
@anyone("describes a form that is public anyway")
@refuses("key-unknown", "key-ceased", "invalid-fields", "not-ready")
@blueprint.arguments(PortalQuerySchema, location="query")
@blueprint.response(200)
def portal(query: dict[str, Any]) -> dict[str, Any]:
    """A key's portal, branding, languages and vocabulary."""
    key = _open_key(query["key"])
    language = chosen(query.get("lang"), key.languages, key.default_language)
    with speaking(language):
        return portal_representation(key, language)


@blueprint.get("/territories")
@anyone("the list of countries")
@refuses("invalid-fields")
@blueprint.arguments(LanguageQuerySchema, location="query")
@blueprint.response(200)
def territory_list(query: dict[str, Any]) -> list[dict[str, str]]:
    """All territories with their names in a language, in that language's order."""
    language = chosen(query.get("lang"))
    return [{"code": code, "name": name} for code, name in territories(language)]


@blueprint.get("/territories/<code>")
@anyone("points to public services")
@refuses("territory-unknown", "invalid-fields", "not-ready")
@blueprint.arguments(LanguageQuerySchema, location="query")
@blueprint.response(200)
def territory(query: dict[str, Any], code: str) -> dict[str, Any]:
    """Where people of a territory can report, its emergency number, and our portal there."""
    if code not in TERRITORIES:
        raise problem(NotFound, "territory-unknown")
    portals, authorities = reads().read(
        lambda session: (list_portals(session), authorities_for(session, code))
    )
    serving, own = portal_of(portals, code), own_of(authorities)
    return {
        "code": code,
        "name": territory_name(code, chosen(query.get("lang"))),
        "emergency_number": emergency_number(code),
        "portal": serving.slug if serving else None,
        "own_authority": {"name": own.name, "url": own.url} if own else None,
        "authorities": [
            {
                "name": authority.name,
                "kind": authority.kind,
                "url": authority.url,
                "languages": list(authority.languages),
            }
            for authority in authorities
        ],
    }


@blueprint.post("/challenges")
@anyone("gives work, takes nothing")
@refuses("malformed-json", "key-unknown", "key-ceased", "unsupported-media-type", "invalid-fields")
@blueprint.arguments(ChallengeRequestSchema)
@blueprint.response(200)
def challenges(body: dict[str, str]) -> dict[str, Any]:
    """An ALTCHA v2 challenge bound to the key, good once, for ten minutes."""
    text = body["key"]
    with suppress(DatabaseAway):  # a key that nobody can look up now may be a good one
        dawdle(part_of(_open_key(text), body.get("campaign")))
    difficulty = limits().difficulty_for(request.environ, text)
    return create_challenge(settings().intake_secrets, text, difficulty)


@blueprint.post("/reports")
@anyone("takes anonymous reports; a secret key is checked by the intake")
@in_the_speakers_language
@refuses(
    "malformed-json",
    "idempotency-key",
    "unauthorized",
    "challenge-forged",
    "key-unknown",
    "idempotency-conflict",
    "key-ceased",
    "body-too-large",
    "unsupported-media-type",
    "invalid-fields",
    "challenge-expired",
    "challenge-spent",
    "too-many-reports",
    "not-ready",
)
@blueprint.doc(
    parameters=[
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{21}[AQgw]$"},
        }
    ],
    security=[{}, {"secretKey": []}],
    responses={
        201: {
            "links": {
                "status": {
                    "operationId": "lookUpReceipt",
                    "requestBody": {"receipt": "$response.body#/receipt"},
                    "description": "What became of this report.",
                }
            }
        }
    },
)
@blueprint.arguments(ReportSchema)
@blueprint.response(201, AcceptedSchema)
def reports(submission: Submission) -> Accepted:
    """Take a report. The same key and body again get the same answer."""
    return submit(
        submission,
        request.headers.get("Idempotency-Key"),
        secret_key=bearer_token(request.environ),
    )


@blueprint.post("/receipts/lookup")
@anyone("whoever holds the receipt may know the status")
@RECEIPTS
@in_the_speakers_language
@refuses(
    "malformed-json",
    "receipt-not-found",
    "unsupported-media-type",
    "invalid-fields",
    "too-many-requests",
    "not-ready",
)
@blueprint.doc(operationId="lookUpReceipt")
@blueprint.arguments(ReceiptSchema)
@blueprint.response(200, ReceiptStatusSchema)
def receipts_lookup(body: dict[str, str]) -> dict[str, Any]:
    """What became of a report. One neutral answer for all that is not found."""
    typed, secrets = body.get("receipt") or "", settings().intake_secrets
    found = reads().read(lambda session: look_up_receipt(session, typed, secrets))
    if found is None:
        raise problem(NotFound, "receipt-not-found")
    return {
        "reference": found.reference,
        "status": found.status,
        "status_text": status_text(found.status, found.shows_outcome),
        "updated_at": found.updated_at,
    }


@blueprint.get("/problems/<name>")
@anyone("explains the API's errors")
@refuses("not-found")
@blueprint.response(200)
def problem_kind(name: str) -> dict[str, Any]:
    """What a problem type means and what to do about it."""
    kind = PROBLEMS.get(name)
    if kind is None:
        raise problem(NotFound, "not-found")
    return {"title": kind.title, "status": kind.status, "advice": kind.advice}


def _open_key(text: str | None) -> ResolvedKey:
    key = keys().find(text or "")
    now = datetime.now(UTC)
    if key is None or key.standing(now) is Standing.NOT_YET:
        raise errors.KeyUnknown
    if key.standing(now) is Standing.CEASED:
        raise errors.KeyCeased
    return key
