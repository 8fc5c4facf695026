"""`portals staff`: accounts of the console and their sign-in links."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.extensions import database, settings
from server.staff import service

staff = AppGroup("staff", help="Accounts of the console, and sign-in links for them.")

_ROLE = click.Choice([role.value for role in service.RoleName])
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_refusals = refusing(service.StaffError)


def _as_row(user: service.User) -> dict[str, Any]:
    return {
        "email": user.email,
        "roles": sorted(role.name for role in user.roles),
        "active": user.active,
    }


@staff.command("add")
@click.argument("email")
@click.option("--role", "roles", type=_ROLE, multiple=True, required=True, help="May be repeated.")
@_as_json
@_refusals
def add(email: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Add an account with one role or several."""
    names = [service.RoleName(role) for role in roles]
    with database().transaction() as session:
        row = _as_row(service.add_staff(session, email, names, actor=actor()))
    click.echo(json.dumps(row) if as_json else f"added {row['email']} ({', '.join(row['roles'])})")


@staff.command("invite")
@click.argument("email")
@click.option("--role", "roles", type=_ROLE, multiple=True, required=True, help="May be repeated.")
@_as_json
@_refusals
def invite(email: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Add an account and print its invitation link: for one use, within 72 hours."""
    names = [service.RoleName(role) for role in roles]
    with database().transaction() as session:
        user, token = service.invite_staff(session, email, names, actor=actor())
    _print_link(token, user.email, service.INVITATION_LIFETIME, "invitation_link", as_json)


@staff.command("set-roles")
@click.argument("email")
@click.option("--role", "roles", type=_ROLE, multiple=True, required=True, help="May be repeated.")
@_refusals
def set_roles(email: str, roles: tuple[str, ...]) -> None:
    """Replace an account's roles; open sessions feel it at once."""
    names = [service.RoleName(role) for role in roles]
    with database().transaction() as session:
        user = service.get_staff(session, email)
        service.set_roles(session, user, names, actor=actor())
    click.echo(f"{user.email} is now {', '.join(sorted(roles))}")


@staff.command("list")
@_as_json
def list_accounts(as_json: bool) -> None:
    """List all accounts."""
    with database().reading() as session:
        rows = [_as_row(user) for user in service.list_staff(session)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        state = "" if row["active"] else "  disabled"
        click.echo(f"{row['email']}  {', '.join(row['roles'])}{state}")


@staff.command("disable")
@click.argument("email")
@_refusals
def disable(email: str) -> None:
    """Shut an account and end its sessions."""
    with database().transaction() as session:
        user = service.get_staff(session, email)
        service.disable_staff(session, user, actor=actor())
        service.end_sessions(session, user, actor=actor())
    click.echo(f"{user.email} is disabled and signed out")


@staff.command("enable")
@click.argument("email")
@_refusals
def enable(email: str) -> None:
    """Open a disabled account again."""
    with database().transaction() as session:
        user = service.get_staff(session, email)
        service.enable_staff(session, user, actor=actor())
    click.echo(f"{user.email} may sign in again")


@staff.command("login-link")
@click.argument("email")
@_as_json
@_refusals
def login_link(email: str, as_json: bool) -> None:
    """Print a sign-in link: for one use, within 10 minutes."""
    with database().transaction() as session:
        token = service.issue_login_link(session, email, actor=actor())
    _print_link(token, email, service.LINK_LIFETIME, "sign_in_link", as_json)


@staff.command("sessions")
@click.argument("email")
@_as_json
@_refusals
def sessions(email: str, as_json: bool) -> None:
    """List where a member is signed in now."""
    with database().reading() as session:
        rows = [
            {
                "browser": row.browser,
                "way": row.way.value,
                "since": row.created_at.isoformat(timespec="seconds"),
                "last_used": row.seen_at.isoformat(timespec="seconds"),
            }
            for row in service.list_sessions(session, service.get_staff(session, email))
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['browser']}  {row['way']}  {row['since']}  {row['last_used']}")


@staff.command("end-sessions")
@click.argument("email")
@_refusals
def end_sessions(email: str) -> None:
    """Sign a member out everywhere."""
    with database().transaction() as session:
        user = service.get_staff(session, email)
        count = service.end_sessions(session, user, actor=actor())
    click.echo(f"ended {count} {'session' if count == 1 else 'sessions'} of {user.email}")


def _print_link(token: str, email: str, lifetime: timedelta, name: str, as_json: bool) -> None:
    url = f"{settings().console_url}/console/sign-in/{token}"
    link = {name: url, "email": email, "expires_in_seconds": int(lifetime.total_seconds())}
    click.echo(json.dumps(link) if as_json else url)
