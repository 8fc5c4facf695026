"""A look: display name, colour, logo and texts, as a draft holds it or a revision shows it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.partners.branding import MAX_DISPLAY_NAME, MAX_TEXT, check_text
from server.partners.colour import DEFAULT_COLOUR, check_colour
from server.partners.errors import BrandingError
from server.partners.models import Branding, BrandingDraft, Partner

PARTS = ("intro", "footer")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Look:
    """`texts` is `{language: {"intro": …, "footer": …}}` in plain text; `logo` a re-encoded PNG."""

    display_name: str
    colour: str = DEFAULT_COLOUR
    logo: bytes | None = None
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """What the audit trail says of it: the logo by the start of its SHA-256."""
        logo = hashlib.sha256(self.logo).hexdigest()[:16] if self.logo else None
        return {
            "display_name": self.display_name,
            "colour": self.colour,
            "logo": logo,
            **{
                f"{part}.{language}": parts[part]
                for language, parts in sorted(self.texts.items())
                for part in PARTS
                if parts.get(part)
            },
        }


def checked_look(
    *,
    display_name: str,
    colour: str,
    logo: bytes | None,
    texts: Mapping[str, Mapping[str, str]],
) -> Look:
    """A look within bounds; `logo` must have come from `reencode_logo`.

    Raises BrandingError with the `field` that is out of bounds: `display_name`, `colour`, or
    `<part>_<language>`. Languages without a text are left out.
    """
    name = check_text(display_name, MAX_DISPLAY_NAME, "display_name")
    if not name:
        raise BrandingError("the display name is missing: write one", "display_name")
    kept: dict[str, dict[str, str]] = {}
    for language, parts in texts.items():
        if not _LANGUAGE.fullmatch(language):
            raise BrandingError(f"{language[:40]!r} is no language: write a code such as fr")
        checked = {
            part: check_text(parts.get(part, ""), MAX_TEXT, f"{part}_{language}") for part in PARTS
        }
        if any(checked.values()):
            kept[language] = checked
    return Look(name, check_colour(colour), logo, kept)


def look_of(row: Branding | BrandingDraft | None, partner: Partner) -> Look:
    """The look of a draft or a revision; without one the partner's name on our own colour."""
    if row is None:
        return Look(partner.name[:MAX_DISPLAY_NAME])
    return Look(row.display_name, row.colour, row.logo, row.texts)


def difference(before: Look, after: Look) -> dict[str, dict[str, Any]]:
    """What changed, for the audit trail: `{"before": {…}, "after": {…}}` of what is not alike."""
    old, new = before.facts(), after.facts()
    changed = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return {
        "before": {name: old.get(name) for name in changed},
        "after": {name: new.get(name) for name in changed},
    }
