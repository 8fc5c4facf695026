"""No cookie, no storage, no request to anybody else, from the first view to the receipt.

Behaviour 5 of the embed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Response

from tests.browser.citizen import Citizen
from tests.browser.partner_site import FORM, PartnerSite, form_in
from tests.browser.watch import Watch
from tests.widget.site import STRANGER

#: Whoever writes to a storage is noted, though it be empty again in the end.
NOTE_WRITES = """
  const note = what => console.error('kept', what);
  for (const [type, names] of [[Storage, ['setItem']], [IDBFactory, ['open']],
      [self.CacheStorage, ['open']], [self.CookieStore, ['set']],
      [self.ServiceWorkerContainer, ['register']]]) {
    for (const name of type ? names : []) {
      const original = type.prototype[name];
      type.prototype[name] = function () { note(name); return original.apply(this, arguments); };
    }
  }
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(Document.prototype, 'cookie',
    {...cookie, set(value) { note('cookie'); cookie.set.call(this, value); }});
"""


@pytest.mark.parametrize("way", ["in the page", "in a dialog", "on a page of its own"])
def test_b05_no_cookie_no_storage_no_third_party_request_ever(
    partner: PartnerSite, watched: Callable[..., Watch], way: str
) -> None:
    watch = watched()
    responses: list[Response] = []
    watch.context.on("response", lambda response: responses.append(response))
    watch.context.add_init_script(NOTE_WRITES)
    page = watch.context.new_page()
    if way == "in the page":
        page.goto(partner.write(partner.snippet(partner.key())))
        form = form_in(page.locator(FORM))
    elif way == "in a dialog":
        link = partner.link(partner.key(), "data-iwf=dialog")
        page.goto(partner.write(link + partner.script))
        page.wait_for_function("!!window.IWFReport")
        page.get_by_role("link").click()
        form = form_in(page.locator("dialog iframe"))
    else:
        page.goto(partner.write(partner.link(partner.key())))
        with page.expect_popup() as popup:
            page.get_by_role("link").click()
        form = popup.value.main_frame
    assert Citizen(form).report_with_script().receipt

    assert watch.complaints == []
    assert watch.kept() == []
    assert watch.strangers(partner.hosts) == []
    ours = [each for each in responses if each.url.startswith(partner.demo.public_url)]
    assert len(ours) >= 4
    assert [each.url for each in ours if "set-cookie" in each.all_headers()] == []
    assert [each.url for each in ours if "cookie" in each.request.all_headers()] == []


def test_b05_a_page_that_does_all_this_is_caught(
    partner: PartnerSite, watched: Callable[..., Watch]
) -> None:
    """The control: what the test above looks for, it finds."""
    watch = watched()
    watch.context.add_init_script(NOTE_WRITES)
    page = watch.context.new_page()
    image = partner.site.origin(STRANGER).replace(STRANGER, "third.localhost") + "/x"
    page.goto(
        partner.write(
            f"<img src='{image}'><script>document.cookie = 'a=1'; "
            "localStorage.b = 1; sessionStorage.setItem('c', 1)</script>"
        )
    )
    assert watch.strangers(partner.hosts) == [image]
    assert {each.rpartition(" ")[2] for each in watch.kept()} == {"a", "a=1", "b", "c"}
    assert "kept cookie" in watch.complaints
    assert "kept setItem" in watch.complaints
