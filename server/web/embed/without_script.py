"""The form without script: errors, check your answers, send; each stage one page.

Nothing is kept between the pages: the answers travel in hidden fields, with a signed token.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response
from flask_babel import gettext as _
from marshmallow import ValidationError

from server.directory.service import AuthorityKind
from server.extensions import settings
from server.intake.service import Accepted, Submission, errors, new_idempotency_key
from server.partners.service import ResolvedKey
from server.reports.service import in_fours
from server.reports.vocabulary import OutOfRemit
from server.web.embed.address import campaign, in_language, spoken_language
from server.web.embed.answers import (
    MAX_ORIGIN_LENGTH,
    Errors,
    Unresolved,
    digest,
    field_errors,
    report_of,
    territory_code,
)
from server.web.embed.documents import send
from server.web.embed.form_page import form_document, make_form_page
from server.web.embed.form_token import TokenRefused, make_token, read_token
from server.web.embed.pages import kept_words_page, local_emergency, safe_page
from server.web.embed.place import Place
from server.web.embed.review import review
from server.web.embed.sent_form import SentForm, Stage
from server.web.headers import CACHE_NEVER
from server.web.known_directory import directory
from server.web.locale import LANGUAGES
from server.web.submission import load_submission, submit

#: What hotlines and the police of a country take, though we do not.
_FOR_AUTHORITIES = (OutOfRemit.GROOMING_OR_CONTACT, OutOfRemit.SOMETHING_ELSE)


def answer(sent: SentForm, key: ResolvedKey, place: Place) -> Response:
    """The page that follows a form that was sent under an open key."""
    choice = sent.form.report_type.data
    if sent.stage is Stage.CHANGE:
        return _form(sent, key, place, {})
    if choice in list(OutOfRemit):
        return _signpost(sent, key, place, choice)
    problems, submission = _understood(sent, key)
    if submission is None:
        return _form(sent, key, place, problems)
    if sent.stage is Stage.CHECK:
        return _check(sent, key, place, submission)
    return _send(sent, key, place, submission)


def typed_words(sent: SentForm) -> str:
    """What was typed, as text to copy."""
    return "\n".join(text for texts in sent.typed.values() for text in texts)


def _understood(sent: SentForm, key: ResolvedKey) -> tuple[Errors, Submission | None]:
    """The submission, or what is wrong with it by field."""
    problems: Errors = {}
    typed = dict(sent.typed)
    try:
        report = report_of(typed, _languages(key))
    except Unresolved:
        problems["territory"] = [_("We do not know this country. Try its name in English.")]
        del typed["territory"]
        report = report_of(typed, _languages(key))
    origin = sent.form.embed_origin.data
    automatic = {
        "key": key.text,
        "language": spoken_language(key),
        "campaign": campaign(),
        "embed_origin": origin if origin and len(origin) <= MAX_ORIGIN_LENGTH else None,
    }
    report |= {name: value for name, value in automatic.items() if value}
    try:
        submission = load_submission(report)
    except ValidationError as error:
        messages: Any = error.messages
        return problems | field_errors(messages, typed), None
    return problems, None if problems else submission


def _form(sent: SentForm, key: ResolvedKey, place: Place, problems: Errors) -> Response:
    sent.form.blame(problems)
    if problems:
        sent.form.step.data = str(sent.form.first_step())
    document = form_document(key, place, sent.form, named=campaign(), failed=bool(problems))
    return send(document, cache=CACHE_NEVER, status=422 if problems else 200)


def _signpost(sent: SentForm, key: ResolvedKey, place: Place, choice: str) -> Response:
    code = _territory(sent, key)
    authorities = [
        authority
        for authority in directory().authorities(code)
        if choice in _FOR_AUTHORITIES
        and authority.url
        and authority.kind is not AuthorityKind.IWF_PORTAL
    ]
    document = make_form_page(
        "embed/signpost.html",
        key,
        place,
        named=campaign(),
        choice=choice,
        authorities=authorities,
        emergency=local_emergency(key, code),
        back=in_language(spoken_language(key), campaign(), place.portal),
    )
    return send(document, cache=CACHE_NEVER)


def _check(
    sent: SentForm,
    key: ResolvedKey,
    place: Place,
    submission: Submission,
    message: str = "",
    idempotency: str = "",
) -> Response:
    retry_key = idempotency or sent.idempotency
    now = datetime.now(UTC)
    token = make_token(settings().intake_secrets, key.text, digest(sent.typed), retry_key, now)
    hidden = [(name, text) for name, texts in sent.typed.items() for text in texts]
    hidden += [("idempotency", retry_key), ("token", token)]
    if sent.form.embed_origin.data:
        hidden.append(("embed_origin", sent.form.embed_origin.data))
    if sent.took_the_bait:
        hidden.append(("website", "1"))
    document = make_form_page(
        "embed/check.html",
        key,
        place,
        named=campaign(),
        rows=review(sent.form, sent.typed, submission, spoken_language(key)),
        hidden=hidden,
        message=message,
    )
    return send(document, cache=CACHE_NEVER)


def _send(sent: SentForm, key: ResolvedKey, place: Place, submission: Submission) -> Response:
    now = datetime.now(UTC)
    try:
        token = read_token(settings().intake_secrets, sent.token, key.text, digest(sent.typed), now)
    except TokenRefused:
        message = _("Please check your answers once more, then send them.")
        return _check(sent, key, place, submission, message)
    try:
        unhurried = token.timed(now) and not sent.took_the_bait
        accepted = submit(submission, token.idempotency, timed=unhurried)
    except errors.IdempotencyConflict:
        message = _("You have sent a report from this page before. This would be another one.")
        return _check(sent, key, place, submission, message, new_idempotency_key())
    except errors.KeyUnknown:
        return safe_page(None)
    except errors.IntakeError as error:
        gone = isinstance(error, errors.KeyCeased)
        return kept_words_page(key, typed_words(sent), 410 if gone else 503)
    return _receipt(accepted, key, place)


def _receipt(accepted: Accepted, key: ResolvedKey, place: Place) -> Response:
    document = make_form_page(
        "embed/receipt.html",
        key,
        place,
        named=campaign(),
        reference=accepted.reference,
        number=in_fours(accepted.receipt),
    )
    return send(document, cache=CACHE_NEVER)


def _languages(key: ResolvedKey) -> tuple[str, ...]:
    """In whose words a country may be named: the key's languages, and all that we speak."""
    return tuple(dict.fromkeys((spoken_language(key), *key.languages, *LANGUAGES)))


def _territory(sent: SentForm, key: ResolvedKey) -> str | None:
    try:
        return territory_code(sent.form.territory.data or "", _languages(key))
    except Unresolved:
        return None
