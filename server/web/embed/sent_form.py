"""A form that was sent without script, read from the request's body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from flask import abort, request

from server.intake.service import new_idempotency_key
from server.web.embed.answers import typed_answers
from server.web.embed.form import ReportForm

_IDEMPOTENCY = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")


class Stage(StrEnum):
    """Which button sent the form."""

    CHECK = "check"
    CHANGE = "change"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class SentForm:
    """The form as it came back. `idempotency` is its retry key, a fresh one when it had none."""

    form: ReportForm
    typed: dict[str, list[str]]
    stage: Stage
    idempotency: str
    token: str

    @property
    def took_the_bait(self) -> bool:
        """Whether something stands in the field that nobody sees: no person wrote it."""
        return bool(self.form.website.data)


def read_sent_form() -> SentForm:
    """Read this request's body.

    Aborts with 415 for anything but a plain form (files are never taken), 413 above 64 KiB, and
    400 for bytes that are no UTF-8.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        abort(415)
    try:
        unquote_to_bytes(request.get_data()).decode("utf-8")
    except UnicodeDecodeError:
        abort(400)
    form = ReportForm(formdata=request.form)
    key = form.idempotency.data or ""
    idempotency = key if _IDEMPOTENCY.fullmatch(key) else new_idempotency_key()
    form.idempotency.data = idempotency
    return SentForm(
        form=form,
        typed=typed_answers(form),
        stage=_stage(form),
        idempotency=idempotency,
        token=request.form.get("token", ""),
    )


def _stage(form: ReportForm) -> Stage:
    named = request.form.get("stage", "")
    if named in list(Stage):
        return Stage(named)
    # The script names no button: with a step it only wants the form in another language.
    return Stage.CHANGE if form.step.data else Stage.CHECK
