"""Dead weight that no compression takes away, to the byte: what rivals make a browser load."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

import brotli

#: The scheduler Cal's snippet and core: minified, Brotli 11.
SCRIPT_BYTES = 15_259
PAGE_BYTES = 14 * 1_024


def heavy_script(script: str) -> bytes:
    """`script` behind a comment, `SCRIPT_BYTES` long after Brotli 11."""
    return _weighed(lambda filler: f"/*{filler}*/{script}", SCRIPT_BYTES)


def heavy_page(html: str) -> bytes:
    """`html` with a comment in its head, `PAGE_BYTES` long after Brotli 11."""
    head, end, rest = html.partition("<style>")
    return _weighed(lambda filler: f"{head}<!--{filler}-->{end}{rest}", PAGE_BYTES)


def _weighed(build: Callable[[str], str], target: int) -> bytes:
    """The first text that is long enough; a letter of base64 weighs three quarters of a byte."""
    noise = base64.b64encode(random.Random(1).randbytes(2 * target)).decode()  # noqa: S311
    low, high = 0, len(noise)
    while low < high:
        middle = (low + high) // 2
        if len(brotli.compress(build(noise[:middle]).encode(), quality=11)) < target:
            low = middle + 1
        else:
            high = middle
    weighed: bytes = brotli.compress(build(noise[:low]).encode(), quality=11)
    return weighed
