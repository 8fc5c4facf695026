"""Messages that look right and are not: the loader does nothing."""

import pytest

from tests.widget.conftest import Embed
from tests.widget.site import HOST, PORTAL, STRANGER

# As the frame would write them; ID is the one that the loader gave it.
WRONG_SHAPES = [
    "null",
    "undefined",
    "1",
    "'size'",
    "[]",
    "{}",
    "{iwf: 1, type: 'size', height: 900}",
    "{iwf: 1, id: 'other', type: 'size', height: 900}",
    "{iwf: 2, id: ID, type: 'size', height: 900}",
    "{iwf: '1', id: ID, type: 'size', height: 900}",
    "{iwf: 1, id: ID, height: 900}",
    "{iwf: 1, id: ID, type: 'Size', height: 900}",
    "{iwf: 1, id: ID, type: '__proto__', height: 900}",
    "{iwf: 1, id: ID, type: 'constructor', height: 900}",
    "{iwf: 1, id: ID, type: 'toString', height: 900}",
    "JSON.parse(`{'__proto__': {'iwf': 1, 'type': 'exit'}, 'height': 900}`.replace(/'/g, '\"'))",
    'Object.assign(JSON.parse(\'{"__proto__": {"height": 900}}\'),'
    " {iwf: 1, id: ID, type: 'size'})",
]


@pytest.fixture
def adopted(embed: Embed) -> Embed:
    """A sized frame, next to one of the portal's that the loader was not asked to adopt."""
    neighbour = f'<iframe src="{embed.site.origin(PORTAL)}/embed/key"></iframe>'
    embed.open(embed.iframe + neighbour + embed.script).wait_for_height(500)
    return embed


def untouched(embed: Embed) -> bool:
    embed.settle()
    embed.wait_for_height(500)
    return embed.page.url == embed.site.origin(HOST) + "/" and embed.console == []


def test_right_shape_and_origin_from_another_window(adopted: Embed) -> None:
    id_ = adopted.frame.evaluate("hellos[0].id")
    neighbour = adopted.page.frames[2]
    neighbour.evaluate(
        "id => parent.postMessage({iwf: 1, id, type: 'size', height: 900}, '*')", id_
    )
    neighbour.evaluate("id => parent.postMessage({iwf: 1, id, type: 'exit'}, '*')", id_)
    neighbour.evaluate("() => parent.postMessage('heard?', '*')")
    adopted.page.wait_for_function("() => window.heard > 0 && window.heard--")
    assert untouched(adopted)


def test_right_shape_from_the_page_itself(adopted: Embed) -> None:
    id_ = adopted.frame.evaluate("hellos[0].id")
    adopted.page.evaluate("id => postMessage({iwf: 1, id, type: 'size', height: 900}, '*')", id_)
    adopted.page.evaluate("() => postMessage('heard?', '*')")
    adopted.page.wait_for_function("() => window.heard > 0 && window.heard--")
    assert untouched(adopted)


def test_right_window_from_another_origin(adopted: Embed) -> None:
    """The frame was led away: its window is still the one adopted, its origin is not."""
    id_ = adopted.frame.evaluate("hellos[0].id")
    adopted.frame.evaluate("a => { location = a }", adopted.site.origin(STRANGER) + "/embed/key")
    adopted.page.wait_for_function("document.querySelector('iframe').scrolling === 'auto'")
    for message in ({"type": "size", "height": 900}, {"type": "exit"}):
        adopted.frame.evaluate("m => parent.postMessage(m, '*')", {"iwf": 1, "id": id_, **message})
    adopted.console.clear()  # the browser's own word on hellos that it did not deliver
    assert untouched(adopted)


def test_an_opaque_origin(embed: Embed) -> None:
    """A host that sandboxes the frame makes its origin 'null', which no address has."""
    sandboxed = embed.iframe.replace("<iframe", "<iframe sandbox='allow-scripts'")
    embed.open(sandboxed + embed.script).page.wait_for_load_state()
    embed.frame.evaluate(
        "() => parent.postMessage({iwf: 1, id: 'x', type: 'size', height: 900}, '*')"
    )
    embed.settle()
    embed.wait_for_height(680)
    assert not embed.is_managed()


def test_a_message_of_the_wrong_shape(adopted: Embed) -> None:
    for message in WRONG_SHAPES:
        adopted.frame.evaluate(
            f"() => {{ const ID = hellos[0].id; parent.postMessage({message}, '*') }}"
        )
        assert untouched(adopted), message


def test_words_that_an_inline_frame_does_not_act_on(adopted: Embed) -> None:
    for type_ in ("step", "submitted", "close", "unheard-of"):
        adopted.say(type_, {"n": 2, "height": 900})
        assert untouched(adopted), type_
