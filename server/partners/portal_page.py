"""A portal as its own public page shows it: its default partner's form, and who supports it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.partners.lookup import form_keys_of, portal_words
from server.partners.models import Portal
from server.partners.resolved_key import PortalWords, ResolvedKey, Standing
from server.partners.slug import is_slug
from server.partners.vocabulary import Continent, Reach


@dataclass(frozen=True, slots=True)
class PortalPage:
    """`key` is the default partner's newest one that holds, None when there is none; `last_key` is
    then the one that ceased last: a citizen may have its form open.

    `supporters` are the names of the other partners with a key that holds, by name.
    """

    slug: str
    name: str
    languages: tuple[str, ...]
    reach: Reach
    continent: Continent | None
    territories: tuple[str, ...]
    texts: dict[str, PortalWords]
    key: ResolvedKey | None
    last_key: ResolvedKey | None
    supporters: tuple[str, ...]

    def words(self, language: str) -> PortalWords:
        """The portal's own words in this language, and never in another."""
        return self.texts.get(language, PortalWords())


def find_portal_page(session: Session, slug: str) -> PortalPage | None:
    """What the public page of the portal called `slug` shows, or None when there is none."""
    query = select(Portal).where(Portal.slug == slug)
    portal = session.scalar(query) if is_slug(slug) else None
    if portal is None:
        return None
    now = datetime.now(UTC)
    keys = form_keys_of(session, portal.id)
    own = [key for key in keys if key.partner_id == portal.default_partner_id]
    open_keys = [key for key in keys if key.standing(now) is Standing.OPEN]
    others = {
        key.branding.display_name
        for key in open_keys
        if key.partner_id != portal.default_partner_id
    }
    return PortalPage(
        slug=portal.slug,
        name=portal.name,
        languages=tuple(portal.languages),
        reach=portal.reach,
        continent=portal.continent,
        territories=tuple(portal.territories),
        texts=portal_words(portal),
        key=next((key for key in own if key in open_keys), None),
        last_key=max(own, key=lambda key: key.ceased_moment(now) or now, default=None),
        supporters=tuple(sorted(others, key=str.casefold)),
    )
