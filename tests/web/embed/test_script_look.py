"""What a person sees: sizes that settle, nothing covered, one line where it matters."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from server.partners.service import KeyMode
from tests.browser.polling import wait_until
from tests.factories.key import KeyFactory
from tests.web.embed.served_form import FormSite, Open, forward, go_to
from tests.widget.site import HOST

SIZES = [(320, 640), (320, 256), (1_280, 700)]  # 256: 1,280 x 1,024 at 400 %


@pytest.mark.parametrize("width", ["0", "1px", "100px"])
def test_a_frame_without_a_width_yet_tells_no_height(opened: Open, width: str) -> None:
    form = opened.in_a_page(query="lang=ar")
    resize = "width => { document.querySelector('iframe').style.width = width; }"
    opened.page.evaluate(resize, width)
    wait_until(form, "innerWidth < 160")
    opened.say({"iwf": 1, "id": "me", "type": "hello"})
    opened.page.wait_for_timeout(300)
    assert opened.heard("size") == []
    opened.page.evaluate(resize, "328px")
    opened.page.wait_for_function("heard.some(e => e[1].type === 'size')")
    assert all(message["height"] < 1_500 for message in opened.heard("size"))


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_receipt_stands_on_one_line_of_a_small_phone(opened: Open, language: str) -> None:
    opened.page.set_viewport_size({"width": 320, "height": 640})
    form = opened.by_itself(f"lang={language}")
    go_to(form, 5)
    forward(form).click()
    expect(form.locator("#receipt")).not_to_be_empty()
    assert form.evaluate("document.querySelector('#receipt').getClientRects().length") == 1
    head = form.locator("#thanks h2").bounding_box()
    header = form.locator("header").bounding_box()
    assert head is not None
    assert header is not None
    assert head["y"] >= header["y"] + header["height"], "the heading is not under the header"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_field_that_has_focus_is_covered_by_the_header(
    opened: Open, width: int, height: int
) -> None:
    opened.page.set_viewport_size({"width": width, "height": height})
    form = opened.by_itself()
    go_to(form, 4)
    form.locator("#contact").focus()
    covered = []
    for _ in range(12):
        opened.page.keyboard.press("Shift+Tab")
        covered.append(
            form.evaluate(
                """() => {
                  var e = document.activeElement, box = e.getBoundingClientRect();
                  var header = document.querySelector('header');
                  var isSticky = getComputedStyle(header).position === 'sticky';
                  if (header.contains(e) || !isSticky) return 0;
                  return box.top < header.getBoundingClientRect().bottom - 1 ? e.outerHTML : 0;
                }"""
            )
        )
    assert not any(covered), covered


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_test_key_says_so_in_every_document(
    form_site: FormSite, opened: Open, language: str
) -> None:
    with form_site.database.transaction() as session:
        opened.key = KeyFactory(
            session=session,
            secrets=form_site.settings.intake_secrets,
            origins=(opened.site.origin(HOST),),
            mode=KeyMode.TEST,
        ).text
    opened.page.set_viewport_size({"width": 320, "height": 640})
    opened.page.route("**/sender.js", lambda route: route.abort())
    form = opened.by_itself(f"lang={language}")
    texts = []
    go_to(form, 4)
    for stage in ("check", "send"):
        texts.append(form.locator(".test").inner_text())
        form.locator(f"button[value={stage}]").click()
    expect(form.locator("#receipt")).not_to_be_empty()
    texts.append(form.locator(".test").inner_text())
    assert len(texts) == 3
    assert len(set(texts)) == 1
    box = form.locator(".test").bounding_box()
    assert box is not None
    assert box["width"] == 320


def test_a_live_key_says_nothing_of_tests(opened: Open) -> None:
    form = opened.by_itself()
    expect(form.locator(".test")).to_have_count(0)


def test_our_words_stand_at_a_wrong_email_address(opened: Open) -> None:
    form = opened.by_itself("lang=fr")
    go_to(form, 4)
    form.locator("#contact").fill("nobody")
    forward(form).click()
    expect(form.locator("#contact-error")).to_contain_text("nom@example.org")
    expect(form.locator(".summary a")).to_have_attribute("href", "#contact")
