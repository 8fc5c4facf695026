"""QR codes of the form's own page, as SVG without any style: they pass the strictest policy."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """The code of an address (ISO/IEC 18004, error correction M), as wide as its place is.

    Its four modules of quiet zone are part of it; it is black on white in every colour scheme.
    """
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr")
    return Markup(svg)  # noqa: S704  (paths that segno draws; the address is not written out)
