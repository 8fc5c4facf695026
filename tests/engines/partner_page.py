"""A partner's page as a webmaster writes it, on another origin than the form."""

from __future__ import annotations

from dataclasses import dataclass

from tests.widget.site import HOST, Site

# A host's own fields before and behind ours; both note that the focus was there.
PAGE = """<html lang="{language}" dir="{direction}"><meta charset="utf-8"><title>Partner</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 16px sans-serif }}
  body {{ max-width: 45rem; margin: 1rem auto; padding: 0 1rem }}</style>
<p><input id="above" aria-label="Search"></p>
{snippet}
<p><input id="below" aria-label="Newsletter"></p>"""


@dataclass(frozen=True)
class PartnerPage:
    """One page; each `write` writes it anew."""

    site: Site
    portals: str
    key: str

    @property
    def script(self) -> str:
        return f'<script async src="{self.portals}/widget/v1.js"></script>'

    def iframe(self, language: str = "en", query: str = "") -> str:
        """The inline form, as it is pasted."""
        return (
            f'<iframe data-iwf src="{self.portals}/embed/{self.key}?lang={language}{query}"'
            ' title="Report child sexual abuse imagery" width="100%" height="680" frameborder="0"'
            ' referrerpolicy="origin"></iframe>'
        )

    @property
    def address(self) -> str:
        """Of the form in English, as a link has it."""
        return f"{self.portals}/r/{self.key}?lang=en"

    def link(self, kind: str = "") -> str:
        """A link to the form: `dialog`, `floating`, or a bare one."""
        marked = f'data-iwf="{kind}" ' if kind else ""
        return f'<p><a id="link" {marked}href="{self.address}">Report child abuse imagery</a></p>'

    def write(self, snippet: str, *, language: str = "en", direction: str = "ltr") -> str:
        """Serve the page with this snippet; its address."""
        body = PAGE.format(snippet=snippet, language=language, direction=direction)
        return self.site.page(HOST, "/", body)
