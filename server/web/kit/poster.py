"""The poster: one page of A4 with the QR code of a key's form, in one or several languages."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response
from flask_babel import gettext as _
from markupsafe import Markup

from server.extensions import settings
from server.partners.service import ResolvedKey
from server.web.embed.pages import local_emergency
from server.web.kit.documents import kit_document
from server.web.kit.qr import qr_code
from server.web.locale import Language, speaking

EVERY_LANGUAGE = "all"


@dataclass(frozen=True, slots=True)
class PosterText:
    """The words of a poster in one language; `emergency` is empty where no number is known."""

    language: Language
    heading: str
    lead: str
    scan: str
    steps: tuple[str, ...]
    emergency: str


def poster_page(key: ResolvedKey, languages: tuple[Language, ...]) -> Response:
    """The poster. In one language its code leads to the form in that language, else in the key's
    own, from where a citizen may switch."""
    one = languages[0].code if len(languages) == 1 else None
    return kit_document(
        "poster.html",
        languages[0].code,
        key=key,
        brand=Markup(f":root{{--brand:{key.branding.colour}}}"),  # noqa: S704  (a checked colour)
        texts=[_text(key, each) for each in languages],
        qr=qr_code(f"{settings().public_url}/r/{key.text}" + (f"?lang={one}" if one else "")),
        short=_short_address(key),
    )


def _text(key: ResolvedKey, language: Language) -> PosterText:
    number = local_emergency(key)
    with speaking(language.code):
        return PosterText(
            language=language,
            heading=_("Have you seen child sexual abuse imagery online?"),
            lead=_("Report it here. You stay anonymous."),
            scan=_("Point your phone’s camera at the square, or go to"),
            steps=(
                _("Do not save it, do not share it, do not go looking for more."),
                _("Tell us the web address. We need no name."),
                _("Our analysts work to have it taken down."),
            ),
            emergency=_("Is a child in danger right now? Call %(number)s.", number=number)
            if number
            else "",
        )


def _short_address(key: ResolvedKey) -> str:
    """The portal's own address, which can be typed: the key's is 47 letters long."""
    server = urlsplit(settings().public_url)
    return f"{server.netloc}/portals/{key.portal_slug}"
