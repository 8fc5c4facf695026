"""Seed the demo's database, once; what cannot be read back from it is kept beside it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from server.config import Settings, bundled
from server.demo.examples import LENDER, example_origins
from server.demo.partners import DEMO_PARTNERS, DemoPartner
from server.directory.service import load_directory, read_rows
from server.partners import service as partners
from server.reports import service as reports
from server.staff import service as staff
from server.storage import migrate
from server.storage.database import Database
from server.web.locale import LANGUAGES

ACTOR = "system"
ANALYST = "analyst@hotline.example"
#: Checks the trail, which the analyst, who runs the demo's accounts, does not.
AUDITOR = "auditor@hotline.example"
FILE = "partners.json"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What demo.json says of the partners and of the further examples, an entry each."""

    partners: list[dict[str, str]]
    examples: list[dict[str, str]]


def seed(settings: Settings, data: Path, partner_port: int) -> Seeded:
    """Migrate and seed, as far as it was not done before.

    The keys name the origins of the pages, so another `partner_port` than last time gives new
    keys; and so do examples that a data folder of an older demo does not know.
    """
    database = Database(settings.database_url)
    try:
        migrate.upgrade(database.engine)
        kept = _kept(data)
        issued: dict[str, Any] = kept or {}
        if issued.get("partner_port") != partner_port:
            issued = {"partner_port": partner_port}
        with database.transaction() as session:
            if kept is None:
                _seed_once(session, settings)
            if "partners" not in issued:
                issued["partners"] = [
                    _issue_keys(session, settings, partner, partner_port)
                    for partner in DEMO_PARTNERS
                ]
            origins = example_origins(partner_port)
            if [each["origin"] for each in issued.get("examples", [])] != list(origins.values()):
                issued["examples"] = _issue_examples_key(session, settings, origins)
        _keep(data, issued)
        return Seeded(partners=issued["partners"], examples=issued["examples"])
    finally:
        database.dispose()


def sign_in_link(settings: Settings) -> str:
    """A fresh one-time link to the console for the demo's analyst."""
    database = Database(settings.database_url)
    try:
        with database.transaction() as session:
            token = staff.issue_login_link(session, ANALYST, actor=ACTOR)
    finally:
        database.dispose()
    return f"{settings.console_url}/console/sign-in/{token}"


def _seed_once(session: Session, settings: Settings) -> None:
    load_directory(session, read_rows(), now=datetime.now(UTC), actor=ACTOR)
    if settings.sealing_key_file is None or settings.sealing_passphrase is None:
        raise ValueError("the demo needs a sealing key file and its passphrase")
    recovery_private, recovery_public = reports.generate_key_pair()
    recovery = settings.sealing_key_file.with_name("recovery-key.bin")
    with os.fdopen(os.open(recovery, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(recovery_private)
    key = reports.create_sealing_key(
        session,
        key_file=settings.sealing_key_file,
        passphrase=settings.sealing_passphrase,
        recovery_public=recovery_public,
        actor=ACTOR,
    )
    reports.activate_sealing_key(session, key, actor=ACTOR)
    everything = [role for role in staff.RoleName if role is not staff.RoleName.ANALYST]
    staff.add_staff(session, ANALYST, everything, actor=ACTOR)
    staff.add_staff(session, AUDITOR, [staff.RoleName.AUDITOR], actor=ACTOR)
    for partner in DEMO_PARTNERS:
        _add_partner(session, partner)


def _add_partner(session: Session, demo: DemoPartner) -> None:
    partner = partners.add_partner(session, slug=demo.slug, name=demo.name, actor=ACTOR)
    partners.add_portal(
        session,
        demo.portal,
        partners.PortalTerms(
            name=demo.portal_name,
            languages=demo.languages,
            territories=(demo.territory,),
            texts=demo.portal_texts,
            default_partner=demo.slug,
        ),
        catalogues=LANGUAGES,
        actor=ACTOR,
    )
    partners.publish_branding(
        session,
        partner,
        display_name=demo.name,
        colour=demo.colour,
        logo=(bundled("examples") / demo.slug / "logo.png").read_bytes(),
        texts=demo.texts,
        actor=ACTOR,
    )


def _issue_keys(
    session: Session, settings: Settings, demo: DemoPartner, partner_port: int
) -> dict[str, str]:
    origin = demo.origin(partner_port)

    def issue(**terms: Any) -> str:
        return _issue(session, settings, demo.slug, demo.portal, **terms)

    return {
        "slug": demo.slug,
        "portal": demo.portal,
        "origin": origin,
        "key": issue(label="Example page", origins=(origin,)),
        "test_key": issue(
            label="Example page, test", origins=(origin,), mode=partners.KeyMode.TEST
        ),
        "secret_key": issue(label="Example server", secret=True),
    }


def _issue_examples_key(
    session: Session, settings: Settings, origins: dict[str, str]
) -> list[dict[str, str]]:
    (portal,) = (demo.portal for demo in DEMO_PARTNERS if demo.slug == LENDER)
    key = _issue(
        session,
        settings,
        LENDER,
        portal,
        label="Examples",
        origins=tuple(origins.values()),
        mode=partners.KeyMode.TEST,
    )
    return [{"name": name, "origin": origin, "key": key} for name, origin in origins.items()]


def _issue(session: Session, settings: Settings, slug: str, portal: str, **terms: Any) -> str:
    issued = partners.issue_key(
        session,
        partners.get_partner(session, slug),
        partners.get_portal(session, portal),
        partners.KeyTerms(**terms),
        secrets=settings.intake_secrets,
        actor=ACTOR,
    )
    return issued.text


def _kept(data: Path) -> dict[str, Any] | None:
    file = data / FILE
    return json.loads(file.read_text()) if file.exists() else None


def _keep(data: Path, content: dict[str, Any]) -> None:
    partial = data / (FILE + ".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    partial.replace(data / FILE)
