"""From a payload to an accepted report: the one way in, for the API and for the form."""

from __future__ import annotations

from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import current_app, request

from server.intake.service import (
    Accepted,
    Evidence,
    Intake,
    Submission,
    errors,
    parse_idempotency_key,
)
from server.web.api.schemas import ReportSchema
from server.web.limits import Limits
from server.web.rehearsal import Part, dawdle, part_named

EXTENSION = "portals.reception"
#: Where a request keeps why its report was refused.
_REFUSAL = "portals.refusal"

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
            pressure=lambda trusted: self._limits.pressure_of(
                environ, submission.key, trusted=trusted
            ),
        )
        accepted = self._accepted(submission, key, evidence, environ)
        dawdle(part)
        return accepted

    def _accepted(
        self, submission: Submission, key: bytes, evidence: Evidence, environ: WSGIEnvironment
    ) -> Accepted:
        """The intake's answer. A refusal is found out once, though lane and view both ask."""
        refusal = environ.get(_REFUSAL)
        if refusal is not None:
            raise cast(errors.IntakeError, refusal)
        try:
            return self._intake.accept(submission, key, evidence)
        except errors.IntakeError as error:
            environ[_REFUSAL] = error
            raise


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
