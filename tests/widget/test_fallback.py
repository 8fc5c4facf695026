"""When the frame does not answer: a link to the form's own page, and nothing in the way."""

from playwright.sync_api import expect

from tests.widget.conftest import Embed
from tests.widget.site import HOST, PORTAL, STRANGER

SHIFT = """
  window.shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value }))
    .observe({ type: 'layout-shift', buffered: true });
"""


def silent(embed: Embed) -> str:
    """A frame whose document never speaks, with the page's own text around it."""
    frame = embed.iframe.replace("/embed/key", "/embed/key?mute").replace(
        "<iframe", '<iframe title="Report it"'
    )
    return f"<p>above</p>{frame}<p>below</p>"


def wait_in_vain(embed: Embed) -> None:
    """Let the page's own clock, which is installed, come to where no frame is waited for."""
    embed.page.clock.run_for(21_000)


def test_five_seconds_after_its_load_a_silent_frame_gets_a_link(embed: Embed) -> None:
    embed.page.clock.install()
    embed.open(silent(embed) + embed.script).frame.wait_for_function("hellos.length > 0")
    link = embed.page.get_by_role("link", name="Report it")
    embed.page.clock.run_for(3_000)  # the real time that has passed counts too
    expect(link).to_have_count(0)
    embed.page.clock.run_for(2_500)
    expect(link).to_be_visible()
    assert link.get_attribute("href") == embed.site.origin(PORTAL) + "/r/key?mute"
    assert link.get_attribute("target") == "_blank"


def test_twenty_seconds_after_the_start_when_it_never_loads(embed: Embed) -> None:
    hanging = embed.site.origin(PORTAL) + "/embed/hangs"
    embed.page.context.route(hanging, lambda route: None)
    embed.page.clock.install()
    embed.page.goto(embed.site.page(HOST, "/empty", embed.script), wait_until="load")
    embed.page.wait_for_function("!!window.IWFReport")
    embed.page.evaluate(
        "html => { document.body.insertAdjacentHTML('beforeend', html) }",
        f'<iframe data-iwf title="Report it" src="{hanging}" height="680"></iframe>',
    )
    link = embed.page.get_by_role("link", name="Report it")
    embed.page.clock.run_for(19_000)
    expect(link).to_have_count(0)
    embed.page.clock.run_for(2_000)
    expect(link).to_be_visible()


def test_the_link_lies_over_the_frame_and_moves_nothing(embed: Embed) -> None:
    embed.page.set_viewport_size({"width": 800, "height": 1000})
    embed.page.add_init_script(SHIFT)
    embed.page.clock.install()
    embed.open(silent(embed) + embed.script)
    wait_in_vain(embed)
    link = embed.page.get_by_role("link", name="Report it")
    link.wait_for()
    frame = embed.page.locator("iframe").bounding_box()
    box = link.bounding_box()
    assert frame is not None
    assert box is not None
    assert frame["x"] <= box["x"]
    assert frame["y"] <= box["y"] <= frame["y"] + 40
    assert box["height"] >= 44
    embed.page.wait_for_timeout(200)
    assert embed.page.evaluate("shift") == 0


def test_a_frame_that_the_browser_refuses_gets_the_link(embed: Embed) -> None:
    frame = embed.site.pages[PORTAL, "/embed/key"][0]
    embed.site.page(
        PORTAL, "/embed/key", frame, {"Content-Security-Policy": "frame-ancestors 'none'"}
    )
    embed.page.clock.install()
    embed.open(embed.iframe.replace("<iframe", '<iframe title="Report it"') + embed.script)
    wait_in_vain(embed)
    with embed.page.context.expect_page() as opened:
        embed.page.get_by_role("link", name="Report it").click()
    assert opened.value.url == embed.site.origin(PORTAL) + "/r/key"


def test_the_link_goes_when_the_frame_answers_late(embed: Embed) -> None:
    embed.page.clock.install()
    embed.open(silent(embed) + embed.script)
    wait_in_vain(embed)
    link = embed.page.get_by_role("link", name="Report it")
    link.wait_for()
    embed.say("hello", {"v": 1})
    expect(link).to_have_count(0)


def test_the_page_hears_that_it_failed(embed: Embed) -> None:
    embed.page.clock.install()
    embed.open(silent(embed) + embed.script).frame.wait_for_function("hellos.length > 0")
    embed.page.evaluate("() => { IWFReport('on', 'failed', e => { window.failed = e.frame.src }) }")
    embed.page.clock.run_for(6_000)
    assert embed.page.evaluate("window.failed").endswith("/embed/key?mute")


def test_a_frame_that_failed_blocks_no_click_on_the_page(embed: Embed) -> None:
    embed.site.page(PORTAL, "/embed/key", "<p>silent")
    button = "<button onclick='window.clicked = 1'>Theirs</button>"
    embed.page.clock.install()
    embed.open(button + embed.link("dialog") + embed.script)
    embed.page.wait_for_function("!!window.IWFReport")
    embed.page.get_by_role("link").click()
    wait_in_vain(embed)
    fallback = embed.page.get_by_role("dialog").get_by_role("link", name="Report it")
    fallback.wait_for()
    embed.page.get_by_role("button", name="×").click()
    embed.page.get_by_role("button", name="Theirs").click()
    assert embed.page.evaluate("window.clicked") == 1


def test_the_link_in_a_dialog_opens_the_forms_own_page(embed: Embed) -> None:
    embed.site.page(PORTAL, "/embed/key", "<p>silent")
    embed.page.clock.install()
    embed.open(embed.link("dialog") + embed.script).page.wait_for_function("!!window.IWFReport")
    embed.page.get_by_role("link").click()
    wait_in_vain(embed)
    with embed.page.context.expect_page() as opened:
        embed.page.get_by_role("dialog").get_by_role("link", name="Report it").click()
    assert opened.value.url == embed.site.origin(PORTAL) + "/r/key"


def test_a_released_frame_leaves_no_link_behind(embed: Embed) -> None:
    embed.page.clock.install()
    embed.open(silent(embed) + embed.script).frame.wait_for_function("hellos.length > 0")
    embed.page.evaluate("IWFReport('destroy')")
    embed.page.clock.run_for(30_000)
    assert embed.page.get_by_role("link").count() == 0


def test_a_copy_of_the_loader_from_elsewhere_offers_nothing(embed: Embed) -> None:
    loader = embed.site.pages[PORTAL, "/widget/v1.js"][0]
    address = embed.site.script(STRANGER, "/widget/v1.js", loader)
    embed.page.clock.install()
    embed.open(silent(embed) + f'<script src="{address}"></script>')
    embed.page.clock.run_for(30_000)
    assert embed.page.get_by_role("link").count() == 0
