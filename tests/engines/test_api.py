"""The JavaScript API in each engine, called before the loader is there, and after."""

from __future__ import annotations

from tests.browser.citizen import ADDRESS
from tests.engines.citizen import Citizen
from tests.engines.conftest import OpenWindow
from tests.engines.partner_page import PartnerPage

STUB = (
    "<script>window.IWFReport=window.IWFReport||"
    "function(){(IWFReport.q=IWFReport.q||[]).push(arguments)};</script>"
)
# Everything that the page is told, in its order.
NOTE_EVENTS = """<script>
  window.heard = [];
  ['hello', 'step', 'submitted', 'opened', 'closed', 'failed'].forEach(function (type) {
    IWFReport('on', type, function (event) { heard.push(event.type + (event.n || '')); });
  });
</script>"""


def test_a_frame_mounted_before_the_loader_reports_and_the_page_is_told(
    open_window: OpenWindow, partner_page: PartnerPage
) -> None:
    mount = (
        f"<div id=here></div>{STUB}{NOTE_EVENTS}<script>IWFReport('mount', '#here',"
        f" {{src: '{partner_page.address}#site_kind=forum', title: 'Report'}})</script>"
    )
    window = open_window()
    window.open(partner_page.write(mount + partner_page.script))
    window.enter_frame("#here iframe")
    assert Citizen(window).report(scripted=True).reference
    window.leave_frame()
    heard = window.until(lambda: "submitted" in (it := window.script("return heard")) and it)
    assert heard.index("hello") < heard.index("step2") < heard.index("submitted")
    assert "failed" not in heard


def test_the_form_opens_and_closes_by_call_and_destroy_leaves_nothing(
    open_window: OpenWindow, partner_page: PartnerPage
) -> None:
    window = open_window()
    snippet = f"{STUB}{NOTE_EVENTS}{partner_page.script}"
    window.open(partner_page.write(snippet))
    window.until(lambda: window.script("return IWFReport.version"))
    before = window.script("return document.body.innerHTML")
    options = {"src": partner_page.address, "title": "Report"}
    window.script("IWFReport('open', arguments[0])", options)
    window.enter_frame("dialog iframe")
    citizen = Citizen(window)
    citizen.go_to(2)
    citizen.choose_type()
    citizen.go_to(3)
    citizen.say_where()
    window.leave_frame()
    window.script("IWFReport('close')")
    window.until(lambda: not window.shows("dialog"))
    window.script("IWFReport('open', arguments[0])", options)
    window.enter_frame("dialog iframe")
    assert window.value("#addresses") == ADDRESS
    window.leave_frame()
    opened = [each for each in window.script("return heard") if each in ("opened", "closed")]
    assert opened == ["opened", "closed", "opened"]
    window.script("IWFReport('destroy')")
    window.until(lambda: window.script("return document.body.innerHTML") == before)
