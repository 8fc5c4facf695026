"""What stands in for rivals is as heavy as they are, and still does its work."""

import brotli

from bench.embed.weight import PAGE_BYTES, SCRIPT_BYTES, heavy_page, heavy_script


def test_the_script_has_the_weight_of_its_model() -> None:
    sent = heavy_script("work();")
    assert SCRIPT_BYTES <= len(sent) <= SCRIPT_BYTES + 8
    assert brotli.decompress(sent).endswith(b"*/work();")


def test_the_page_has_its_weight_in_front_of_its_content() -> None:
    sent = heavy_page("<head><style></style><p>form")
    assert PAGE_BYTES <= len(sent) <= PAGE_BYTES + 8
    page = brotli.decompress(sent)
    assert page.startswith(b"<head><!--")
    assert page.endswith(b"--><style></style><p>form")
