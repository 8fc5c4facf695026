"""What a citizen does with the form, in any engine: everything is found by the fields' names."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.citizen import ADDRESS, DESCRIPTION, RECEIPT, Receipt
from tests.engines.window import Window


@dataclass
class Citizen:
    """Fills in the form of the document that the window has entered."""

    window: Window

    def report(self, *, scripted: bool) -> Receipt:
        """From the open form to the receipt."""
        if scripted:
            self._go_through_the_steps()
        else:
            self._fill_in_the_page()
        # A reload between may have an element of the same name: its text is awaited, not its being.
        self.window.until(lambda: RECEIPT.match(self.window.text("#receipt")))
        return Receipt(
            reference=self.window.text("#reference"), receipt=self.window.text("#receipt")
        )

    def say_where(self) -> None:
        self.window.fill("#addresses", ADDRESS)

    def go_to(self, step: int) -> None:
        """The next step, which has this number."""
        self._press("check")
        self._see(step)

    def _go_through_the_steps(self) -> None:
        self._see(1)
        self.go_to(2)
        self.choose_type()
        self.go_to(3)
        self.say_where()
        self.go_to(4)
        self.window.fill("#description", DESCRIPTION)
        self.go_to(5)
        self.window.until(lambda: ADDRESS in self.window.text("#review"))
        self._press("check")

    def _fill_in_the_page(self) -> None:
        self.choose_type()
        self.say_where()
        self.window.fill("#description", DESCRIPTION)
        self._press("check")
        self.window.until(lambda: ADDRESS in self.window.text("dl"))
        self._press("send")

    def choose_type(self) -> None:
        self.window.click("[name=report_type][value=child_sexual_abuse_imagery]")

    def _press(self, stage: str) -> None:
        self.window.click(f"button[value={stage}]")

    def _see(self, number: int) -> None:
        self.window.until(lambda: self.window.shows(f"#step{number}"))
