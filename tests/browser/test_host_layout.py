"""Hosts that clip the frame, include the script more than once, or show two forms.

Behaviours 14, 15 and 16 of the embed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.partner_site import FORM, PartnerSite, form_in, wait_until_sized
from tests.browser.polling import wait_until

#: Hosts that leave the form 300 pixels; `#clip` is all of it that a citizen sees.
CLIPS = {
    "a rule for frames": "<style>iframe {{ max-height: 300px }}</style>{}",
    "a rule that wins": "<style>iframe {{ max-height: 300px !important }}</style>{}",
    "a box that scrolls": '<div id="clip" style="max-height: 300px; overflow: auto">{}</div>',
}
#: Only the loader listens while an event goes down.
COUNT_LISTENERS = """
  if (window === top) {
    window.listening = 0;
    ['add', 'remove'].forEach(verb => {
      const original = EventTarget.prototype[verb + 'EventListener'];
      EventTarget.prototype[verb + 'EventListener'] = function (type, act, options) {
        if (options === true) window.listening += verb === 'add' ? 1 : -1;
        return original.apply(this, arguments);
      };
    });
  }
"""
CUTS_OFF = '<div id="clip" style="max-height: 300px; overflow: hidden">{}</div>'
#: So low that the frame's lower edge is out of view: its height follows the content at once.
LOW = {"width": 800, "height": 400}
#: Of one frame: its loads, and the messages of the window.
OF_ONE_FRAME = 2
NOTE_HELLOS = """
  window.greeters = new Set();
  addEventListener('message', event => {
    if (event.data && event.data.type === 'hello') greeters.add(event.data.id);
  });
"""


def wheel_to(page: Page, clip: Locator, wanted: Locator) -> None:
    """Turn the wheel over what is seen of the form until all of `wanted` is there, or fail."""
    seen, last = clip.bounding_box(), None
    assert seen is not None
    page.mouse.move(seen["x"] + 100, seen["y"] + 100)
    for _ in range(60):
        box, seen = wanted.bounding_box(), clip.bounding_box()
        assert box is not None
        assert seen is not None
        bottom = min(seen["y"] + seen["height"], 600)
        if seen["y"] <= box["y"] and box["y"] + box["height"] <= bottom:
            return
        page.mouse.wheel(0, 120 if box["y"] > seen["y"] else -120)
        page.wait_for_timeout(60)
        last = box
    raise AssertionError(f"out of reach: {last} is never within {seen}")


@pytest.mark.parametrize("clip", CLIPS)
def test_b14_a_host_that_clips_the_frame_leaves_all_of_it_within_reach(
    partner: PartnerSite, open_context: OpenContext, clip: str
) -> None:
    page = open_context(viewport={"width": 800, "height": 600}).new_page()
    page.goto(partner.write(CLIPS[clip].format(partner.iframe(partner.key())) + partner.script))
    page.wait_for_function("!!window.IWFReport")
    form = form_in(page.locator(FORM))
    wait_until(form, "!!document.forms[0].elements.embed_origin.value")
    seen = page.locator("#clip" if "clip" in CLIPS[clip].split(">")[0] else FORM)

    def look(name: str) -> None:
        height = seen.evaluate("element => element.clientHeight")
        assert height <= 300
        # Down to the last line, and up again to the first.
        wheel_to(page, seen, form.locator("footer a").last)
        wheel_to(page, seen, form.locator("h1:visible, h2:visible").first)

    receipt = Citizen(form, look).report_with_script()
    assert receipt.reference


def test_b14_a_box_that_cuts_off_shows_what_has_the_focus(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    """No wheel scrolls what a page hides; but whatever the keyboard reaches comes into view."""
    page = open_context(viewport={"width": 800, "height": 600}).new_page()
    page.goto(partner.write(CUTS_OFF.format(partner.iframe(partner.key())) + partner.script))
    form = form_in(page.locator(FORM))
    wait_until(form, "!!document.forms[0].elements.embed_origin.value")
    seen = page.locator("#clip").bounding_box()
    assert seen is not None
    page.locator(FORM).focus()
    reached = []
    while "last" not in reached:
        page.keyboard.press("Tab")
        focused = form.locator(":focus")
        page.wait_for_timeout(50)
        box = focused.bounding_box()
        assert box is not None
        assert seen["y"] <= box["y"] + 1
        assert box["y"] + box["height"] <= seen["y"] + seen["height"] + 1
        last = form.locator("a:visible, button:visible").last
        is_last = focused.evaluate("(focused, last) => focused === last", last.element_handle())
        reached.append("last" if is_last else focused.inner_text())
    assert len(reached) > 3


INCLUSIONS = {
    "twice in the head": "<head>{script}{script}</head><body>{frame}",
    "in the head and the body": "<head>{blocking}</head><body>{frame}{script}",
    "before and behind the frame": "{script}{frame}{script}{blocking}",
}
#: A webmaster who pins one and forgets another.
MIXED = {
    "pinned and evergreen": "<head>{pinned}</head><body>{frame}{blocking}",
    "evergreen and pinned": "<head>{blocking}</head><body>{frame}{pinned}",
}


def including(partner: PartnerSite, page: Page, inclusion: str) -> Frame:
    """Open a page with scripts and a frame in this order; the form, once it was greeted."""
    with urlopen(f"{partner.demo.public_url}/widget/releases.json") as answer:
        version = json.load(answer)["latest"]
    blocking = partner.script.replace(" async", "")
    pinned = blocking.replace("v1.js", f"{version}/widget.js")
    frame = partner.iframe(partner.key())
    page.add_init_script(COUNT_LISTENERS + NOTE_HELLOS)
    page.goto(
        partner.write(
            inclusion.format(frame=frame, script=partner.script, blocking=blocking, pinned=pinned)
        )
    )
    page.wait_for_load_state()
    wait_until_sized(page)
    return form_in(page.locator(FORM))


@pytest.mark.parametrize("inclusion", INCLUSIONS)
def test_b15_script_twice_or_in_the_head_one_instance(
    partner: PartnerSite, open_context: OpenContext, inclusion: str
) -> None:
    page = open_context(viewport=LOW).new_page()
    form = including(partner, page, INCLUSIONS[inclusion])
    page.evaluate(
        "() => { window.told = []; IWFReport('on', 'submitted', e => told.push(e.type)) }"
    )
    assert Citizen(form).report_with_script().reference
    page.wait_for_function("told.length > 0")
    assert page.evaluate("told") == ["submitted"]
    assert page.evaluate("greeters.size") == 1
    assert page.evaluate("listening") == OF_ONE_FRAME


@pytest.mark.parametrize("inclusion", MIXED)
def test_b15_an_older_script_and_todays_one_instance(
    partner: PartnerSite, open_context: OpenContext, inclusion: str
) -> None:
    page = open_context(viewport=LOW).new_page()
    form = including(partner, page, MIXED[inclusion])
    assert Citizen(form).report_with_script().reference
    assert page.evaluate("greeters.size") == 1


def test_b16_two_keys_on_one_page_are_isolated(
    partner: PartnerSite, open_context: OpenContext, sign_in: Callable[..., Page]
) -> None:
    """Steps, heights, events, words and receipts of the one are nothing to the other."""
    keys = {slug: partner.key(slug) for slug in ("telco", "charity")}
    page = open_context(viewport={"width": 800, "height": 500}).new_page()
    page.goto(partner.write("".join(partner.iframe(key) for key in keys.values()) + partner.script))
    frames = page.locator(FORM)
    forms: list[Frame] = [form_in(frames.nth(index)) for index in range(2)]
    for index in range(2):
        wait_until_sized(page, index)
    page.evaluate(
        """() => {
          window.told = [];
          for (const type of ['step', 'submitted'])
            IWFReport('on', type, e => told.push([e.type, e.frame.src]));
        }"""
    )
    colours = [form.evaluate("getComputedStyle(document.body).borderTopColor") for form in forms]
    assert colours[0] != colours[1]

    def height(index: int) -> int:
        return int(frames.nth(index).evaluate("frame => frame.clientHeight"))

    def heading(index: int) -> str:
        return forms[index].locator("h2:visible").first.inner_text()

    first = (height(0), heading(0))
    receipts = [Citizen(forms[1]).report_with_script()]
    assert (height(0), heading(0)) == first
    assert forms[0].locator("#addresses").input_value() == ""
    assert forms[0].locator("#receipt:visible").count() == 0
    page.wait_for_function("told.some(each => each[0] === 'submitted')")
    assert {src.partition("?")[0].rpartition("/")[2] for _, src in page.evaluate("told")} == {
        keys["charity"]
    }
    second = height(1)
    receipts.append(Citizen(forms[0]).report_with_script())
    assert height(1) == second
    expect(forms[1].locator("#receipt")).to_have_text(receipts[0].receipt)
    expect(forms[0].locator("#receipt")).to_have_text(receipts[1].receipt)
    assert receipts[0].receipt != receipts[1].receipt

    console = sign_in()
    for receipt, slug in zip(receipts, ("charity", "telco"), strict=True):
        console.goto(partner.demo.console_url)
        console.get_by_role("link", name=receipt.reference).click()
        about = console.get_by_role("complementary", name="About this report")
        expect(about).to_contain_text(keys[slug])


def test_b16_one_key_that_is_no_use_takes_nothing_from_the_other(
    partner: PartnerSite, open_context: OpenContext
) -> None:
    page = open_context().new_page()
    broken = partner.iframe("iwfpk_live_" + "A" * 38)
    page.goto(partner.write(broken + partner.iframe(partner.key()) + partner.script))
    form = form_in(page.locator(FORM).nth(1))
    assert Citizen(form).report_with_script().reference
    expect(page.frame_locator(FORM).first.locator("h1")).to_be_visible()
