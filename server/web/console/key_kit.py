"""The integration kits of a key: open one, see those that are open, close one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice

from server.extensions import database, settings
from server.partners import service
from server.partners.service import DEFAULT_KIT_DAYS, KIT_DAYS, PartnerError
from server.staff.service import subject_of
from server.web.access import requires
from server.web.console.blueprint import blueprint
from server.web.console.forms import ConsoleForm
from server.web.console.key_words import distance_to, key_words
from server.web.console.keys import key_or_404
from server.web.console.page import member, page
from server.web.console.words import Moment, moment


class KitForm(ConsoleForm):
    """How long the address of a new kit works."""

    days = RadioField(
        "Its address works for",
        choices=[SelectChoice(str(days), f"{days} days") for days in KIT_DAYS],
        default=str(DEFAULT_KIT_DAYS),
    )


@dataclass(frozen=True, slots=True)
class OpenKit:
    """A kit whose address works. Who opened it is `you` or None."""

    id: UUID
    opened: Moment
    by_you: bool
    ends: Moment
    distance: str


@blueprint.route("/keys/<uuid:key_id>/kit", methods=["GET", "POST"])
@requires("keys.edit")
def key_kit(key_id: UUID) -> ResponseReturnValue:
    """Open a kit. Its address is in this one answer only."""
    form, token = KitForm(), ""
    if form.validate_on_submit():
        token = _issue(form, key_id)
    now = datetime.now(UTC)
    with database().reading() as session:
        key = key_words(key_or_404(session, key_id), now)
        kits = [_words(kit, now) for kit in service.open_kits(session, key_id, now)]
    link = f"{settings().public_url}/kit/{token}" if token else ""
    return page("key_kit.html", key=key, kits=kits, form=form, link=link)


@blueprint.post("/keys/<uuid:key_id>/kit/close")
@requires("keys.edit")
def key_kit_close(key_id: UUID) -> ResponseReturnValue:
    """Close one kit: its address shows a closed page from now on."""
    try:
        kit_id = UUID(request.form.get("kit", ""))
        with database().transaction() as session:
            now, actor = datetime.now(UTC), subject_of(member())
            service.close_kit(session, key_id, kit_id, now=now, actor=actor)
        flash("Closed. Its address shows that the page is closed.", "good")
    except (PartnerError, ValueError) as error:
        known = isinstance(error, PartnerError)
        flash(f"Nothing was changed: {error if known else 'there is no such kit'}.", "alert")
    return redirect(url_for("console.key_kit", key_id=key_id), 303)


def _issue(form: KitForm, key_id: UUID) -> str:
    """The token of a new kit, or nothing, and the form says why."""
    try:
        with database().transaction() as session:
            return service.issue_kit(
                session,
                key_or_404(session, key_id),
                days=int(form.days.data),
                now=datetime.now(UTC),
                actor=subject_of(member()),
            ).token
    except PartnerError as error:
        form.take(error)
        return ""


def _words(kit: Any, now: datetime) -> OpenKit:
    return OpenKit(
        id=kit.id,
        opened=moment(kit.created_at, now),
        by_you=kit.created_by == subject_of(member()),
        ends=moment(kit.expires_at, now),
        distance=distance_to(kit.expires_at, now),
    )
