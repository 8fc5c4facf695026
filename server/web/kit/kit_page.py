"""The kit's page: what goes into its template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Response, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from server.extensions import reads, settings
from server.partners.service import KeyMode, OpenedKit, ResolvedKey, Standing
from server.statistics.service import (
    THRESHOLD,
    Grouping,
    PartnerCounts,
    closed_until,
    partner_counts,
)
from server.web.embed.preview_token import preview_token
from server.web.kit import snippets
from server.web.kit.documents import kit_document
from server.web.kit.live import live_lines, live_pages
from server.web.kit.poster import EVERY_LANGUAGE
from server.web.kit.qr import qr_code
from server.web.locale import LANGUAGES, Language, speaking, spoken

COUNTED_DAYS = 30
#: A phone, a tablet held upright, a column of a wide page.
PREVIEW_WIDTHS = (320, 480, 768)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several links, in its own language."""

    language: Language | None
    name: str
    address: str
    chosen: bool = False


def kit_page(
    token: str, kit: OpenedKit, language: str, form_language: str | None, now: datetime
) -> Response:
    """The page in `language`, with snippets for pages in `form_language`, one of the key's."""
    key = kit.key
    offered = spoken(key.languages)
    codes = [each.code for each in offered]
    of_form = form_language if form_language in codes else key.default_language
    of_form = of_form if of_form in codes else codes[0]
    pages, counts = reads().read(
        lambda session: (
            live_pages(session, key, now),
            _counts(session, key, now) if _is_counted(key, now) else None,
        )
    )
    with speaking(language):
        return kit_document(
            "kit.html",
            language,
            key=key,
            is_test=key.mode is KeyMode.TEST,
            in_use=key.standing(now) is Standing.OPEN,
            until=format_date(kit.expires_at, "long"),
            server=settings().public_url,
            lines=live_lines(pages, now),
            status_at=url_for("kit.kit_status", token=token, lang=language),
            again=_here(token, language, of_form) + "#live",
            page_languages=_page_languages(token, language, of_form),
            form_languages=_form_languages(token, language, offered, of_form),
            snippet=_snippets(key, of_form),
            preview=_preview(key, of_form, now),
            widths=PREVIEW_WIDTHS,
            qr=qr_code(own_page(key, of_form)),
            posters=_posters(token, key),
            counts=counts,
            threshold=THRESHOLD,
            day=lambda of: format_date(of, "long"),
        )


def own_page(key: ResolvedKey, language: str | None) -> str:
    """The address of the form as a page of its own."""
    query = f"?lang={language}" if language else ""
    return f"{settings().public_url}/r/{key.text}{query}"


def _snippets(key: ResolvedKey, language: str) -> dict[str, str]:
    with speaking(language):
        words = snippets.Words(
            title=_("Report child sexual abuse imagery"),
            own_page=_("Open the form on a page of its own"),
        )
    texts = {
        "inline": snippets.INLINE,
        "dialog": snippets.UPGRADED_LINK.replace("{mode}", "dialog"),
        "floating": snippets.UPGRADED_LINK.replace("{mode}", "floating"),
        "link": snippets.LINK,
        "stub": snippets.STUB,
        "mount": snippets.MOUNT,
        "open": snippets.OPEN,
        "policy": snippets.POLICY,
    }
    server = settings().public_url
    return {
        name: snippets.fill(text, server=server, key=key.text, language=language, words=words)
        for name, text in texts.items()
    }


def _here(token: str, language: str, form_language: str) -> str:
    return url_for("kit.kit", token=token, lang=language, form=form_language)


def _page_languages(token: str, language: str, form_language: str) -> list[Choice]:
    return [
        Choice(each, each.name, _here(token, each.code, form_language), each.code == language)
        for each in LANGUAGES.values()
    ]


def _form_languages(
    token: str, language: str, offered: tuple[Language, ...], chosen: str
) -> list[Choice]:
    return [
        Choice(each, each.name, _here(token, language, each.code) + "#paste", each.code == chosen)
        for each in offered
    ]


def _posters(token: str, key: ResolvedKey) -> list[Choice]:
    offered = spoken(key.portal_languages)
    choices = [
        Choice(each, each.name, url_for("kit.kit_poster", token=token, lang=each.code))
        for each in offered
    ]
    if len(offered) > 1:
        every = url_for("kit.kit_poster", token=token, lang=EVERY_LANGUAGE)
        choices.append(Choice(None, _("All languages on one page"), every))
    return choices


def _preview(key: ResolvedKey, language: str, now: datetime) -> str:
    secrets = settings().intake_secrets
    token = preview_token(secrets, key.partner_id, key.portal_id, now=now)
    return f"/embed/preview/{token}?{urlencode({'lang': language})}"


def _is_counted(key: ResolvedKey, now: datetime) -> bool:
    """A key that is paused or expired shows its partner's counts to nobody."""
    return key.mode is KeyMode.LIVE and key.standing(now) is Standing.OPEN


def _counts(session: Session, key: ResolvedKey, now: datetime) -> PartnerCounts:
    """The partner's reports by day, whichever of its keys they came through."""
    until = closed_until(Grouping.DAY, now)
    return partner_counts(
        session,
        Grouping.DAY,
        until - timedelta(days=COUNTED_DAYS - 1),
        until,
        partner_id=key.partner_id,
        portal_id=key.portal_id,
        now=now,
    )
