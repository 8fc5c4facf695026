"""A logo is a small PNG of our own making, whatever was handed in; what is hostile is refused."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from server.config import bundled
from server.partners.errors import BrandingError
from server.partners.logo import MAX_FILE_BYTES, MAX_LOGO_BYTES, reencode_logo
from tests.architecture.tree import ROOT


def drawn(mode: str = "RGB", size: tuple[int, int] = (400, 120)) -> Image.Image:
    """A picture with a band on its left, so that one sees how it is turned."""
    image = Image.new("RGB", size, "#e0e8f0")
    image.paste("#204060", (0, 0, size[0] // 4, size[1]))
    return image.convert(mode)


def file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def png(width: int, height: int, *chunks: bytes, depth: int = 8, kind: int = 2) -> bytes:
    """A PNG that claims these sides, whatever its chunks hold."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


ZEROS = zlib.compress(bytes(20_000_000), 9)

#: Name: the file, and a word of the reason that is given.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "pixel flood, PNG": (lambda: png(30_000, 30_000, chunk(b"IDAT", b"")), "30,000 × 30,000"),
    "pixel flood, long": (lambda: png(4_001, 1, chunk(b"IDAT", b"")), "4,001 × 1"),
    "pixel flood, area": (lambda: png(2_001, 2_000, chunk(b"IDAT", b"")), "4,000,000"),
    "pixel flood, 32 bit": (lambda: png(2**31, 2**31, chunk(b"IDAT", b"")), "pixels"),
    "pixel flood, JPEG": (
        lambda: file(drawn(), "JPEG").replace(
            struct.pack(">HH", 120, 400), struct.pack(">HH", 65_535, 65_535), 1
        ),
        "65,535 × 65,535",
    ),
    "pixel flood, WebP": (
        lambda: b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + b"\xff" * 6 + bytes(8),
        "16,777,216",
    ),
    "no pixel": (lambda: png(0, 10), "PNG, JPEG or WebP"),
    "zlib bomb in a text": (
        lambda: png(9, 9, chunk(b"zTXt", b"x\0\0" + ZEROS), chunk(b"IDAT", b"")),
        "damaged",
    ),
    "zlib bomb in a profile": (
        lambda: png(9, 9, chunk(b"iCCP", b"x\0\0" + ZEROS), chunk(b"IDAT", b"")),
        "damaged",
    ),
    "wrong length": (
        lambda: png(9, 9)[:33] + b"\xff\xff\xff\xf0IDAT" + b"x" * 40,
        "damaged",
    ),
    "two headers": (
        lambda: png(
            9,
            9,
            chunk(b"IHDR", struct.pack(">IIBBBBB", 3_000, 3_000, 8, 2, 0, 0, 0)),
            chunk(b"IDAT", zlib.compress(bytes(300))),
        ),
        "damaged|contradicts",
    ),
    "two headers, JPEG": (
        lambda: (
            file(drawn(), "JPEG")[:2]
            + b"\xff\xc0\x00\x0b\x08\x00\x09\x00\x09\x01\x01\x11\x00"
            + file(drawn(), "JPEG")[2:]
        ),
        "damaged|contradicts",
    ),
    "scans without end": (
        lambda: file(drawn(), "JPEG", progressive=True) + b"\xff\xda\x00\x02" * 200,
        "scans",
    ),
    "truncated PNG": (lambda: file(drawn())[:200], "damaged"),
    "truncated JPEG": (lambda: file(drawn(), "JPEG")[:500], "damaged"),
    "truncated WebP": (lambda: file(drawn(), "WEBP")[:60], "damaged"),
    "signature alone": (lambda: b"\x89PNG\r\n\x1a\nxx", "PNG, JPEG or WebP"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG can carry scripts"),
    "SVG behind a prologue": (
        lambda: b"\xef\xbb\xbf \n<?xml version='1.0'?>" + b" " * 2_000 + b"<svg/>",
        "SVG can carry scripts",
    ),
    "GIF": (lambda: file(drawn("P"), "GIF"), "GIF is not taken"),
    "BMP": (lambda: file(drawn(), "BMP"), "PNG, JPEG or WebP"),
    "TIFF": (lambda: file(drawn(), "TIFF"), "PNG, JPEG or WebP"),
    "HTML": (lambda: b"<!doctype html><script>alert(1)</script>", "PNG, JPEG or WebP"),
    "nothing": (lambda: b"", "PNG, JPEG or WebP"),
    "too large a file": (lambda: file(drawn()) + bytes(MAX_FILE_BYTES), "2 MiB"),
    "nothing to see": (lambda: file(Image.new("RGBA", (90, 30))), "transparent"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_the_reason(name: str) -> None:
    make, reason = HOSTILE[name]
    with pytest.raises(BrandingError, match=reason) as refused:
        reencode_logo(make())
    assert refused.value.field == "logo"


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("PNG", "LA", {}),
        ("PNG", "I;16", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {}),
    ],
)
def test_a_picture_is_written_anew_and_small(
    kind: str, mode: str, options: dict[str, object]
) -> None:
    image = drawn("L").convert("I").point(lambda v: v * 257).convert("I;16")
    encoded = reencode_logo(file(image if mode == "I;16" else drawn(mode), kind, **options))
    assert len(encoded) <= MAX_LOGO_BYTES
    logo = opened(encoded)
    assert logo.format == "PNG"
    assert logo.size in ((213, 64), (160, 48))
    grey = logo.convert("RGBA").convert("L")
    left, right = (grey.getpixel((x, 32)) for x in (10, 150))
    assert left < 110 < 200 < right, "the picture is still the picture"


def test_what_is_seen_through_stays_so() -> None:
    image = Image.new("RGBA", (200, 60))
    image.paste("#204060", (0, 0, 60, 60))
    image.paste("#204060", (140, 0, 200, 60))
    logo = opened(reencode_logo(file(image))).convert("RGBA")
    assert logo.getpixel((5, 30))[3] == 255
    assert logo.getpixel((logo.width // 2, 30))[3] == 0


def test_transparent_margins_are_cut_off() -> None:
    image = Image.new("RGBA", (400, 400))
    image.paste("#204060", (100, 180, 300, 220))
    assert opened(reencode_logo(file(image))).size == (200, 40)


def test_the_first_frame_of_a_moving_picture_counts() -> None:
    frames = [Image.new("RGB", (90, 30), colour) for colour in ("#204060", "#ff0000")]
    for kind in ("WEBP", "PNG"):
        data = file(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)
        logo = opened(reencode_logo(data))
        assert getattr(logo, "n_frames", 1) == 1
        assert logo.convert("RGBA").getpixel((5, 5))[:3] == pytest.approx((0x20, 0x40, 0x60), abs=8)


def test_a_picture_is_turned_as_the_camera_held_it_and_its_place_is_dropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "a hidden sentence"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (14.0, 41.0, 30.0)
    data = file(drawn(), "JPEG", exif=exif)
    assert b"hidden" in data
    encoded = reencode_logo(data)
    logo = opened(encoded)
    assert logo.height > logo.width
    assert not logo.getexif()
    assert {name for name, *_ in chunks_of(encoded)} <= {
        b"IHDR",
        b"PLTE",
        b"tRNS",
        b"IDAT",
        b"IEND",
    }


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_metadata_is_no_reason_to_refuse_a_picture() -> None:
    data = file(drawn(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    assert reencode_logo(data)


def test_what_stands_behind_or_beside_a_picture_is_dropped() -> None:
    script = b"<html><script>alert(1)</script>"
    for data in (
        file(drawn()) + script,
        file(drawn(), "JPEG", comment=script) + script,
        file(drawn(), icc_profile=script),
        b"\x89PNG\r\n\x1a\n"
        + file(drawn())[8:33]
        + chunk(b"tEXt", b"x\0" + script)
        + file(drawn())[33:],
    ):
        assert script in data or b"iCCP" in data
        encoded = reencode_logo(data)
        assert b"script" not in encoded
        assert b"iCCP" not in encoded


def test_it_can_be_done_again() -> None:
    """A form that comes back carries the picture; it is read once more like any other."""
    once = reencode_logo(file(drawn()))
    assert opened(reencode_logo(once)).size == opened(once).size


@pytest.mark.parametrize("slug", ["telco", "charity", "police"])
def test_the_examples_logos_fit(slug: str) -> None:
    assert reencode_logo((bundled("examples") / slug / "logo.png").read_bytes())


def test_a_picture_full_of_detail_becomes_a_smaller_one() -> None:
    noise = Image.effect_noise((600, 120), 90).convert("RGB")
    encoded = reencode_logo(file(noise))
    assert len(encoded) <= MAX_LOGO_BYTES
    assert opened(encoded).height < 64


@pytest.mark.parametrize(("kind", "mode"), [("WEBP", "RGBA"), ("JPEG", "CMYK"), ("PNG", "RGBA")])
def test_the_largest_picture_takes_no_more_than_100_mib(kind: str, mode: str) -> None:
    data = file(drawn(mode, (2_000, 2_000)), kind)
    measure = (
        "import resource, sys; from PIL import Image, WebPImagePlugin, JpegImagePlugin;"
        "from server.partners.logo import reencode_logo;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "data = sys.stdin.buffer.read(); before = peak();"
        "reencode_logo(data); print((peak() - before) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measure], input=data, capture_output=True, check=True, cwd=ROOT
    )
    assert int(done.stdout) <= 100


def chunks_of(data: bytes) -> list[tuple[bytes, int]]:
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append((data[at + 4 : at + 8], length))
        at += 12 + length
    return found
