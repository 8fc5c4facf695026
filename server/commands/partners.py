"""`portals partners`: the organisations that show the form."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.extensions import database
from server.partners import service

partners = AppGroup("partners", help="Organisations that show the form.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_refusals = refusing(service.PartnerError, service.BrandingError)


@partners.command("add")
@click.option("--slug", required=True, help="Name in commands and addresses.")
@click.option("--name", required=True)
@click.option("--colour", default=None, help="Brand colour, #rrggbb, dark enough for white text.")
@click.option("--logo", type=click.File("rb"), default=None, help="PNG or JPEG file.")
@_as_json
@_refusals
def add_partner(
    slug: str, name: str, colour: str | None, logo: click.File | None, as_json: bool
) -> None:
    """Add a partner, with its branding when a colour or a logo is given."""
    with database().transaction() as session:
        partner = service.add_partner(session, slug=slug, name=name, actor=actor())
        if colour or logo:
            service.publish_branding(
                session,
                partner,
                display_name=name,
                colour=colour or service.DEFAULT_COLOUR,
                logo=logo.read() if logo else None,  # type: ignore[attr-defined]
                texts={},
                actor=actor(),
            )
    click.echo(json.dumps({"slug": slug}) if as_json else f"added the partner {slug}")


@partners.command("edit")
@click.argument("slug")
@click.option("--name", required=True, help="The new name. The slug stays.")
@_as_json
@_refusals
def edit_partner(slug: str, name: str, as_json: bool) -> None:
    """Rename a partner."""
    with database().transaction() as session:
        partner = service.edit_partner(session, slug, name=name, revision=None, actor=actor())
        row = {"slug": partner.slug, "name": partner.name}
    click.echo(json.dumps(row) if as_json else f"{slug} is now called {row['name']}")


@partners.command("list")
@_as_json
def list_partners(as_json: bool) -> None:
    """List all partners."""
    with database().reading() as session:
        rows = [{"slug": p.slug, "name": p.name} for p in service.list_partners(session)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['slug']}  {row['name']}")
