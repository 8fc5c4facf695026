"""What the frame says to the page around it, and to whom: protocol 1."""

from __future__ import annotations

import pytest
from playwright.sync_api import Frame, Route, expect

from tests.web.embed.served_form import ADDRESS, NEUTRAL, Open, forward, go_to
from tests.widget.site import STRANGER

TYPES = {"hello", "size", "step", "top", "submitted", "close", "exit"}


def test_a_hello_of_an_allowed_page_is_answered_with_hello_and_size(opened: Open) -> None:
    form = opened.in_a_page()
    opened.greet()
    hello, size = opened.heard()[:2]
    assert hello == {"iwf": 1, "id": "me", "type": "hello", "v": 1, "close": "Close"}
    assert size["height"] == form.evaluate(
        "Math.ceil(document.documentElement.getBoundingClientRect().height)"
    )


def test_before_a_hello_nothing_is_said(opened: Open) -> None:
    form = opened.in_a_page()
    go_to(form, 2)
    assert opened.heard() == []


def test_every_hello_is_answered_for_its_own_id(opened: Open) -> None:
    opened.in_a_page()
    opened.greet()
    opened.say({"iwf": 1, "id": "again", "type": "hello"})
    opened.page.wait_for_function("heard.filter(e => e[1].id === 'again').length === 2")


NO_HELLO = [
    None,
    "hello",
    1,
    [],
    {},
    {"iwf": 1},
    {"iwf": 1, "type": "hello"},
    {"iwf": 1, "id": 7, "type": "hello"},
    {"iwf": "1", "id": "me", "type": "hello"},
    {"iwf": 2, "id": "me", "type": "hello"},
    {"iwf": 1, "id": "me", "type": "__proto__"},
    {"iwf": 1, "id": "me", "type": "submit"},
    {"__proto__": {"iwf": 1, "id": "me", "type": "hello"}},
]


def test_what_is_no_hello_is_ignored(opened: Open) -> None:
    form = opened.in_a_page()
    for message in NO_HELLO:
        opened.say(message)
    go_to(form, 2)
    assert opened.heard() == []
    assert opened.complaints == []


def test_a_hello_from_another_frame_of_the_page_is_ignored(opened: Open) -> None:
    opened.in_a_page()
    opened.page.evaluate(
        """() => new Promise(done => {
          var other = document.createElement('iframe');
          document.body.appendChild(other);
          other.contentWindow.eval(
            "parent.frames[0].postMessage({iwf: 1, id: 'me', type: 'hello'}, '*')");
          setTimeout(done, 200);
        })"""
    )
    assert opened.heard() == []


def test_a_page_that_is_not_allowed_hears_nothing_even_if_it_shows_the_frame(opened: Open) -> None:
    def without_policy(route: Route) -> None:
        response = route.fetch()
        headers = {k: v for k, v in response.headers.items() if k != "content-security-policy"}
        route.fulfill(response=response, headers=headers)

    opened.page.route("**/embed/**", without_policy)
    form = opened.in_a_page(host=STRANGER)
    opened.say({"iwf": 1, "id": "me", "type": "hello"})
    go_to(form, 3)
    assert opened.heard() == []


def test_a_window_that_opened_the_form_hears_nothing(opened: Open) -> None:
    opened.in_a_page()
    address = f"{opened.origin}/embed/{opened.key}?lang=en"
    with opened.page.expect_popup() as popup:
        opened.page.evaluate("address => { window.other = open(address); }", address)
    popup.value.wait_for_load_state()
    opened.page.evaluate("other.postMessage({iwf: 1, id: 'me', type: 'hello'}, '*')")
    popup.value.wait_for_timeout(200)
    assert opened.heard() == []


def test_the_height_follows_the_content_both_ways_and_settles(opened: Open) -> None:
    form = opened.in_a_page()
    opened.greet()
    come_in(opened, form)
    summary = form.locator("summary").first
    summary.click()
    opened.page.wait_for_function("heard.filter(e => e[1].type === 'size').length === 3")
    summary.click()
    opened.page.wait_for_function("heard.filter(e => e[1].type === 'size').length === 4")
    heights = [message["height"] for message in opened.heard("size")]
    assert heights[0] == heights[1] == heights[3] < heights[2]
    opened.page.wait_for_timeout(500)
    assert len(opened.heard("size")) == 4


def come_in(opened: Open, form: Frame) -> None:
    """The pointer comes into the frame, which is told once, with the height."""
    assert not any(message.get("free") for message in opened.heard("size"))
    form.locator("h1").hover()
    opened.page.wait_for_function("heard.filter(e => e[1].free).length === 1")


@pytest.mark.parametrize("height", [100, 3_000])
def test_the_height_is_that_of_the_content_and_not_of_the_frame(opened: Open, height: int) -> None:
    form = opened.in_a_page()
    opened.greet()
    opened.page.evaluate("height => { document.querySelector('iframe').height = height; }", height)
    come_in(opened, form)
    for count in (3, 4):
        form.locator("summary").first.click()
        opened.page.wait_for_function(
            "count => heard.filter(e => e[1].type === 'size').length === count", arg=count
        )
    heights = [message["height"] for message in opened.heard("size")]
    assert heights[0] == heights[1] == heights[3] < heights[2]


def test_no_message_says_more_of_a_report_than_how_far_it_is(opened: Open) -> None:
    form = opened.in_a_page()
    opened.greet()
    go_to(form, 4)
    form.locator("#description").fill("SECRET")
    form.locator("#description").press("Escape")
    forward(form).click()
    forward(form).click()
    expect(form.locator("#receipt")).to_be_visible()
    receipt = form.locator("#receipt").inner_text()
    messages = opened.heard()
    assert {message["type"] for message in messages} <= TYPES
    assert [message["n"] for message in opened.heard("step")] == [2, 3, 4, 5]
    assert len(opened.heard("submitted")) == 1
    for message in messages:
        assert set(message) <= {"iwf", "id", "type", "v", "n", "height", "free", "close"}
        assert message["id"] == "me"
    assert not any(secret in str(messages) for secret in (ADDRESS, "SECRET", receipt))


def test_leaving_is_told_to_the_loader(opened: Open) -> None:
    opened.page.route(NEUTRAL, lambda route: route.fulfill(body="neutral"))
    form = opened.in_a_page()
    opened.greet()
    opened.page.evaluate("addEventListener('message', event => console.log(event.data.type))")
    form.locator("header .leave").click()
    opened.page.wait_for_url(NEUTRAL)
    for _ in range(100):  # what the page said before it was left may be handed on after
        if "exit" in opened.complaints:
            return
        opened.page.wait_for_timeout(50)
    raise AssertionError(opened.complaints)
