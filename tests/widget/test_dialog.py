"""A link that opens the form over the partner's page."""

import pytest
from playwright.sync_api import Page, expect

from tests.widget.conftest import Embed
from tests.widget.site import PORTAL

HOSTILE = "<style>* { all: unset } iframe { display: none; width: 1px; opacity: 0 }</style>"
BEFORE_AND_AFTER = '<button id="before">b</button>{}<button id="after">a</button>'


@pytest.fixture
def closed(embed: Embed) -> Embed:
    """A page with a dialog link, between two buttons of the page's own."""
    embed.open(BEFORE_AND_AFTER.format(embed.link("dialog")) + embed.script)
    embed.page.wait_for_function("!!window.IWFReport")
    return embed


@pytest.fixture
def opened(closed: Embed) -> Embed:
    closed.page.get_by_role("link").click()
    closed.form()
    return closed


def dialog_is_open(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('dialog').open"))


def test_a_click_opens_the_form_in_a_named_dialog(opened: Embed) -> None:
    dialog = opened.page.get_by_role("dialog", name="Report it")
    expect(dialog).to_be_visible()
    expect(dialog.locator("iframe[title='Report it']")).to_be_visible()
    assert opened.frame.url == opened.site.origin(PORTAL) + "/embed/key"
    assert opened.console == []


def test_query_and_fragment_of_the_link_reach_the_frame(embed: Embed) -> None:
    link = embed.link("dialog").replace("/r/key", "/r/key?lang=fr&amp;campaign=a#territory=SN")
    embed.open(link + embed.script).page.wait_for_function("!!window.IWFReport")
    embed.page.get_by_role("link").click()
    embed.form()
    assert embed.frame.url.endswith("/embed/key?lang=fr&campaign=a#territory=SN")


def test_nothing_is_requested_before_the_click(closed: Embed) -> None:
    assert closed.page.evaluate("frames.length") == 0
    assert closed.page.locator("dialog").count() == 0


def test_the_focus_goes_into_the_frame_and_tab_never_reaches_the_host(opened: Embed) -> None:
    page = opened.page
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    visited = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        visited.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        visited.add("in " + str(opened.frame.evaluate("document.activeElement.id")))
    assert {"IFRAME", "in first", "in last"} <= visited
    assert not visited & {"before", "after", "A"}


def test_escape_in_the_frame_hides_the_dialog_and_keeps_the_text(opened: Embed) -> None:
    page = opened.page
    opened.frame.locator("#first").fill("typed")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('dialog').open")
    expect(page.locator("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "A"
    page.get_by_role("link").click()
    assert dialog_is_open(page)
    assert opened.frame.locator("#first").input_value() == "typed"


def test_escape_outside_the_frame_hides_it_too(opened: Embed) -> None:
    opened.page.get_by_role("button", name="×").focus()
    opened.page.keyboard.press("Escape")
    expect(opened.page.locator("dialog")).to_be_hidden()


def test_the_button_closes_and_speaks_the_frames_language(opened: Embed) -> None:
    button = opened.page.get_by_role("button", name="× Fermer")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    expect(opened.page.locator("dialog")).to_be_hidden()
    assert opened.page.evaluate("document.activeElement.tagName") == "A"


def test_a_click_beside_the_dialog_closes_it(opened: Embed) -> None:
    opened.page.set_viewport_size({"width": 1200, "height": 700})
    opened.page.mouse.click(20, 300)
    expect(opened.page.locator("dialog")).to_be_hidden()


def test_escape_three_times_leaves_the_page(opened: Embed, neutral_page: str) -> None:
    """The first hides the dialog, so the second and the third come to the partner's page."""
    opened.frame.locator("#first").fill("typed")
    for _ in range(3):
        opened.page.keyboard.press("Escape")
        opened.page.wait_for_timeout(50)
    opened.page.wait_for_url(neutral_page)


def test_escape_three_times_slowly_stays(opened: Embed, neutral_page: str) -> None:
    for _ in range(3):
        opened.page.keyboard.press("Escape")
        opened.page.wait_for_timeout(1100)
    assert opened.page.url != neutral_page


def test_the_hosts_own_inert_survives(embed: Embed) -> None:
    embed.open("<main inert>asleep</main>" + embed.link("dialog") + embed.script)
    embed.page.wait_for_function("!!window.IWFReport")
    embed.page.get_by_role("link").click()
    embed.form()
    embed.page.keyboard.press("Escape")
    expect(embed.page.locator("dialog")).to_be_hidden()
    assert embed.page.evaluate("document.querySelector('main').inert")


@pytest.mark.parametrize("modifier", ["Control", "Shift", "Meta"])
def test_a_click_that_asks_for_a_tab_of_its_own_gets_one(closed: Embed, modifier: str) -> None:
    closed.page.get_by_role("link").click(modifiers=[modifier])  # type: ignore[list-item]
    closed.page.wait_for_timeout(300)
    assert closed.page.locator("dialog").count() == 0


def test_without_dialog_in_the_browser_it_stays_a_link(embed: Embed) -> None:
    embed.page.add_init_script("delete window.HTMLDialogElement")
    embed.open(embed.link("dialog") + embed.script).page.wait_for_function("!!window.IWFReport")
    with embed.page.context.expect_page() as opened:
        embed.page.get_by_role("link").click()
    assert opened.value.url == embed.site.origin(PORTAL) + "/r/key"


def test_hostile_styles_do_not_hide_it_nor_show_it_unasked(embed: Embed) -> None:
    embed.open(HOSTILE + embed.link("dialog") + embed.script)
    embed.page.wait_for_function("!!window.IWFReport")
    embed.page.locator("a").click()
    form = embed.form()
    expect(form.locator("#first")).to_be_visible()
    box = embed.page.locator("iframe").bounding_box()
    assert box is not None
    assert box["width"] > 500
    assert box["height"] > 300
    embed.page.keyboard.press("Escape")
    expect(embed.page.locator("dialog")).to_be_hidden()


def test_a_page_that_swaps_its_body_gets_a_new_dialog(opened: Embed) -> None:
    opened.page.evaluate(
        "html => { const b = document.createElement('body'); b.innerHTML = html;"
        " document.body.replaceWith(b) }",
        opened.link("dialog"),
    )
    opened.page.get_by_role("link").click()
    expect(opened.page.get_by_role("dialog")).to_be_visible()
    assert opened.page.locator("dialog").count() == 1
    opened.form()


def test_two_links_to_one_form_share_its_dialog_and_two_keys_do_not(embed: Embed) -> None:
    other = embed.link("dialog").replace("/r/key", "/r/key?campaign=other")
    embed.open(embed.link("dialog") * 2 + other + embed.script)
    embed.page.wait_for_function("!!window.IWFReport")
    for link in range(3):
        embed.page.get_by_role("link").nth(link).click()
        embed.page.get_by_role("button", name="×").click()
    assert embed.page.locator("dialog").count() == 2


def test_a_link_that_goes_takes_its_dialog_along(opened: Embed) -> None:
    opened.page.evaluate("document.querySelector('a').remove()")
    opened.page.wait_for_function("!document.querySelector('dialog')")
    assert opened.console == []


def test_the_strictest_policies_are_not_violated(embed: Embed) -> None:
    portal = embed.site.origin(PORTAL)
    policy = (
        f"default-src 'none'; frame-src {portal}; script-src {portal};"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    embed.page.add_init_script(
        "window.violations = []; document.addEventListener('securitypolicyviolation',"
        " e => violations.push(e.violatedDirective))"
    )
    embed.open(
        embed.link("dialog") + embed.link("floating") + embed.script,
        {"Content-Security-Policy": policy},
    ).page.wait_for_function("!!window.IWFReport")
    embed.page.get_by_role("link").first.click()
    embed.form()
    embed.page.keyboard.press("Escape")
    expect(embed.page.locator("dialog")).to_be_hidden()
    embed.page.evaluate("IWFReport('destroy')")
    assert embed.page.evaluate("violations") == []
    assert embed.console == []


def test_the_focus_is_in_the_form_also_beside_another_one(embed: Embed) -> None:
    """It was given while the frame was still blank, and the page's own frame must not get it."""
    embed.open(embed.iframe + embed.link("dialog") + embed.script).wait_for_height(500)
    embed.page.get_by_role("link").click()
    form = embed.form(nth=1)
    embed.page.get_by_role("button", name="× Fermer").wait_for()
    form.wait_for_function("document.hasFocus()", polling=50)
    embed.page.keyboard.press("Escape")
    expect(embed.page.locator("dialog")).to_be_hidden()
