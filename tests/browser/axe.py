"""Accessibility as axe-core judges it: WCAG 2.2 AA and its own best practices."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Frame, Page

SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: Colours that are on their way (a page's first style, a pointer that rests on a button) count as
#: what they will be.
ARRIVE = """() => document.getAnimations().forEach(
  each => { if (each instanceof CSSTransition) each.finish(); })"""
RUN = """async () => (await axe.run(document, {
  resultTypes: ['violations'],
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
})).violations.flatMap(rule => rule.nodes.map(
  node => `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.failureSummary}`))"""


def violations(document: Page | Frame) -> list[str]:
    """What axe finds wrong in a document as it stands now; frames in it are not looked into."""
    # Evaluated by the browser's debugger, so that the page's own policy needs no exception.
    document.evaluate(f"() => {{ if (!window.axe) {{ {SCRIPT} }} }}")
    document.evaluate(ARRIVE)
    return list(document.evaluate(RUN))
