"""Logos: read within bounds, written anew as a small PNG. What else a file carries is dropped."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from server.partners.errors import BrandingError
from server.partners.picture_header import PictureHeader, read_header

if TYPE_CHECKING:
    from PIL import Image

MAX_LOGO_BYTES = 3_072
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 4_000_000
MAX_SIDE = 4_000
#: Of a progressive JPEG. Each is a pass over all pixels, and costs a file few bytes.
MAX_SCANS = 100

#: A logo stands 40 pixels high in the form: up to 64, for fine screens; five times as wide.
_HEIGHTS = (64, 48, 40, 32, 24)
_COLOURS = (128, 64, 32, 16)
_WIDTH = 5
#: EXIF orientation (tag 0x0112) to the turn that sets it right, by the names of Pillow.
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
#: Modes that Pillow turns into RGBA by itself; others go through RGB.
_DIRECT = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"})


def reencode_logo(data: bytes) -> bytes:
    """The picture of a PNG, JPEG or WebP file as a PNG of at most 3,072 bytes, alpha kept.

    Of an animation the first frame; turned as its EXIF says; transparent margins cut off.
    Raises BrandingError, for the field `logo`, with what to do: for other formats, files over
    2 MiB, sides over 4,000 and more than 4,000,000 pixels (told by the header, before anything
    is decoded), and for whatever cannot be decoded.
    """
    header = _checked_header(data)
    try:
        picture = _decoded(data, header)
    except BrandingError:
        raise
    except Exception as error:  # decoders raise of everything on hostile files
        raise BrandingError(
            "the logo cannot be read: the file is damaged; export it again", "logo"
        ) from error
    for height in _HEIGHTS:
        fitted = _fitted(picture, height)
        for colours in _COLOURS:
            encoded = _encoded(fitted, colours)
            if len(encoded) <= MAX_LOGO_BYTES:
                return encoded
    raise BrandingError("the logo is too detailed for 3 KiB: use a simpler one", "logo")


def _checked_header(data: bytes) -> PictureHeader:
    if len(data) > MAX_FILE_BYTES:
        raise BrandingError("the logo's file is larger than 2 MiB: make it smaller", "logo")
    header = read_header(data)
    if header is None:
        raise BrandingError(_reason(data), "logo")
    if max(header.width, header.height) > MAX_SIDE or header.width * header.height > MAX_PIXELS:
        raise BrandingError(
            f"the logo has {header.width:,} × {header.height:,} pixels: at most {MAX_SIDE:,} a "
            f"side and {MAX_PIXELS:,} in all; make it smaller",
            "logo",
        )
    if header.kind == "JPEG" and data.count(b"\xff\xda") > MAX_SCANS:
        raise BrandingError("the logo is made of too many scans: export it as PNG", "logo")
    return header


def _reason(data: bytes) -> str:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<") and (b"svg" in start or start.startswith(b"<?xml")):
        return "SVG can carry scripts: export it as PNG"
    if data.startswith(b"GIF8"):
        return "GIF is not taken, as it may move and holds few colours: export it as PNG"
    return "the logo must be a PNG, JPEG or WebP file that is not damaged: export it as PNG"


def _decoded(data: bytes, header: PictureHeader) -> Image.Image:
    """All pixels as RGBA, upright; no more than 1,280 × 256."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with Image.open(io.BytesIO(data), formats=[header.kind]) as image:
        if image.size != (header.width, header.height):
            raise BrandingError("the logo's file contradicts itself: export it again", "logo")
        image.load()
        turn = _turn(image)
        picture = _in_rgba(image)
    picture.info.clear()
    margins = picture.getchannel("A").getbbox()
    if margins is None:
        raise BrandingError("the logo is transparent all over: nothing of it shows", "logo")
    picture = picture.crop(margins)
    if turn is not None:
        picture = picture.transpose(turn)
    return _fitted(picture, 4 * _HEIGHTS[0])


def _turn(image: Image.Image) -> Image.Transpose | None:
    from PIL import Image

    try:
        name = _TURNS.get(image.getexif().get(0x0112, 1))
    except Exception:  # a picture with damaged metadata is a picture
        return None
    return Image.Transpose[name] if name else None


def _in_rgba(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bit grey: the upper 8 are what a screen shows
        grey = image.convert("I").point(lambda value: value * (1 / 256))
        return grey.convert("L").convert("RGBA")
    return (image if image.mode in _DIRECT else image.convert("RGB")).convert("RGBA")


def _fitted(picture: Image.Image, height: int) -> Image.Image:
    copy = picture.copy()
    copy.thumbnail((height * _WIDTH, height))
    return copy


def _encoded(picture: Image.Image, colours: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    picture.quantize(colours, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return out.getvalue()
