"""The real form in a real browser, in a partner's page on another origin."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from playwright.sync_api import Frame, Locator, Page, Route
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from server.config import Settings
from server.partners import service as partners
from server.partners.service import IssuedKey
from server.reports.service import Report
from server.storage.database import Database
from tests.factories.key import ORIGIN, KeyFactory
from tests.widget.site import HOST, Site

ADDRESS = "https://pictures.example/gallery?page=7"
NEUTRAL = "https://www.wikipedia.org/**"

HOST_PAGE = """
<title>Partner</title>
<script>
  var heard = [];
  addEventListener('message', function (event) { heard.push([event.origin, event.data]); });
</script>
<p style="height: {above}px">Above</p>
<iframe src="{address}" width="600" height="680"></iframe>
"""


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve the application; yields its origin."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class FormSite:
    """An application that is being served."""

    app: Flask
    origin: str
    database: Database
    settings: Settings

    def issue_key(self, *origins: str) -> IssuedKey:
        """A key of a new partner, for pages of these origins."""
        with self.database.transaction() as session:
            issued: IssuedKey = KeyFactory(
                session=session,
                secrets=self.settings.intake_secrets,
                origins=origins or (ORIGIN,),
            )
        return issued


@dataclass
class Open:
    """The form, open in a page; `complaints` is what the browser printed."""

    page: Page
    origin: str
    site: Site
    key: str
    database: Database
    complaints: list[str] = field(default_factory=list)

    def in_a_page(self, *, above: int = 0, host: str = HOST, query: str = "lang=en") -> Frame:
        """In the frame of a partner's page."""
        address = f"{self.origin}/embed/{self.key}?{query}"
        body = HOST_PAGE.replace("{address}", address).replace("{above}", str(above))
        self.page.goto(self.site.page(host, "/", body))
        handle = self.page.locator("iframe").element_handle()
        frame = handle.content_frame()
        assert frame is not None
        return frame

    def by_itself(self, query: str = "lang=en") -> Page:
        """As a page of its own."""
        self.page.goto(f"{self.origin}/r/{self.key}?{query}")
        return self.page

    def say(self, message: Any) -> None:
        """The partner's page says something to the frame."""
        self.page.evaluate(
            "message => frames[0].postMessage(message, '*')",
            message,
        )

    def greet(self) -> None:
        self.say({"iwf": 1, "id": "me", "type": "hello"})
        self.page.wait_for_function("heard.length >= 2")

    def heard(self, type_: str = "") -> list[dict[str, Any]]:
        """What the frame said, in order."""
        messages = [data for _, data in self.page.evaluate("heard")]
        return [message for message in messages if not type_ or message["type"] == type_]

    def reports(self) -> list[Report]:
        """Those that came through this key."""
        with self.database.reading() as session:
            key = partners.get_key(session, self.key)
            return list(session.scalars(select(Report).where(Report.key_id == key.id)))


def forward(form: Page | Frame) -> Locator:
    """Next, or Send."""
    return form.locator("button[value=check]")


def go_to(form: Page | Frame, step: int, address: str = ADDRESS) -> None:
    """From the first step to another, with just what is needed."""
    for number in range(1, step):
        if number == 2:
            form.locator("[value=not_sure]").check()
        if number == 3:
            form.locator("#addresses").fill(address)
        forward(form).click()
    form.locator(f"section:nth-of-type({step}) h2").wait_for()


def lose(route: Route) -> None:
    """The request never arrives."""
    route.abort()


def lose_answer(route: Route) -> None:
    """The request arrives, its answer does not."""
    route.fetch()
    route.abort()
