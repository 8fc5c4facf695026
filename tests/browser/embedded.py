"""The real form in a partner's page of the test's own, which stands on another origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from playwright.sync_api import Frame, Locator, Page
from sqlalchemy import select

from server.partners import service as partners
from server.reports.service import Report
from server.storage.database import Database
from tests.browser.demo import Demo
from tests.browser.polling import come_in, wait_until
from tests.browser.watch import Watch
from tests.widget.site import HOST, Site

TITLE = "Report child sexual abuse imagery"
NEUTRAL = "https://www.wikipedia.org/"
#: What a page needs to be as wide as a phone is.
PHONE_HEAD = '<meta name="viewport" content="width=device-width">'


@dataclass
class Embedded:
    """A partner's page and the key that it uses. What is asked of the neutral page stays here."""

    demo: Demo
    site: Site
    key: str
    watch: Watch
    page: Page = field(init=False)
    _known: frozenset[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self.watch.context.route(
            NEUTRAL + "**",
            lambda route: route.fulfill(body="<p>neutral</p>", content_type="text/html"),
        )
        self.page = self.watch.context.new_page()
        self._known = frozenset()
        self._known = frozenset(report.id for report in self.reports())

    @property
    def loader(self) -> str:
        return f'<script async src="{self.demo.public_url}/widget/v1.js"></script>'

    def address(self, query: str = "lang=en", place: str = "r") -> str:
        """Of the form, as a page (`r`) or in a frame (`embed`)."""
        return f"{self.demo.public_url}/{place}/{self.key}?{query}"

    def inline(self, query: str = "lang=en", attributes: str = "") -> str:
        """The frame that partners paste."""
        return (
            f'<iframe data-iwf src="{self.address(query, "embed")}" title="{TITLE}" width="100%"'
            f' height="680" frameborder="0" referrerpolicy="origin" {attributes}></iframe>'
        )

    def link(self, mode: str, query: str = "lang=en", text: str = TITLE) -> str:
        """The link that partners paste, `dialog` or `floating`."""
        address = self.address(query)
        return f'<a data-iwf="{mode}" href="{address}" target="_blank" rel="noopener">{text}</a>'

    def open(self, body: str, *, attributes: str = "lang=en", head: str = PHONE_HEAD) -> Embedded:
        """Show a page of this content, and wait for the loader where it has one."""
        html = f"<html {attributes}><head><title>Partner</title>{head}</head><body>{body}</body>"
        self.page.goto(self.site.page(HOST, "/", html))
        if self.loader in body:
            self.wait_for_loader()
        return self

    def wait_for_loader(self) -> None:
        wait_until(self.page, "!!(window.IWFReport && IWFReport.version)")

    @property
    def iframe(self) -> Locator:
        """The frame that is shown: of the dialog where one is open, else the first."""
        opened = self.page.locator("dialog[open] iframe")
        return opened if opened.count() else self.page.locator("iframe").first

    def form(self) -> Frame:
        """The document in it, once it is the form."""
        frame = self.iframe.element_handle().content_frame()
        assert frame is not None
        frame.wait_for_selector("form[data-key]")
        return frame

    def managed_form(self) -> Frame:
        """The same, once the loader has heard of it and fitted its height."""
        form = self.form()
        wait_until(form, "!!document.forms[0].elements.embed_origin.value")
        self.settle()
        return form

    def entered_form(self) -> Frame:
        """The same, once the pointer has come in."""
        form = self.managed_form()
        come_in(form)
        return form

    def settle(self) -> None:
        """Wait until the page has not changed its size nor its place for a fifth of a second."""
        self.page.wait_for_function(
            """() => {
              const frame = document.querySelector('dialog[open] iframe') ||
                document.querySelector('iframe');
              const box = JSON.stringify(frame && frame.getBoundingClientRect()) + scrollY;
              if (box !== window.lastBox) { window.lastBox = box; window.since = Date.now(); }
              return Date.now() - window.since > 200;
            }"""
        )

    def reports(self) -> list[Report]:
        """Those that came through this key since the page was made, oldest first."""
        database = Database(self.demo.environment["PORTALS_DATABASE_URL"])
        try:
            with database.reading() as session:
                key = partners.get_key(session, self.key)
                found = session.scalars(
                    select(Report).where(Report.key_id == key.id).order_by(Report.id)
                )
                return [report for report in found if report.id not in self._known]
        finally:
            database.dispose()
