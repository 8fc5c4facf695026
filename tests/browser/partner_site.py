"""A partner's site of the test's own, on another origin than the real form that it shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.demo import Demo
from tests.widget.site import HOST, Site

FORM = "iframe[data-iwf]"
TITLE = "Report child sexual abuse imagery"
PAGE = (
    '<html lang="en"><meta charset="utf-8"><title>A partner</title>'
    '<meta name="viewport" content="width=device-width">{}'
)


@dataclass
class PartnerSite:
    """Pages of any host, with keys that allow one host each."""

    demo: Demo
    site: Site
    issued: dict[tuple[str, str], str] = field(default_factory=dict)

    def key(self, partner: str = "telco", host: str = HOST) -> str:
        """A key of the partner for pages of `host`, the same one whenever it is asked for."""
        if (partner, host) not in self.issued:
            origin = self.site.origin(host)
            self.issued[partner, host] = self.demo.issue_key(partner, origin=origin)
        return self.issued[partner, host]

    @property
    def hosts(self) -> frozenset[str]:
        """The only hosts that a page of this site may ask for anything: itself and the demo."""
        return self.demo.hosts | {self.site.origin(HOST).partition("//")[2]}

    @property
    def script(self) -> str:
        return f'<script async src="{self.demo.public_url}/widget/v1.js"></script>'

    def iframe(self, key: str, attributes: str = "", query: str = "?lang=en") -> str:
        """The form as it is pasted, with further attributes."""
        return (
            f'<iframe data-iwf src="{self.demo.public_url}/embed/{key}{query}" title="{TITLE}"'
            f' width="100%" height="680" frameborder="0" referrerpolicy="origin" {attributes}>'
            "</iframe>"
        )

    def link(self, key: str, attributes: str = "") -> str:
        """A link to the form's own page, as it is pasted."""
        return (
            f'<p><a href="{self.demo.public_url}/r/{key}?lang=en" target="_blank" rel="noopener"'
            f" {attributes}>Open the form on a page of its own</a></p>"
        )

    def snippet(self, key: str) -> str:
        """All that docs/partners/embed.md tells to paste."""
        return self.iframe(key) + self.script + self.link(key)

    def write(
        self, body: str, *, host: str = HOST, path: str = "/", headers: dict[str, str] | None = None
    ) -> str:
        """Serve a page; returns its address."""
        return self.site.page(host, path, PAGE.format(body), headers)


def form_in(frame: Locator) -> Frame:
    """The document in an iframe, once it is a form."""
    expect(frame).to_be_visible()
    form = frame.element_handle().content_frame()
    assert form is not None
    form.wait_for_selector("form")
    return form


def wait_until_sized(page: Page, nth: int = 0) -> None:
    """Wait until the loader and the frame have greeted each other."""
    page.wait_for_function(
        "([query, nth]) => document.querySelectorAll(query)[nth]?.scrolling === 'no'",
        arg=[FORM, nth],
    )
