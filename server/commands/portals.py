"""`portals portals`: set up, change and list reporting points."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
from flask.cli import AppGroup

from server.commands.refusals import actor, refusing
from server.directory.service import TERRITORIES, reached, territories_with_authority
from server.extensions import database
from server.partners import service
from server.partners.service import Continent, PortalTerms, Reach
from server.web.locale import LANGUAGES

portals = AppGroup("portals", help="Reporting points for one country or several.")

_WORLD = "world"
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_refusals = refusing(service.PartnerError)


def _terms(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what a portal is set up with; what is not given stays as it is."""
    for option in reversed(
        (
            click.option(
                "--territory",
                "territories",
                type=click.Choice(sorted(TERRITORIES)),
                metavar="CODE",
                multiple=True,
                help="ISO code, e.g. SN; may be repeated.",
            ),
            click.option(
                "--without-authority",
                type=click.Choice([_WORLD, *(each.value for each in Continent)]),
                help="Instead: all countries without an authority of their own.",
            ),
            click.option("--language", "languages", multiple=True, help="First is default."),
            click.option("--default-partner", help="Slug; its form stands on the portal's page."),
            click.option(
                "--show-outcomes/--hide-outcomes",
                "shows_outcomes",
                default=None,
                help="Whether reporters are told what came of it.",
            ),
            click.option(
                "--retention-days",
                type=int,
                help="Closed reports are deleted after so long, 30 to 3650.",
            ),
            click.option(
                "--text",
                "texts",
                type=(str, click.Choice(service.PORTAL_TEXTS), str),
                metavar="LANGUAGE KIND TEXT",
                multiple=True,
                help="Kind is emergency or helpline; an empty text takes it away.",
            ),
        )
    ):
        command = option(command)
    return command


@portals.command("add")
@click.option("--slug", required=True, help="Name in addresses, for instance senegal.")
@click.option("--name", required=True)
@_terms
@_as_json
@_refusals
def add_portal(slug: str, name: str, as_json: bool, **given: Any) -> None:
    """Add a portal. It needs countries or a rule, and at least one language."""
    terms = _changed(PortalTerms(name=name, languages=()), given)
    with database().transaction() as session:
        service.add_portal(session, slug, terms, catalogues=LANGUAGES, actor=actor())
    click.echo(json.dumps({"slug": slug}) if as_json else f"added the portal {slug}")


@portals.command("edit")
@click.argument("slug")
@click.option("--name")
@_terms
@_as_json
@_refusals
def edit_portal(slug: str, name: str | None, as_json: bool, **given: Any) -> None:
    """Change a portal; what is not named stays. Its slug never changes."""
    with database().transaction() as session:
        terms = service.terms_of(session, service.get_portal(session, slug))
        if name is not None:
            terms = replace(terms, name=name)
        portal = service.edit_portal(
            session,
            slug,
            _changed(terms, given),
            revision=None,
            catalogues=LANGUAGES,
            actor=actor(),
        )
        revision = portal.revision
    changed = {"slug": slug, "revision": revision}
    click.echo(json.dumps(changed) if as_json else f"the portal {slug} is at revision {revision}")


@portals.command("list")
@_as_json
def list_portals(as_json: bool) -> None:
    """List all portals; of a rule with the countries that it reaches now."""
    with database().reading() as session:
        owned = territories_with_authority(session)
        rows = [_row(found, owned) for found in service.list_portal_overviews(session)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        reach = ",".join(row["territories"])
        if row["reach"] == Reach.WITHOUT_AUTHORITY:
            reach = f"without-authority:{row['continent'] or _WORLD}"
        click.echo(f"{row['slug']}  {row['name']}  {reach}  {','.join(row['languages'])}")


def _row(found: service.PortalOverview, owned: frozenset[str]) -> dict[str, Any]:
    portal, partner = found.portal, found.default_partner
    return {
        "slug": portal.slug,
        "name": portal.name,
        "reach": portal.reach,
        "continent": portal.continent,
        "territories": list(reached(portal, owned)),
        "languages": portal.languages,
        "texts": portal.texts,
        "default_partner": partner.slug if partner else None,
        "open_keys": found.open_keys,
        "shows_outcomes": portal.shows_outcomes,
        "retention_days": portal.retention_days,
        "revision": portal.revision,
    }


def _changed(terms: PortalTerms, given: dict[str, Any]) -> PortalTerms:
    """The terms with what the options give."""
    rule, territories = given.pop("without_authority"), given.pop("territories")
    texts = {language: dict(words) for language, words in terms.texts.items()}
    languages = given["languages"] or terms.languages
    for language, kind, text in given.pop("texts"):
        if language not in languages:
            raise service.PartnerError(
                f"the portal has no {language!r}, only {', '.join(languages)}"
            )
        texts.setdefault(language, {})[kind] = text
    changes = {name: value for name, value in given.items() if value not in (None, ())}
    if rule and territories:
        raise service.PartnerError("name countries, or the rule, not both")
    if territories:
        changes |= {"reach": Reach.COUNTRIES, "territories": territories}
    elif rule:
        continent = None if rule == _WORLD else Continent(rule)
        changes |= {"reach": Reach.WITHOUT_AUTHORITY, "continent": continent}
    return replace(terms, texts=texts, **changes)
