"""Which frames the loader takes, once each, and when it lets go of them."""

import pytest

from tests.widget.conftest import Embed
from tests.widget.site import HOST, PORTAL, STRANGER

COUNT_LISTENERS = """
  window.listening = 0;
  ['add', 'remove'].forEach(function (verb) {
    var original = window[verb + 'EventListener'];
    window[verb + 'EventListener'] = function (type) {
      if (type === 'message') window.listening += verb === 'add' ? 1 : -1;
      return original.apply(this, arguments);
    };
  });
"""


def test_a_pasted_frame_is_adopted_and_sized(embed: Embed) -> None:
    embed.open().wait_for_height(500)
    assert embed.console == []


@pytest.mark.parametrize(
    "before", ["<head>SCRIPT</head><body>", "<head>ASYNC</head><body>", "<p>SCRIPT", "<p>ASYNC"]
)
def test_the_script_may_stand_before_the_frame(embed: Embed, before: str) -> None:
    blocking = embed.script.replace(" async", "")
    before = before.replace("SCRIPT", blocking).replace("ASYNC", embed.script)
    embed.open(before + embed.iframe).wait_for_height(500)


def test_one_instance_however_often_the_script_is_included(embed: Embed) -> None:
    embed.page.add_init_script(COUNT_LISTENERS)
    embed.open(embed.script + embed.iframe + embed.script * 2).wait_for_height(500)
    embed.page.wait_for_load_state()
    assert len(embed.frame.evaluate("[...new Set(hellos.map(h => h.id))]")) == 1
    assert embed.page.evaluate("window.listening") == 1


def test_a_later_inclusion_looks_again(embed: Embed) -> None:
    """A single-page application that pastes the snippet anew needs no observer of ours."""
    embed.page.add_init_script("MutationObserver.prototype.observe = function () {}")
    embed.open(embed.script).page.wait_for_function("!!window.IWFReport")
    embed.page.wait_for_load_state()
    embed.page.evaluate(
        """([iframe, address]) => {
          document.body.innerHTML = iframe;
          document.body.appendChild(document.createElement('script')).src = address;
        }""",
        [embed.iframe, f"{embed.site.origin(PORTAL)}/widget/v1.js"],
    )
    embed.wait_for_height(500)


def test_two_frames_on_one_page_are_apart(embed: Embed) -> None:
    embed.open(embed.iframe * 2 + embed.script)
    embed.wait_for_height(500, nth=0)
    embed.wait_for_height(500, nth=1)
    embed.say("size", {"height": 900})
    embed.wait_for_height(900, nth=0)
    embed.wait_for_height(500, nth=1)
    first, second = (frame.evaluate("hellos[0].id") for frame in embed.page.frames[1:])
    assert first != second


def test_a_frame_from_elsewhere_is_left_alone(embed: Embed) -> None:
    embed.page.add_init_script(COUNT_LISTENERS)
    other = f'<iframe data-iwf src="{embed.site.origin(STRANGER)}/embed/key"></iframe>'
    unmarked = f'<iframe src="{embed.site.origin(PORTAL)}/embed/key"></iframe>'
    embed.open(embed.iframe + other + unmarked + embed.script).wait_for_height(500)
    assert [frame.evaluate("hellos.length") for frame in embed.page.frames[2:]] == [0, 0]
    assert embed.page.evaluate("window.listening") == 1


def test_a_copy_without_an_address_trusts_nobody(embed: Embed) -> None:
    loader = embed.site.pages[PORTAL, "/widget/v1.js"][0]
    embed.page.add_init_script(COUNT_LISTENERS)
    embed.open(f"{embed.iframe}<iframe data-iwf></iframe><script>{loader}</script>")
    assert embed.page.evaluate("window.listening") == 0


def test_a_frame_that_comes_later_is_adopted(embed: Embed) -> None:
    embed.open(embed.script).page.wait_for_function("!!window.IWFReport")
    embed.page.evaluate("html => { document.body.innerHTML = html }", embed.iframe)
    embed.wait_for_height(500)


def test_a_frame_released_by_a_consent_tool_is_adopted(embed: Embed) -> None:
    waiting = embed.iframe.replace("src=", "data-src=")
    embed.open(waiting + embed.script).page.wait_for_function("!!window.IWFReport")
    embed.page.evaluate(
        "() => { const f = document.querySelector('iframe'); f.src = f.dataset.src }"
    )
    embed.wait_for_height(500)


def test_a_removed_frame_leaves_no_listener(embed: Embed) -> None:
    embed.page.add_init_script(COUNT_LISTENERS)
    embed.open().wait_for_height(500)
    assert embed.page.evaluate("window.listening") == 1
    embed.page.evaluate("document.querySelector('iframe').remove()")
    embed.page.wait_for_function("window.listening === 0")
    assert embed.console == []


def test_a_frame_put_back_is_adopted_again(embed: Embed) -> None:
    embed.page.add_init_script(COUNT_LISTENERS)
    embed.open().wait_for_height(500)
    embed.page.evaluate("window.kept = document.querySelector('iframe'); kept.remove()")
    embed.page.wait_for_function("window.listening === 0")
    embed.page.evaluate("kept.style.removeProperty('height'); document.body.append(kept)")
    embed.wait_for_height(500)
    assert embed.page.evaluate("window.listening") == 1


def test_a_frame_moved_within_the_page_is_greeted_again(embed: Embed) -> None:
    """Moving reloads it, in one task: no observer sees it absent."""
    embed.open().wait_for_height(500)
    embed.page.evaluate("const f = document.querySelector('iframe'); document.body.prepend(f)")
    embed.page.wait_for_function("true")
    embed.frame.wait_for_function("hellos.length > 0", polling=50)


def test_a_frame_whose_address_changes_to_a_foreign_one_is_released(embed: Embed) -> None:
    embed.page.add_init_script(COUNT_LISTENERS)
    embed.open().wait_for_height(500)
    foreign = embed.site.origin(STRANGER) + "/embed/key"
    embed.page.evaluate("src => { document.querySelector('iframe').src = src }", foreign)
    embed.page.wait_for_function("window.listening === 0")
    assert not embed.is_managed()


def test_the_hello_is_for_the_portal_alone(embed: Embed) -> None:
    """A frame that went elsewhere by itself is never greeted: the address says where to."""
    elsewhere = f"{embed.site.origin(STRANGER)}/embed/key"
    embed.site.page(PORTAL, "/embed/away", f"<script>location = '{elsewhere}'</script>")
    embed.open(embed.iframe.replace("/embed/key", "/embed/away") + embed.script)
    embed.page.wait_for_function("performance.now() > 600")
    stranger = embed.page.frame(url=elsewhere)
    assert stranger is not None
    assert stranger.evaluate("hellos") == []


def test_a_frame_that_never_answers_is_greeted_for_twenty_seconds_at_most(embed: Embed) -> None:
    embed.page.clock.install()
    site = embed.site
    muted = f'<iframe data-iwf src="{site.origin(PORTAL)}/embed/key?mute" height="680"></iframe>'
    embed.open(muted + embed.script).frame.wait_for_function("hellos.length > 0", polling=50)
    embed.page.clock.run_for(20_000)
    embed.settle()
    greeted = embed.frame.evaluate("hellos.length")
    assert 5 <= greeted <= 12  # once from our start, once from its load
    embed.page.clock.run_for(60_000)
    embed.settle()
    assert embed.frame.evaluate("hellos.length") == greeted
    assert embed.page.locator("iframe").bounding_box()["height"] == 684  # type: ignore[index]


def test_one_global_name_and_the_page_stays_as_it_was(embed: Embed) -> None:
    embed.site.page(HOST, "/plain", "<body>")
    embed.page.goto(embed.site.origin(HOST) + "/plain")
    names = "Object.getOwnPropertyNames(window).sort()"
    before = embed.page.evaluate(names)
    embed.open().wait_for_height(500)
    added = set(embed.page.evaluate(names)) - set(before)
    # Frames are numbered properties of their window.
    assert added - {"0"} == {"IWFReport"}
    assert embed.page.evaluate("document.querySelectorAll('body *').length") == 2
