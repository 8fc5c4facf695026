"""`portals keys`: issue, list, show, edit, rotate, pause, resume and revoke partner keys."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.extensions import database, settings
from server.partners import service

keys = AppGroup("keys", help="Partner keys: publishable (iwfpk_…) and secret (iwfsk_…).")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_refusals = refusing(service.PartnerError)


class IsoDate(click.ParamType[datetime]):
    """A calendar date; the key holds until the end of that day, UTC."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date: write 2027-01-31", param, ctx)
        return datetime.combine(day, time(23, 59, 59), UTC)


@keys.command("issue")
@click.option("--partner", required=True, help="The partner's slug.")
@click.option("--portal", required=True, help="The portal's slug.")
@click.option("--label", required=True, help="Where the key is used, for people.")
@click.option("--origin", "origins", multiple=True, help="https://host or https://*.host; repeat.")
@click.option("--language", "languages", multiple=True, help="Default: the portal's languages.")
@click.option("--campaign", default=None, help="Campaign of reports that name none.")
@click.option("--test", is_flag=True, help="Reports are kept apart from real ones.")
@click.option("--secret", is_flag=True, help="A secret key, for servers. Shown once.")
@click.option("--expires", type=IsoDate(), default=None, help="Last day, 2027-01-31.")
@_as_json
@_refusals
def issue(partner: str, portal: str, as_json: bool, **terms: Any) -> None:
    """Issue a key to a partner for a portal."""
    with database().transaction() as session:
        issued = service.issue_key(
            session,
            service.get_partner(session, partner),
            service.get_portal(session, portal),
            service.KeyTerms(
                label=terms["label"],
                origins=terms["origins"],
                languages=terms["languages"],
                campaign=terms["campaign"],
                mode=service.KeyMode.TEST if terms["test"] else service.KeyMode.LIVE,
                secret=terms["secret"],
                expires_at=terms["expires"],
            ),
            secrets=settings().intake_secrets,
            actor=actor(),
        )
        _say_issued(issued, as_json)


@keys.command("rotate")
@click.argument("key")
@click.option("--grace", type=int, default=30, show_default=True, help="Days the old key holds.")
@_as_json
@_refusals
def rotate(key: str, grace: int, as_json: bool) -> None:
    """Issue a successor; the old key works on for the days of grace."""
    with database().transaction() as session:
        issued = service.rotate_key(
            session, key, grace_days=grace, secrets=settings().intake_secrets, actor=actor()
        )
        _say_issued(issued, as_json)


@keys.command("pause")
@click.argument("key")
@_refusals
def pause(key: str) -> None:
    """Pause an active key: its form shows the hotline's own page instead."""
    with database().transaction() as session:
        row = service.pause_key(session, key, actor=actor())
    click.echo(f"{row.text} is paused")


@keys.command("resume")
@click.argument("key")
@_refusals
def resume(key: str) -> None:
    """Let a paused key work again."""
    with database().transaction() as session:
        row = service.resume_key(session, key, actor=actor())
    click.echo(f"{row.text} is active")


@keys.command("edit")
@click.argument("key")
@click.option("--label", default=None, help="Where the key is used, for people.")
@click.option("--origin", "origins", multiple=True, help="All of them, in place of those it has.")
@click.option("--language", "languages", multiple=True, help="All of them, in the same way.")
@click.option("--default-language", default=None, help="When the page names none.")
@click.option("--campaign", default=None, help="Campaign of reports that name none; '' for none.")
@click.option("--expires", type=IsoDate(), default=None, help="Last day, 2027-01-31.")
@click.option("--no-expiry", is_flag=True, help="The key has no last day any more.")
@_as_json
@_refusals
def edit(key: str, as_json: bool, no_expiry: bool, **given: Any) -> None:
    """Give a key other terms. What is not named stays."""
    if no_expiry and given["expires"]:
        raise click.UsageError("--expires and --no-expiry exclude each other")
    with database().transaction() as session:
        row = service.get_key(session, key)
        edited = service.edit_key(
            session,
            row.text,
            _edit(row, given, no_expiry=no_expiry),
            revision=row.revision,
            actor=actor(),
        )
        answer = _row(edited.row)
    for warning in edited.warnings:
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        click.echo(json.dumps(answer))
        return
    changed = ", ".join(edited.changed) or "nothing"
    click.echo(f"{answer['key']}: changed {changed}")


@keys.command("revoke")
@click.argument("key")
@click.option("--reason", required=True)
@_refusals
def revoke(key: str, reason: str) -> None:
    """Revoke a key for good."""
    with database().transaction() as session:
        row = service.revoke_key(session, key, reason=reason, actor=actor())
    click.echo(f"{row.text} is revoked")


@keys.command("kit")
@click.argument("key")
@click.option(
    "--days",
    type=click.Choice([str(days) for days in service.KIT_DAYS]),
    default=str(service.DEFAULT_KIT_DAYS),
    show_default=True,
    help="How long its address works.",
)
@_as_json
@_refusals
def kit(key: str, days: str, as_json: bool) -> None:
    """Open an integration kit: a page for the partner's webmaster. Its address is shown once."""
    with database().transaction() as session:
        row = service.get_key(session, key)
        issued = service.issue_kit(
            session, row, days=int(days), now=datetime.now(UTC), actor=actor()
        )
        expires_at = issued.kit.expires_at.isoformat(timespec="seconds")
    link = f"{settings().public_url}/kit/{issued.token}"
    if as_json:
        click.echo(json.dumps({"link": link, "id": str(issued.kit.id), "expires_at": expires_at}))
        return
    click.echo(link)
    click.echo(f"works until {expires_at}; hand it to the partner's webmaster", err=True)


@keys.command("show")
@click.argument("key")
@_as_json
@_refusals
def show(key: str, as_json: bool) -> None:
    """Show one key."""
    with database().reading() as session:
        row = _row(service.get_key(session, key))
    if as_json:
        click.echo(json.dumps(row))
        return
    for name, value in row.items():
        click.echo(f"{name:17} {', '.join(value) if isinstance(value, list) else value}")


@keys.command("list")
@click.option("--partner", default=None, help="Only this partner's keys.")
@_as_json
@_refusals
def list_all(partner: str | None, as_json: bool) -> None:
    """List keys, the newest first."""
    with database().reading() as session:
        if partner is not None:
            service.get_partner(session, partner)
        rows = [_row(key) for key in service.list_keys(session, partner)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        whose = f"{row['partner']}/{row['portal']}"
        click.echo(f"{row['key']}  {row['state']}  {whose}  {row['label']}")


def _say_issued(issued: service.IssuedKey, as_json: bool) -> None:
    for warning in issued.warnings:
        click.echo(f"warning: {warning}", err=True)
    row = issued.row
    if as_json:
        answer: dict[str, Any] = {"key": issued.text, "id": str(row.id), "state": row.state.value}
        answer |= {"mode": row.mode.value, "origins": row.origins, "languages": row.languages}
        click.echo(json.dumps(answer))
        return
    click.echo(issued.text)
    if row.secret_hmac is not None:
        click.echo("Keep it safe: it is shown only now.", err=True)


def _edit(key: Any, given: dict[str, Any], *, no_expiry: bool) -> service.KeyEdit:
    languages = given["languages"] or tuple(key.languages)
    default = given["default_language"] or key.default_language
    if given["default_language"] is None and default not in languages:
        default = languages[0]
    campaign = key.campaign if given["campaign"] is None else given["campaign"]
    expires_at = None if no_expiry else given["expires"] or key.expires_at
    return service.KeyEdit(
        label=key.label if given["label"] is None else given["label"],
        origins=given["origins"] or tuple(key.origins),
        languages=languages,
        default_language=default,
        campaign=campaign or None,
        expires_at=expires_at,
    )


def _row(key: Any) -> dict[str, Any]:
    return {
        "key": key.text,
        "id": str(key.id),
        "kind": "secret" if key.secret_hmac else "publishable",
        "mode": key.mode.value,
        "state": service.key_state(key, datetime.now(UTC)).value,
        "partner": key.partner.slug,
        "portal": key.portal.slug,
        "label": key.label,
        "origins": key.origins,
        "languages": key.languages,
        "default_language": key.default_language,
        "campaign": key.campaign,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "revoked_reason": key.revoked_reason,
    }
