"""`portals portals` and `portals partners`: reporting points, and who shows them."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.directory.service import TERRITORIES
from server.extensions import database
from server.partners import service

portals = AppGroup("portals", help="Reporting points for one country or several.")
partners = AppGroup("partners", help="Organisations that show the form.")

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_refusals = refusing(service.PartnerError, service.BrandingError)


@portals.command("add")
@click.option("--slug", required=True, help="Name in addresses, for instance senegal.")
@click.option("--name", required=True)
@click.option(
    "--territory",
    "territories",
    type=click.Choice(sorted(TERRITORIES)),
    metavar="CODE",
    multiple=True,
    required=True,
    help="ISO code, e.g. SN; may be repeated.",
)
@click.option("--language", "languages", multiple=True, required=True, help="First is default.")
@_as_json
@_refusals
def add_portal(
    slug: str, name: str, territories: tuple[str, ...], languages: tuple[str, ...], as_json: bool
) -> None:
    """Add a portal."""
    with database().transaction() as session:
        service.add_portal(
            session,
            slug=slug,
            name=name,
            territories=list(territories),
            languages=list(languages),
            actor=actor(),
        )
    click.echo(json.dumps({"slug": slug}) if as_json else f"added the portal {slug}")


@portals.command("list")
@_as_json
def list_portals(as_json: bool) -> None:
    """List all portals."""
    with database().reading() as session:
        rows = [
            {
                "slug": portal.slug,
                "name": portal.name,
                "territories": portal.territories,
                "languages": portal.languages,
            }
            for portal in service.list_portals(session)
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            f"{row['slug']}  {row['name']}  "
            f"{','.join(row['territories'])}  {','.join(row['languages'])}"
        )


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
