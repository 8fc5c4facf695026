"""Messages that look right and are not, to and from the real form: nobody acts on them.

Behaviour 11 of the embed. tests/widget/test_forgery.py asks the loader about every wrong shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.partner_site import FORM, PartnerSite, form_in, wait_until_sized
from tests.browser.polling import wait_until
from tests.widget.site import HOST, STRANGER

#: Every window keeps what it heard, before any script of ours runs.
KEEP_MESSAGES = """
  window.heard = [];
  addEventListener('message', event => heard.push({data: event.data, origin: event.origin}));
"""
#: Reads well to a careless listener; `id` shows whose answer an answer is.
HELLO = {"iwf": 1, "id": "forged", "type": "hello"}
#: Said in the form's own window, with the loader's own id: only the content is wrong.
WRONG_SIZES = [
    "{height: 1e9}",
    "{height: Infinity}",
    "{height: NaN}",
    "{height: -900}",
    "{height: 0}",
    "{height: null}",
    "{height: '9e9'}",
    "{height: {}}",
    "{height: [1e9]}",
    'JSON.parse(\'{"__proto__": {"height": 900}}\')',
]
WRONG_TYPES = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", ""]


@dataclass
class Stage:
    """A host with the real form, and siblings from elsewhere next to it."""

    page: Page
    form: Frame
    id: str

    @property
    def stranger(self) -> Frame:
        return self.page.frames[2]

    @property
    def opaque(self) -> Frame:
        return self.page.frames[3]

    def height(self) -> int:
        return int(self.page.locator(FORM).evaluate("frame => frame.clientHeight"))

    def settle(self) -> None:
        """Wait until the form and the page have heard all that was sent before, and answered."""
        for _ in range(2):
            for frame, other in ((self.page.main_frame, "frames[0]"), (self.form, "parent")):
                frame.evaluate(f"() => {other}.postMessage('heard?', '*')")
            for frame in (self.form, self.page.main_frame):
                wait_until(frame, "heard.some(each => each.data === 'heard?')")
                frame.evaluate("heard = heard.filter(each => each.data !== 'heard?')")

    def answers_to_the_forged(self) -> list[dict[str, Any]]:
        """What any window heard that our hellos may have caused."""
        self.settle()
        ours = self.form.evaluate("origin")
        return [
            each
            for frame in self.page.frames
            for each in frame.evaluate("heard")
            if each["origin"] == ours
            and isinstance(each["data"], dict)
            and each["data"].get("id") == "forged"
        ]


@pytest.fixture
def stage(partner: PartnerSite, open_context: OpenContext) -> Stage:
    context = open_context(viewport={"width": 800, "height": 400})
    context.add_init_script(KEEP_MESSAGES)
    page = context.new_page()
    sibling = partner.write("<p>sibling", host=STRANGER, path="/sibling")
    body = partner.iframe(partner.key()) + partner.script
    body += f'<iframe src="{sibling}"></iframe>'
    body += '<iframe sandbox="allow-scripts" srcdoc="<p>no origin"></iframe>'
    page.goto(partner.write(body))
    form = form_in(page.locator(FORM))
    wait_until_sized(page)
    id_ = form.evaluate("heard.filter(each => each.data.type === 'hello')[0].data.id")
    return Stage(page, form, id_)


def test_b11_the_control_a_hello_of_the_allowed_page_is_answered(stage: Stage) -> None:
    stage.page.evaluate("hello => frames[0].postMessage(hello, '*')", HELLO)
    answers = stage.answers_to_the_forged()
    assert {each["data"]["type"] for each in answers} == {"hello", "size"}


@pytest.mark.parametrize("sender", ["another origin", "an opaque origin", "the form's own window"])
def test_b11_the_form_answers_no_window_but_the_page_around_it(stage: Stage, sender: str) -> None:
    frame = {"another origin": stage.stranger, "an opaque origin": stage.opaque}.get(sender)
    target = "parent.frames[0]" if frame else "window"
    (frame or stage.form).evaluate(f"hello => {target}.postMessage(hello, '*')", HELLO)
    assert [each for each in stage.answers_to_the_forged() if each["data"] != HELLO] == []
    origin = stage.form.locator("[name=embed_origin]").input_value()
    assert origin == stage.page.evaluate("origin")


def test_b11_the_form_answers_no_page_that_opened_the_host(
    stage: Stage, partner: PartnerSite
) -> None:
    opener = stage.page.context.new_page()
    opener.goto(partner.write("<p>opener", host=STRANGER, path="/opener"))
    with opener.expect_popup() as popup:
        opener.evaluate("address => { window.opened = open(address) }", stage.page.url)
    opened = popup.value
    form_in(opened.locator(FORM))
    wait_until_sized(opened)
    opener.evaluate("hello => opened.frames[0].postMessage(hello, '*')", HELLO)
    opener.evaluate("hello => opened.postMessage(hello, '*')", HELLO)
    inside = Stage(opened, opened.frames[1], "")
    assert inside.answers_to_the_forged() == []
    assert opener.evaluate("heard") == []


@pytest.mark.parametrize("sender", ["another origin", "an opaque origin", "the page itself"])
def test_b11_the_loader_heeds_no_other_window_though_it_knows_the_id(
    stage: Stage, partner: PartnerSite, sender: str
) -> None:
    frame = {"another origin": stage.stranger, "an opaque origin": stage.opaque}.get(
        sender, stage.page.main_frame
    )
    before = stage.height()
    for message in ({"type": "size", "height": 1999}, {"type": "exit"}, {"type": "submitted"}):
        frame.evaluate(
            "message => top.postMessage(message, '*')", {"iwf": 1, "id": stage.id, **message}
        )
    stage.settle()
    assert stage.height() == before
    assert stage.page.url == partner.site.origin(HOST) + "/"


def test_b11_the_loader_takes_no_nonsense_from_the_form_itself(stage: Stage) -> None:
    before = stage.height()
    fields = f"iwf: 1, id: {stage.id!r}, type: 'size'"
    for size in WRONG_SIZES:
        stage.form.evaluate(
            f"() => {{ const wrong = {size}; parent.postMessage("
            f"Object.assign(wrong, {{{fields}}}), '*') }}"
        )
        stage.settle()
        assert stage.height() == before, size
    for type_ in WRONG_TYPES:
        stage.form.evaluate(
            "message => parent.postMessage(message, '*')",
            {"iwf": 1, "id": stage.id, "type": type_, "height": 900},
        )
    for nothing in ("null", "undefined", "'size'", "[]", "{iwf: 1}", "new Map([['iwf', 1]])"):
        stage.form.evaluate(f"() => parent.postMessage({nothing}, '*')")
    stage.settle()
    assert stage.height() == before
    assert stage.page.evaluate("({}).height") is None
    # The right shape from the right window is what it takes.
    stage.page.evaluate("scrollTo(0, 0)")
    stage.form.evaluate(f"() => parent.postMessage({{{fields}, height: 1234}}, '*')")
    stage.settle()
    assert stage.height() == 1234


def test_b11_after_all_of_it_the_form_still_reports(stage: Stage, partner: PartnerSite) -> None:
    for sender in (stage.stranger, stage.opaque):
        sender.evaluate("hello => parent.frames[0].postMessage(hello, '*')", HELLO)
        sender.evaluate("() => parent.frames[0].postMessage(null, '*')")
        sender.evaluate("() => parent.frames[0].postMessage({__proto__: {iwf: 1}}, '*')")
    assert Citizen(stage.form).report_with_script().reference
    assert stage.page.url == partner.site.origin(HOST) + "/"
