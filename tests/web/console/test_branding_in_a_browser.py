"""The branding editor in Chromium: the real frame inside the console, on an origin of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from server.app import create_app
from server.config import load_settings
from server.partners import service as partners
from server.partners.service import NO_DRAFT, IssuedKey, Look
from server.reports.service import SealingKey
from server.staff.service import RoleName
from server.storage.database import Database
from server.web.widget import files
from tests.browser.axe import violations
from tests.browser.watch import Watch
from tests.web.console.conftest import Link, Member
from tests.web.embed.served_form import forward, go_to
from widget.build import build

# What a browser does does not depend on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

#: What Chromium shows in a frame instead of a document that does not want to be there.
REFUSED = "chrome-error://chromewebdata/"
DRAFT = Look("Drafted name", "#0b6152", None, {"en": {"intro": "Only drafted", "footer": ""}})


@dataclass
class Editor:
    """A manager's browser at the editor, and all that the browser did and complained of."""

    page: Page
    watch: Watch
    address: str


@pytest.fixture(scope="module", autouse=True)
def _widget() -> None:
    build()
    files.built_file.cache_clear()


@pytest.fixture
def editor(
    browser: Browser,
    database: Database,
    environment: dict[str, str],
    sealing_key: SealingKey,
    key: IssuedKey,
    member: Member,
    link: Link,
) -> Iterator[Editor]:
    with database.transaction() as session:
        partner = session.get_one(partners.Partner, key.row.partner_id)
        partners.save_draft(session, partner, DRAFT, revision=NO_DRAFT, actor="system")
    apps: list[Any] = []
    server = make_server("127.0.0.1", 0, lambda *call: apps[0](*call), threaded=True)
    console, public = (f"http://{host}:{server.port}" for host in ("localhost", "127.0.0.1"))
    urls = {"PORTALS_CONSOLE_URL": console, "PORTALS_PUBLIC_URL": public}
    apps.append(create_app(load_settings(environment | urls), database))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    context = browser.new_context(base_url=console, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"/console/sign-in/{link(member(RoleName.PORTAL_MANAGER))}")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/")
    watch = Watch(context)
    address = f"/console/partners/{partner.slug}/branding"
    page.goto(address + "?lang=en")
    yield Editor(page, watch, address)
    context.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_preview_is_the_real_form_follows_its_switches_and_sends_nothing(
    editor: Editor,
) -> None:
    page = editor.page
    shown = page.frame_locator("#preview-frame")
    expect(shown.get_by_text("Only drafted")).to_be_visible()
    page.get_by_label("Display name").fill("Typed and not saved")
    page.get_by_role("link", name="Dark").click()
    expect(shown.locator("body")).to_have_css("background-color", "rgb(21, 25, 29)")
    page.get_by_role("link", name="العربية").click()
    expect(shown.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Desktop").click()
    expect(page.locator("#preview-frame")).to_have_css("width", "800px")
    expect(page.get_by_label("Display name")).to_have_value("Typed and not saved")
    expect(shown.locator("html")).to_have_attribute("lang", "en")
    frame = page.locator("#preview-frame").element_handle().content_frame()
    assert frame is not None
    frame.locator(".leave").first.click()
    said = frame.get_by_role("alert")
    expect(said).to_contain_text("This is a preview")
    go_to(frame, 2)
    frame.locator("p ~ label input").first.check()
    forward(frame).click()
    expect(said).to_contain_text("nothing is sent")
    go_to(frame, 5)
    for _ in range(3):
        page.keyboard.press("Escape")
    forward(frame).click()
    expect(said).to_be_visible()
    expect(frame.locator("#thanks")).to_be_hidden()
    assert not [each for each in editor.watch.requested if "/api/" in each or "wikipedia" in each]
    assert editor.watch.complaints == []


def test_the_colour_is_judged_while_it_is_chosen_and_the_pages_are_accessible(
    editor: Editor,
) -> None:
    page = editor.page
    light = page.locator("[data-use='1']")
    expect(light).to_contain_text("good")
    page.get_by_label("Colour", exact=True).fill("#FFCC00")
    expect(page.get_by_label("Pick the colour")).to_have_value("#ffcc00")
    expect(light).to_contain_text("too weak")
    page.get_by_label("Pick the colour").fill("#0b2a4f")
    expect(page.get_by_label("Colour", exact=True)).to_have_value("#0b2a4f")
    expect(light).to_contain_text("strong")
    assert violations(page) == []
    page.get_by_role("button", name="Publish …").click()
    page.wait_for_url("**/publish")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme="dark")
    page.goto(editor.address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    assert editor.watch.complaints == []


def test_no_other_page_can_show_a_preview(editor: Editor) -> None:
    address = editor.page.locator("#preview-frame").get_attribute("src")
    stranger = editor.page.context.new_page()
    stranger.goto(f"data:text/html,<iframe src='{address}'></iframe>")
    assert [frame.url for frame in stranger.frames[1:]] == [REFUSED]
    assert editor.page.frames[1].url == address
