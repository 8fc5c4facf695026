"""IWFReport('mount' | 'open' | 'close' | 'destroy' | 'on', …)."""

from typing import Any

import pytest
from playwright.sync_api import Error, expect

from tests.widget.conftest import Embed
from tests.widget.site import PORTAL

STUB = (
    "<script>window.IWFReport = window.IWFReport ||"
    " function () { (IWFReport.q = IWFReport.q || []).push(arguments) };</script>"
)
COUNT_LISTENERS = """
  window.listening = 0;
  ['add', 'remove'].forEach(function (verb) {
    const original = EventTarget.prototype[verb + 'EventListener'];
    EventTarget.prototype[verb + 'EventListener'] = function (type, act, options) {
      if (options === true) window.listening += verb === 'add' ? 1 : -1;
      return original.apply(this, arguments);
    };
  });
"""


@pytest.fixture
def ready(embed: Embed) -> Embed:
    """A page with an empty place for the form, and the script."""
    embed.page.add_init_script(COUNT_LISTENERS)
    embed.open('<div id="place"></div>' + embed.script)
    embed.page.wait_for_function("!!window.IWFReport")
    return embed


def options(embed: Embed, **more: Any) -> dict[str, Any]:
    return {"src": embed.site.origin(PORTAL) + "/r/key?lang=fr", "title": "Report it", **more}


def call(embed: Embed, *arguments: Any) -> None:
    embed.page.evaluate("a => { IWFReport(...a) }", list(arguments))


def test_mount_puts_the_form_into_the_place(ready: Embed) -> None:
    call(ready, "mount", "#place", options(ready, height=700))
    ready.form()
    frame = ready.page.locator("#place iframe")
    assert frame.get_attribute("title") == "Report it"
    assert frame.get_attribute("height") == "700"
    assert frame.get_attribute("referrerpolicy") == "origin"
    assert ready.frame.url.endswith("/embed/key?lang=fr")
    ready.wait_for_height(500)


def test_an_element_will_do_and_twice_is_once(ready: Embed) -> None:
    for _ in range(2):
        ready.page.evaluate(
            "o => { IWFReport('mount', document.getElementById('place'), o) }", options(ready)
        )
    ready.form()
    assert ready.page.locator("iframe").count() == 1


def test_what_was_asked_before_the_script_came_is_done(embed: Embed) -> None:
    address = embed.site.origin(PORTAL) + "/embed/key"
    ask = f"<script>IWFReport('mount', '#place', {{src: '{address}', title: 'x'}})</script>"
    events = "<script>IWFReport('on', 'hello', e => { window.heard_of = e.type })</script>"
    embed.open('<div id="place"></div>' + STUB + events + ask + embed.script)
    embed.form()
    embed.page.wait_for_function("window.heard_of === 'hello'")


def test_one_wrong_call_in_the_queue_stops_no_other(embed: Embed) -> None:
    address = embed.site.origin(PORTAL) + "/embed/key"
    calls = f"IWFReport('nonsense'); IWFReport('mount', '#place', {{src: '{address}', title: 'x'}})"
    embed.open(f'<div id="place"></div>{STUB}<script>{calls}</script>{embed.script}')
    embed.form()
    assert embed.console == ["IWFReport: no nonsense"]


def test_open_and_close_a_dialog_that_no_link_opens(ready: Embed) -> None:
    call(ready, "open", options(ready))
    ready.form()
    expect(ready.page.get_by_role("dialog", name="Report it")).to_be_visible()
    ready.frame.locator("#first").fill("typed")
    call(ready, "close")
    expect(ready.page.locator("dialog")).to_be_hidden()
    call(ready, "open", options(ready))
    assert ready.frame.locator("#first").input_value() == "typed"
    assert ready.page.locator("dialog").count() == 1


def test_open_without_options_opens_the_pages_link(embed: Embed) -> None:
    embed.open(embed.link("dialog") + embed.script).page.wait_for_function("!!window.IWFReport")
    call(embed, "open")
    expect(embed.page.get_by_role("dialog", name="Report it")).to_be_visible()


def test_opening_twice_is_once(ready: Embed) -> None:
    call(ready, "open", options(ready))
    call(ready, "open", options(ready))
    assert ready.page.locator("dialog").count() == 1
    assert ready.console == []


def test_destroy_puts_the_page_back_as_it_was(embed: Embed) -> None:
    embed.page.add_init_script(COUNT_LISTENERS)
    body = '<div id="place"></div>' + embed.iframe + embed.link("dialog") + embed.link("floating")
    html = "document.body.innerHTML"
    embed.open(body)
    before = embed.page.evaluate(html)
    embed.open(body + embed.script).page.wait_for_function("!!window.IWFReport")
    call(embed, "mount", "#place", options(embed))
    embed.page.get_by_role("link").first.click()
    embed.form(nth=2)
    assert embed.page.evaluate("listening") > 5
    call(embed, "destroy")
    assert (
        embed.page.evaluate(html).replace(embed.script.replace("async", 'async=""'), "") == before
    )
    assert embed.page.evaluate("listening") == 0
    assert embed.page.locator("iframe").get_attribute("scrolling") is None
    embed.page.evaluate("document.body.append('a change')")
    embed.settle()
    assert embed.page.evaluate("listening") == 0


def test_after_destroy_it_can_be_mounted_again(ready: Embed) -> None:
    for _ in range(3):  # as React's strict mode does
        call(ready, "mount", "#place", options(ready))
        call(ready, "destroy", "#place")
        ready.page.wait_for_function("listening === 0")
    call(ready, "destroy")
    call(ready, "mount", "#place", options(ready))
    ready.form()
    ready.wait_for_height(500)


def test_destroy_in_one_place_leaves_the_others(embed: Embed) -> None:
    embed.open(embed.iframe + '<div id="place"></div>' + embed.script).wait_for_height(500)
    call(embed, "mount", "#place", options(embed))
    embed.form(nth=1)
    call(embed, "destroy", "#place")
    assert embed.page.locator("iframe").count() == 1
    embed.say("size", {"height": 900})
    embed.act()
    embed.say("size", {"height": 901})
    embed.wait_for_height(901)


def test_events_tell_how_far_it_is_and_nothing_of_the_report(ready: Embed) -> None:
    ready.page.evaluate(
        "() => { window.told = []; ['hello', 'step', 'submitted', 'opened', 'closed', 'failed']"
        ".forEach(t => IWFReport('on', t, e => told.push(JSON.stringify("
        "[e.type, e.n, e.frame.tagName])))) }"
    )
    call(ready, "open", options(ready))
    ready.form()
    ready.say("step", {"n": 2, "address": "https://pictures.example/"})
    ready.say("submitted", {"receipt": "1234"})
    call(ready, "close")
    ready.page.wait_for_function("told.some(each => each.includes('closed'))")
    # A document is greeted anew once it is loaded: `hello` may come twice.
    told = list(dict.fromkeys(ready.page.evaluate("told")))
    assert told == [
        '["opened",null,"IFRAME"]',
        '["hello",null,"IFRAME"]',
        '["step",2,"IFRAME"]',
        '["submitted",null,"IFRAME"]',
        '["closed",null,"IFRAME"]',
    ]


def test_a_handler_gives_way_to_a_later_one_and_to_null(ready: Embed) -> None:
    ready.page.evaluate("() => { window.told = 0; IWFReport('on', 'opened', () => { told = 1 }) }")
    ready.page.evaluate("() => { IWFReport('on', 'opened', () => { told += 10 }) }")
    call(ready, "open", options(ready))
    ready.page.wait_for_function("told === 10")
    call(ready, "on", "opened", None)
    call(ready, "close")
    call(ready, "open", options(ready))
    ready.page.wait_for_timeout(100)
    assert ready.page.evaluate("told") == 10


def test_an_error_in_the_pages_handler_does_not_stop_the_form(ready: Embed) -> None:
    ready.page.evaluate("() => { IWFReport('on', 'hello', () => { throw Error('theirs') }) }")
    call(ready, "mount", "#place", options(ready))
    ready.wait_for_height(500)
    assert set(ready.console) == {"theirs"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["mount", "#nowhere", {"src": "x"}], "IWFReport: no #nowhere"),
        (["open"], "IWFReport: no a[data-iwf]"),
        (["mout"], "IWFReport: no mout"),
    ],
)
def test_a_wrong_call_says_what_is_missing(ready: Embed, arguments: list[Any], reason: str) -> None:
    with pytest.raises(Error, match=reason.replace("[", r"\[").replace("]", r"\]")):
        call(ready, *arguments)
