"""From a payload to an accepted report: the one way in, for the API and for the form."""

from __future__ import annotations

from typing import Any

from server.extensions import intake
from server.intake.service import (
    Accepted,
    Evidence,
    Submission,
    errors,
    parse_idempotency_key,
)
from server.web.api.schemas import ReportSchema
from server.web.limits import earns_normal_lane_by_pace
from server.web.rehearsal import Part, dawdle, part_named

# Built once: building a schema costs three times as much as using it.
_schema = ReportSchema()


def load_submission(payload: dict[str, Any]) -> Submission:
    """Validate a report's JSON.

    Raises marshmallow's ValidationError, whose `messages` are `{field: [texts]}` in the
    language that is being spoken; for addresses `{"addresses": {index: {"url": [texts]}}}`.
    """
    submission: Submission = _schema.load(payload)
    return submission


def submit(
    submission: Submission,
    idempotency_key: str | None,
    *,
    timed: bool = False,
    secret_key: str | None = None,
) -> Accepted:
    """Accept a submission; it is durable when this returns.

    `timed` says that a form without JavaScript was filled in at a person's pace, which counts up
    to a rate per partner key. Raises the errors of `server.intake.errors`.
    """
    key = parse_idempotency_key(idempotency_key)
    part = part_named(submission.key, submission.campaign)
    if part is Part.FAIL:
        raise errors.NoSealingKey
    unhurried = timed and earns_normal_lane_by_pace(submission.key)
    evidence = Evidence(secret_key=secret_key, timed_form=unhurried)
    accepted = intake().accept(submission, key, evidence)
    dawdle(part)
    return accepted
