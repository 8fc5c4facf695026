"""The further example pages of the demo, which show ways to put the form on a page.

They share one test key of one partner: what is tried there never reaches an analyst.
"""

from __future__ import annotations

#: The partner whose name and colours the form has on these pages.
LENDER = "police"

#: Folders of `examples/` that are served as pages.
EXAMPLE_NAMES = ("plain-html", "strict-csp", "single-page-app", "react")


def example_origins(port: int) -> dict[str, str]:
    """Where the demo serves each example, by its name."""
    return {name: f"http://{name}.localhost:{port}" for name in EXAMPLE_NAMES}
