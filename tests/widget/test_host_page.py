"""What the loader does to, and needs of, the partner's page."""

from tests.widget.conftest import Embed
from tests.widget.site import HOST, PORTAL, STRANGER

# Engines of 2014 (Android 4.4's WebView, KaiOS) have none of these.
OLD_ENGINE = """
  ['Promise', 'Symbol', 'URL', 'URLSearchParams', 'Map', 'Set', 'WeakMap', 'Proxy', 'Reflect',
    'fetch', 'IntersectionObserver', 'ResizeObserver', 'CustomEvent', 'AbortController'
  ].forEach(function (name) { delete window[name]; });
  ['closest', 'matches', 'append', 'prepend', 'replaceWith', 'toggleAttribute'].forEach(
    function (name) { delete Element.prototype[name]; });
  ['forEach', 'entries', 'keys', 'values'].forEach(
    function (name) { delete NodeList.prototype[name]; });
  ['includes', 'find', 'findIndex', 'flat', 'fill'].forEach(
    function (name) { delete Array.prototype[name]; });
  ['from', 'of'].forEach(function (name) { delete Array[name]; });
  ['includes', 'startsWith', 'endsWith', 'repeat', 'padStart'].forEach(
    function (name) { delete String.prototype[name]; });
  ['assign', 'entries', 'values', 'is'].forEach(function (name) { delete Object[name]; });
  ['isFinite', 'isInteger'].forEach(function (name) { delete Number[name]; });
"""

REPORT_VIOLATIONS = """
  window.violations = [];
  document.addEventListener('securitypolicyviolation', function (event) {
    window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
  });
"""


def test_the_strictest_policies_are_not_violated(embed: Embed) -> None:
    portal = embed.site.origin(PORTAL)
    policy = (
        f"default-src 'none'; frame-src {portal}; script-src {portal};"
        " require-trusted-types-for 'script'; trusted-types 'none'"
    )
    embed.page.add_init_script(REPORT_VIOLATIONS)
    embed.open(headers={"Content-Security-Policy": policy}).wait_for_height(500)
    embed.say("size", {"height": 900})
    embed.wait_for_height(900)
    # The playing field is real: what the loader does not do is refused.
    assert embed.page.evaluate("window.violations") == []
    embed.page.evaluate("document.body.setAttribute('style', 'color: red')")
    embed.page.wait_for_function("window.violations.length === 1")


def test_an_old_engine_is_enough(embed: Embed) -> None:
    embed.page.add_init_script(OLD_ENGINE)
    decoy = '<script src="/widget/other.js"></script>'
    embed.open(embed.iframe + embed.script + decoy)
    embed.page.locator("iframe[scrolling=no]").wait_for()
    assert embed.page.locator("iframe").bounding_box()["height"] == 504  # type: ignore[index]


def test_a_frame_taken_away_while_it_is_greeted_raises_no_error(embed: Embed) -> None:
    """Between the removal and our look at the page the next greeting may fall due."""
    muted = embed.iframe.replace("/embed/key", "/embed/key?mute")
    embed.page.add_init_script("MutationObserver.prototype.observe = function () {}")
    embed.open(muted + embed.script).frame.wait_for_function("hellos.length > 0", polling=50)
    embed.page.evaluate("document.querySelector('iframe').remove()")
    embed.page.evaluate("() => new Promise(done => setTimeout(done, 1000))")
    assert embed.console == []


def test_a_step_scrolls_only_when_its_top_is_out_of_view(embed: Embed) -> None:
    tall = '<div style="height: 300px"></div>{}<div style="height: 3000px"></div>'
    embed.open(tall.format(embed.iframe) + embed.script).wait_for_height(500)
    scrolled = "Math.round(scrollY)"
    top = embed.page.evaluate("document.querySelector('iframe').getBoundingClientRect().top")
    assert embed.page.evaluate(scrolled) == 0

    embed.page.evaluate("scrollTo(0, 200)")  # its top is in view
    embed.say("top")
    assert embed.page.evaluate(scrolled) == 200

    embed.page.evaluate("scrollTo(0, 700)")  # above the view
    embed.say("top")
    assert embed.page.evaluate(scrolled) == round(top)

    embed.page.evaluate("scrollTo(0, 0); document.body.style.paddingTop = '900px'")  # below it
    embed.say("top")
    assert embed.page.evaluate(scrolled) == round(top) + 900


def test_leaving_replaces_the_page_and_its_entry_in_the_history(
    embed: Embed, neutral_page: str
) -> None:
    before = embed.site.page(HOST, "/before", "before")
    embed.page.goto(before)
    embed.open().wait_for_height(500)
    embed.frame.evaluate("send('exit')")
    embed.page.wait_for_url(neutral_page)
    embed.page.go_back()
    assert embed.page.url == before


def test_leaving_replaces_the_top_page_when_the_host_is_framed(
    embed: Embed, neutral_page: str
) -> None:
    embed.open().wait_for_height(500)
    outer = embed.site.page(HOST, "/outer", '<iframe src="/"></iframe>')
    embed.page.goto(outer)
    inner = embed.page.frame_locator("iframe").locator("iframe[scrolling=no]")
    inner.wait_for()
    embed.page.frames[2].evaluate("send('exit')")
    embed.page.wait_for_url(neutral_page)


def test_leaving_replaces_the_host_where_the_top_page_is_out_of_reach(
    embed: Embed, neutral_page: str
) -> None:
    host = embed.site.page(HOST, "/", embed.iframe + embed.script)
    outer = embed.site.page(
        STRANGER,
        "/outer",
        f'<iframe sandbox="allow-scripts allow-same-origin" src="{host}"></iframe>',
    )
    embed.page.goto(outer)
    embed.page.frame_locator("iframe").locator("iframe[scrolling=no]").wait_for()
    embed.page.frames[2].evaluate("send('exit')")
    embed.page.frames[1].wait_for_url(neutral_page)
    assert embed.page.url == outer
