"""From a payload to an accepted report: the one way in, for the API and for the form."""

from __future__ import annotations

from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import current_app, request

from server.intake.service import (
    Accepted,
    Evidence,
    Intake,
    Pressure,
    Submission,
    errors,
    parse_idempotency_key,
)
from server.web.api.schemas import ReportSchema
from server.web.limits import Limits
from server.web.rehearsal import Part, dawdle, part_named

EXTENSION = "portals.reception"
#: Where a request keeps its pressure, or its refusal: it is counted once, though two ask.
_PRESSURE = "portals.pressure"

# Built once: building a schema costs three times as much as using it.
_schema = ReportSchema()


def load_submission(payload: Any) -> Submission:
    """Validate a report's JSON.

    Raises marshmallow's ValidationError, whose `messages` are `{field: [texts]}` in the
    language that is being spoken; for addresses `{"addresses": {index: {"url": [texts]}}}`.
    """
    submission: Submission = _schema.load(payload)
    return submission


class Reception:
    """Takes submissions for one process; needs no context of Flask."""

    def __init__(self, intake: Intake, limits: Limits) -> None:
        self._intake = intake
        self._limits = limits

    def submit(
        self,
        submission: Submission,
        idempotency_key: str | None,
        environ: WSGIEnvironment,
        *,
        timed: bool = False,
        secret_key: str | None = None,
    ) -> Accepted:
        """Accept a submission of the request `environ`; it is durable when this returns.

        `timed` says that a form without JavaScript was filled in at a person's pace, which counts
        up to a rate per partner key. Raises the errors of `server.intake.errors`.
        """
        key = parse_idempotency_key(idempotency_key)
        part = part_named(submission.key, submission.campaign)
        if part is Part.FAIL:
            raise errors.NoSealingKey
        evidence = Evidence(
            secret_key=secret_key,
            timed_form=timed and self._limits.earns_normal_lane_by_pace(submission.key),
            pressure=self._pressure(environ, submission.key),
        )
        accepted = self._intake.accept(submission, key, evidence)
        dawdle(part)
        return accepted

    def _pressure(self, environ: WSGIEnvironment, key_text: str) -> Pressure:
        known = environ.get(_PRESSURE)
        if known is None:
            try:
                known = self._limits.pressure_of(environ, key_text)
            except errors.TooManyReports as refusal:
                known = refusal
            environ[_PRESSURE] = known
        if isinstance(known, errors.TooManyReports):
            raise known
        return cast(Pressure, known)


def submit(
    submission: Submission,
    idempotency_key: str | None,
    *,
    timed: bool = False,
    secret_key: str | None = None,
) -> Accepted:
    """Accept a submission of the current request: see `Reception`."""
    reception = cast(Reception, current_app.extensions[EXTENSION])
    return reception.submit(
        submission, idempotency_key, request.environ, timed=timed, secret_key=secret_key
    )
