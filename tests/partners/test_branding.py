"""A branding cannot be illegible, heavy, or anything but text, a colour and a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from server.config import bundled
from server.partners.branding import (
    MAX_LOGO_BYTES,
    BrandingError,
    check_colour,
    check_text,
    contrast_ratio,
    reencode_logo,
)


def picture(size=(400, 120), kind="PNG", **options):
    image = Image.new("RGB", size, "#204060")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def test_black_on_white_has_the_contrast_that_wcag_names():
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_dark_colour_is_taken_in_small_letters():
    assert check_colour(" #1D4F76 ") == "#1d4f76"


@pytest.mark.parametrize("colour", ["#777777", "#ffffff", "#ffcc00"])
def test_a_colour_that_white_text_vanishes_on_is_refused(colour):
    with pytest.raises(BrandingError, match="darken"):
        check_colour(colour)


@pytest.mark.parametrize("colour", ["red", "#fff", "#1d4f76;}", "url(x)", "#1d4f7g", ""])
def test_what_is_no_colour_never_reaches_a_style(colour):
    with pytest.raises(BrandingError, match="no colour"):
        check_colour(colour)


def test_text_that_turns_the_reading_direction_is_refused():
    with pytest.raises(BrandingError, match="direction"):
        check_text("abc\u202edef", 60)


def test_text_is_trimmed_and_bounded():
    assert check_text("  a \n b ", 60) == "a b"
    with pytest.raises(BrandingError, match="at most 60"):
        check_text("x" * 61, 60)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_written_anew_and_small(kind):
    encoded = reencode_logo(picture(kind=kind))
    assert len(encoded) <= MAX_LOGO_BYTES
    with Image.open(io.BytesIO(encoded)) as image:
        assert image.format == "PNG"
        assert image.height <= 64


def test_what_a_file_carries_beside_its_picture_is_dropped():
    exif = Image.Exif()
    exif[0x010E] = "a hidden sentence"
    data = picture(kind="JPEG", exif=exif) + b"<script>alert(1)</script>"
    encoded = reencode_logo(data)
    assert b"hidden" not in encoded
    assert b"script" not in encoded


@pytest.mark.parametrize("slug", ["telco", "charity", "police"])
def test_the_examples_logos_fit(slug):
    assert reencode_logo((bundled("examples") / slug / "logo.png").read_bytes())


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", b"\x89PNG\r\n\x1a\nxx"]
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(BrandingError):
        reencode_logo(data)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded():
    with pytest.raises(BrandingError, match=r"2,000 pixels"):
        reencode_logo(picture(size=(2_001, 10)))
