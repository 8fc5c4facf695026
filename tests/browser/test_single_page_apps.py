"""Applications that take the form out of the page and put it back, or swap the page around it.

Behaviour 17 of the embed. React in strict mode: test_examples_react.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.partner_site import FORM, PartnerSite, form_in, wait_until_sized
from tests.browser.test_host_layout import COUNT_LISTENERS, LOW, OF_ONE_FRAME

#: Takes the form out (first), and puts it back (second); `html` is the page's own content.
CHANGES = {
    "removed and put back": (
        "() => { window.kept = document.querySelector('iframe'); kept.remove() }",
        "() => document.querySelector('#place').append(kept)",
    ),
    "a container emptied and filled": (
        "() => { document.querySelector('#place').innerHTML = '' }",
        "html => { document.querySelector('#place').outerHTML = html }",
    ),
    "another body, as Turbo does": (
        "() => document.body.replaceWith(document.createElement('body'))",
        """html => document.body.replaceWith(
          new DOMParser().parseFromString(html, 'text/html').body)""",
    ),
    "other head and body, as Astro does": (
        """() => document.documentElement.replaceChildren(
          document.createElement('head'), document.createElement('body'))""",
        """html => document.documentElement.replaceChildren(
          ...new DOMParser().parseFromString(html, 'text/html').documentElement.children)""",
    ),
    "another root": (
        """() => document.replaceChild(
          new DOMParser().parseFromString('', 'text/html').documentElement,
          document.documentElement)""",
        """html => document.replaceChild(
          new DOMParser().parseFromString(html, 'text/html').documentElement,
          document.documentElement)""",
    ),
    "its mark taken and given": (
        "() => document.querySelector('iframe').removeAttribute('data-iwf')",
        "() => document.querySelector('iframe').setAttribute('data-iwf', '')",
    ),
}


def opened(partner: PartnerSite, open_context: OpenContext, content: str) -> Page:
    """A page that has this content from its application, and the loader in its head."""
    page = open_context(viewport=LOW).new_page()
    page.add_init_script(COUNT_LISTENERS)
    page.clock.install()
    page.goto(partner.write(f"<head>{partner.script}</head><body>{content}"))
    page.wait_for_function("!!(window.IWFReport && IWFReport.version)")
    return page


def expect_listeners(page: Page, count: int) -> None:
    page.wait_for_function("count => listening === count", arg=count)


@pytest.mark.parametrize("change", CHANGES)
def test_b17_taken_out_and_put_back_the_form_is_mounted_again_with_no_listener_left(
    partner: PartnerSite, open_context: OpenContext, change: str
) -> None:
    content = f'<div id="place">{partner.iframe(partner.key())}</div>'
    page = opened(partner, open_context, content)
    wait_until_sized(page)
    expect_listeners(page, OF_ONE_FRAME)
    out, back = CHANGES[change]
    for _ in range(3):
        page.evaluate(out)
        expect_listeners(page, 0)
        # Nothing that still waited puts a link into the page now.
        page.clock.run_for(25_000)
        assert page.get_by_role("link").count() == 0
        page.evaluate(back, content)
        wait_until_sized(page)
        expect_listeners(page, OF_ONE_FRAME)
    assert page.locator(FORM).count() == 1
    assert Citizen(form_in(page.locator(FORM))).report_with_script().reference


@pytest.mark.parametrize("change", [name for name in CHANGES if "removed" not in name])
def test_b17_swapped_in_one_go_the_new_form_is_the_one(
    partner: PartnerSite, open_context: OpenContext, change: str
) -> None:
    """No observer sees the page without a form, and the old one's listeners go all the same."""
    content = f'<div id="place">{partner.iframe(partner.key())}</div>'
    page = opened(partner, open_context, content)
    wait_until_sized(page)
    for _ in range(3):
        page.evaluate(CHANGES[change][1], content)
        wait_until_sized(page)
        expect_listeners(page, OF_ONE_FRAME)
    assert Citizen(form_in(page.locator(FORM))).report_with_script().reference


@pytest.mark.parametrize("change", ["by the interface", "by the application"])
def test_b17_mounted_by_the_interface_again_and_again(
    partner: PartnerSite, open_context: OpenContext, change: str
) -> None:
    """As effects do that run twice: mounting is done once, taking away leaves nothing."""
    page = opened(partner, open_context, '<div id="place"></div>')
    options = {"src": f"{partner.demo.public_url}/r/{partner.key()}?lang=en", "title": "Report"}
    mount = "options => { IWFReport('mount', '#place', options) }"
    away = {
        "by the interface": "IWFReport('destroy', '#place')",
        "by the application": "document.querySelector('#place').replaceChildren()",
    }[change]
    for _ in range(3):
        page.evaluate(mount, options)
        page.evaluate(mount, options)
        wait_until_sized(page)
        assert page.locator("iframe").count() == 1
        expect_listeners(page, OF_ONE_FRAME)
        page.evaluate(away)
        expect_listeners(page, 0)
        assert page.locator("#place > *").count() == 0
    page.evaluate(mount, options)
    assert Citizen(form_in(page.locator(FORM))).report_with_script().reference


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_b17_a_body_swapped_under_a_dialog_the_link_in_the_new_one_opens_it_again(
    partner: PartnerSite, open_context: OpenContext, is_open: bool
) -> None:
    content = partner.link(partner.key(), "data-iwf=dialog") + "<button>Theirs</button>"
    page = opened(partner, open_context, content)
    link, dialog = page.get_by_role("link", name="Open the form"), page.locator("dialog")
    link.click()
    form_in(dialog.locator("iframe"))
    listening = page.evaluate("listening")
    for _ in range(2):
        if not is_open:
            dialog.get_by_role("button").click()
        page.evaluate(CHANGES["another body, as Turbo does"][1], content)
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Theirs").click()
        link.click()
        form = form_in(dialog.locator("iframe"))
        expect(dialog).to_have_count(1)
        expect_listeners(page, listening)
    assert Citizen(form).report_with_script().reference
