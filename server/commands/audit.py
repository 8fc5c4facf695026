"""`portals audit`: verify the trail, sign it, and list what is in it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from server.audit import service
from server.commands.refusals import refusing
from server.extensions import database, settings
from server.staff import service as staff

audit = AppGroup("audit", help="The audit trail: who did what.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_KEY_LENGTH = 32
_NO_KEY = "PORTALS_AUDIT_SECRET is missing: set the one that the worker has, or give --public-key"


class PublicKey(click.ParamType[bytes]):
    """An Ed25519 public key, 32 bytes in hexadecimal."""

    name = "hex"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        try:
            key = value if isinstance(value, bytes) else bytes.fromhex(value)
        except ValueError:
            key = b""
        if len(key) != _KEY_LENGTH:
            self.fail("write 64 hexadecimal digits, as `portals audit checkpoint` prints them")
        return key


@audit.command("verify")
@click.option("--anchor", type=click.Path(path_type=Path), help="Default: PORTALS_AUDIT_ANCHOR.")
@click.option(
    "--public-key", "public_keys", type=PublicKey(), multiple=True, help="Besides the own; repeat."
)
@_as_json
def verify(anchor: Path | None, public_keys: tuple[bytes, ...], as_json: bool) -> None:
    """Verify every event, link, checkpoint and line of the anchor. Exit status 1 on a problem."""
    secret = settings().audit_secret
    keys = [*public_keys, *([service.public_key_of(secret)] if secret else [])]
    if not keys:
        raise click.ClickException(_NO_KEY)
    if anchor is not None and not anchor.is_file():
        raise click.ClickException(f"there is no file {anchor}")
    with database().reading() as session:
        verdict = service.verify(
            session, keys, anchor or settings().audit_anchor, now=datetime.now(UTC)
        )
    if as_json:
        click.echo(json.dumps(_verdict_data(verdict)))
    else:
        _say_verdict(verdict)
    if not verdict.is_good:
        raise SystemExit(1)


@audit.command("checkpoint")
@_as_json
@refusing(service.AuditError, OSError)
def checkpoint(as_json: bool) -> None:
    """Chain what waits, sign the chain's head now, and write it to the anchor."""
    secret, anchor = settings().audit_secret, settings().audit_anchor
    if secret is None:
        raise click.ClickException("PORTALS_AUDIT_SECRET is missing: set the one of the worker")
    now = datetime.now(UTC)
    linked = service.BATCH
    while linked == service.BATCH:
        with database().transaction() as session:
            linked = service.chain_events(session, now)
    with database().transaction() as session:
        signed = service.sign_checkpoint(session, secret, anchor, now)
        last = signed or service.last_checkpoint(session)
    public_key = service.public_key_of(secret).hex()
    if as_json:
        row = {"seq": last.seq, "hash": last.hash.hex()} if last else {"seq": 0, "hash": None}
        click.echo(json.dumps({"signed": signed is not None, **row, "public_key": public_key}))
        return
    if last is None:
        click.echo("there is no event yet: nothing to sign")
    else:
        word = "signed" if signed else "signed already"
        click.echo(f"{word}: links 1 to {last.seq}, hash {last.hash.hex()}")
    click.echo(f"public key {public_key}")


@audit.command("list")
@click.option("--actor", help="staff:<id>, command:<user>, system, or a member's address.")
@click.option("--subject", help="A kind such as key, or one thing: key:<id>.")
@click.option("--action", "actions", multiple=True, help="partners:key:issued, or a beginning.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day, 2026-11-01 (UTC).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True)
@_as_json
@refusing(staff.StaffError)
def list_events(limit: int, as_json: bool, **wanted: Any) -> None:
    """List events, the newest first."""
    with database().reading() as session:
        actor = wanted["actor"]
        if actor is not None and "@" in actor:
            actor = staff.subject_of(staff.get_staff(session, actor))
        since = wanted["since"].replace(tzinfo=UTC) if wanted["since"] else None
        found = service.find_events(
            session,
            service.EventFilter(
                actors=(actor,) if actor else (),
                actions=_actions(wanted["actions"]),
                subject=wanted["subject"],
                since=since,
            ),
            limit=limit,
        )
    rows = [service.event_data(each) for each in found]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        parts = (row["seq"] or "-", row["at"], row["actor"], row["action"], row["subject"])
        line = "  ".join([*map(str, parts), json.dumps(row["details"])])
        click.echo("".join(letter if letter.isprintable() else "?" for letter in line))


def _actions(beginnings: tuple[str, ...]) -> list[service.AuditAction]:
    found = [action for action in service.AuditAction if action.startswith(beginnings)]
    if beginnings and not found:
        known = ", ".join(sorted({action.rpartition(":")[0] for action in service.AuditAction}))
        raise click.ClickException(f"no action begins so; they begin with {known}")
    return found if beginnings else []


def _say_verdict(verdict: service.Verdict) -> None:
    for problem in verdict.problems:
        where = [f"link {problem.seq}"] if problem.seq is not None else []
        where += [f"event {problem.event_id[:64]!a}"] if problem.event_id else []
        click.echo(f"{', '.join(where)}: {problem.meaning}" if where else problem.meaning)
    if verdict.problem_count > len(verdict.problems):
        click.echo(f"… and {verdict.problem_count - len(verdict.problems)} more problems")
    for note in verdict.notes:
        click.echo(f"note: {note}")
    word = "verified" if verdict.is_good else f"{verdict.problem_count} problems"
    click.echo(
        f"{word}: {verdict.last_seq} links, {verdict.checkpoints} checkpoints, "
        f"{verdict.anchor_lines} lines of the anchor, {verdict.tail} events not chained yet"
    )


def _verdict_data(verdict: service.Verdict) -> dict[str, Any]:
    data = asdict(verdict)
    data["verified"] = verdict.is_good
    data["last_hash"] = verdict.last_hash.hex()
    for field in ("verified_at", "last_signed_at"):
        data[field] = data[field].isoformat() if isinstance(data[field], date) else None
    return data
