"""Every example page, clicked through to its receipt."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser import axe
from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.demo import ROOT, Demo
from tests.browser.polling import wait_until
from tests.browser.watch import Watch

FORM = "iframe[src*='/embed/']"
NOTE_VIOLATIONS = """addEventListener('securitypolicyviolation',
  event => console.error('violation', event.violatedDirective, event.blockedURI))"""
PAGES = {"plain-html": "", "strict-csp": "", "single-page-app": "?report"}


def form_in(frame: Locator) -> Frame:
    """The document in an iframe, once it is a form."""
    expect(frame).to_be_visible()
    form = frame.element_handle().content_frame()
    assert form is not None
    form.wait_for_selector("form")
    return form


def dialog_in(page: Page) -> Locator:
    return page.locator("dialog[open]")


@pytest.fixture
def opened(demo: Demo, watched: Callable[..., Watch]) -> Callable[..., tuple[Page, Watch]]:
    """Opens an example's page as a citizen does, with its violations noted."""

    def open_one(name: str, path: str = "/", **options: object) -> tuple[Page, Watch]:
        watch = watched(**options)
        page = watch.context.new_page()
        page.add_init_script(NOTE_VIOLATIONS)
        page.goto(demo.examples[name].origin + path)
        return page, watch

    return open_one


def expect_nothing_wrong(demo: Demo, watch: Watch) -> None:
    assert watch.requested
    assert watch.strangers(demo.hosts) == []
    assert watch.kept() == []
    assert watch.complaints == []


@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("name", ["plain-html", "strict-csp"])
def test_the_form_in_the_page(
    demo: Demo, opened: Callable[..., tuple[Page, Watch]], name: str, scripted: bool
) -> None:
    page, watch = opened(name, java_script_enabled=scripted)
    citizen = Citizen(form_in(page.locator("iframe[data-iwf]")))
    if scripted:
        citizen.report_with_script()
    else:
        citizen.report_without_script()
    expect_nothing_wrong(demo, watch)


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("plain-html", "[data-iwf=dialog]"),
        ("plain-html", "[data-iwf=floating]"),
        ("strict-csp", "[data-iwf=dialog]"),
    ],
)
def test_the_form_in_a_dialog(
    demo: Demo, opened: Callable[..., tuple[Page, Watch]], name: str, link: str
) -> None:
    page, watch = opened(name)
    # The form in the page is there when the loader is.
    wait_until(page, "!!(window.IWFReport && IWFReport.version)")
    # A click in the same instant as the scrolling would be the frame's that was there before.
    page.locator(link).scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    page.locator(link).click()
    receipt = Citizen(form_in(dialog_in(page).locator("iframe"))).report_with_script()
    assert receipt.receipt
    dialog_in(page).get_by_role("button").first.click()
    expect(dialog_in(page)).to_have_count(0)
    expect(page.locator(link)).to_be_focused()
    expect_nothing_wrong(demo, watch)


@pytest.mark.parametrize("link", ["[data-iwf=dialog]", "[data-iwf=floating]", "#bare"])
def test_every_link_leads_to_the_form_without_script(
    demo: Demo, opened: Callable[..., tuple[Page, Watch]], link: str
) -> None:
    page, watch = opened("plain-html", java_script_enabled=False)
    with page.expect_popup() as popup:
        page.locator(link).click()
    Citizen(popup.value).report_without_script()
    expect_nothing_wrong(demo, watch)


def test_the_bare_link_with_script(demo: Demo, opened: Callable[..., tuple[Page, Watch]]) -> None:
    page, watch = opened("plain-html")
    with page.expect_popup() as popup:
        page.locator("#bare").click()
    Citizen(popup.value).report_with_script()
    expect_nothing_wrong(demo, watch)


def test_the_strict_page_is_as_strict_as_its_headers_say(
    demo: Demo, open_context: OpenContext
) -> None:
    written = json.loads((ROOT / "examples/strict-csp/headers.json").read_text())
    page = open_context().new_page()
    response = page.goto(demo.examples["strict-csp"].origin)
    assert response is not None
    sent = response.all_headers()
    for name, value in written.items():
        assert sent[name.lower()] == value.replace("{{ public_url }}", demo.public_url)
    policy = dict(
        directive.strip().partition(" ")[::2]
        for directive in sent["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    ours = {name for name, value in policy.items() if demo.public_url in value}
    assert ours == {"frame-src", "script-src"}
    assert policy["require-trusted-types-for"] == "'script'"
    assert page.evaluate("crossOriginIsolated") is True


def test_the_application_mounts_the_form_and_takes_it_out_again(
    demo: Demo, opened: Callable[..., tuple[Page, Watch]]
) -> None:
    page, watch = opened("single-page-app")
    expect(page.get_by_role("heading", name="Good to know")).to_be_visible()
    assert page.locator(FORM).count() == 0
    for _ in range(2):
        page.get_by_role("link", name="Report", exact=True).click()
        expect(page.locator(FORM)).to_have_count(1)
        assert page.url.endswith("/?report")
        page.go_back()
        expect(page.get_by_role("heading", name="Good to know")).to_be_visible()
        expect(page.locator(FORM)).to_have_count(0)
    page.go_forward()
    Citizen(form_in(page.locator(FORM))).report_with_script()
    expect(page.get_by_role("status")).to_have_text("Thank you for reporting.")
    page.reload()
    expect(page.locator(FORM)).to_have_count(1)
    expect_nothing_wrong(demo, watch)


def test_the_application_opens_the_form_in_a_dialog(
    demo: Demo, opened: Callable[..., tuple[Page, Watch]]
) -> None:
    page, watch = opened("single-page-app")
    page.get_by_role("button", name="Report now").click()
    Citizen(form_in(dialog_in(page).locator("iframe"))).report_with_script()
    dialog_in(page).get_by_role("button").first.click()
    expect(dialog_in(page)).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("Thank you for reporting.")
    expect_nothing_wrong(demo, watch)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, "react"])
def test_the_pages_are_neat(demo: Demo, open_context: OpenContext, name: str, scheme: str) -> None:
    """No page is wider than a small phone, and axe finds nothing."""
    page = open_context(
        color_scheme=scheme, viewport={"width": 320, "height": 640}, bypass_csp=True
    ).new_page()
    page.goto(f"{demo.examples[name].origin}/{PAGES.get(name, '')}")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert axe.violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_that_it_is_an_example(
    opened: Callable[..., tuple[Page, Watch]], name: str
) -> None:
    page, _ = opened(name)
    said = page.locator("body").inner_text()
    assert "This is an example page." in said
    assert "fictional" in said
    assert "docs/partners/embed.md" in said
