"""What a picture's first bytes say of it: kind, width, height. Nothing is decoded."""

from __future__ import annotations

from dataclasses import dataclass

#: Start of frame, all kinds but the tables that share the range (ITU T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: Markers without a length: TEM, RST0–7, SOI.
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """`kind` is PNG, JPEG or WEBP; the sides are in pixels, as the file claims them."""

    kind: str
    width: int
    height: int


def read_header(data: bytes) -> PictureHeader | None:
    """The header of a PNG, JPEG or WebP file; None for anything else, or one that is broken."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        sides = _png(data)
        kind = "PNG"
    elif data.startswith(b"\xff\xd8\xff"):
        sides = _jpeg(data)
        kind = "JPEG"
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        sides = _webp(data)
        kind = "WEBP"
    else:
        return None
    return PictureHeader(kind, *sides) if sides and min(sides) > 0 else None


def _png(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR" or len(data) < 24:
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Of the first frame header; whoever decodes must compare, as a file may have several."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        elif marker in (0xD9, 0xDA):  # the picture ends, or begins, without a header
            return None
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    if len(data) < 30:
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = (int.from_bytes(data[at : at + 2], "little") for at in (26, 28))
        return width & 0x3FFF, height & 0x3FFF
    return None
