"""What a citizen does with the form, in any language: everything is found by the fields' names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.polling import come_in

ADDRESS = "https://pictures.example/gallery?page=7"
DEFANGED = "hxxps://pictures[.]example/gallery?page=7"
DESCRIPTION = "Third post from the top, behind the button."
RECEIPT = re.compile(r"^\d{4}( \d{4}){4}$")


@dataclass(frozen=True)
class Receipt:
    """What a citizen holds in the end."""

    reference: str
    receipt: str


@dataclass
class Citizen:
    """Fills in the form of one document. `look` is called with the name of all that is shown."""

    form: Frame | Page
    look: Callable[[str], object] = lambda name: None

    def report_with_script(self) -> Receipt:
        """Go through the five steps and send."""
        come_in(self.form)
        # The script shows one step at a time: before it runs, all five are there.
        expect(self._heading(2)).to_be_hidden()
        for number, answer in enumerate(
            (lambda: None, self._choose_type, self._say_where, self._add_what_helps), 1
        ):
            expect(self._heading(number)).to_be_visible()
            answer()
            self.look(f"step {number}")
            self._press("check")
        expect(self._heading(5)).to_be_visible()
        expect(self.form.locator("#review")).to_contain_text(ADDRESS)
        self.look("step 5")
        self._press("check")
        return self._receipt()

    def report_without_script(self) -> Receipt:
        """Fill in the one long page, check the answers, send."""
        self.look("form")
        self._choose_type()
        self._say_where()
        self._add_what_helps()
        self._press("check")
        expect(self.form.locator("dl")).to_contain_text(ADDRESS)
        self.look("check your answers")
        self._press("send")
        return self._receipt()

    def _choose_type(self) -> None:
        self.form.locator("[name=report_type][value=child_sexual_abuse_imagery]").check()

    def _say_where(self) -> None:
        self.form.locator("#addresses").fill(ADDRESS)

    def _add_what_helps(self) -> None:
        self.form.locator("#description").fill(DESCRIPTION)

    def _heading(self, number: int) -> Locator:
        return self.form.locator("form > section").nth(number - 1).locator("h2")

    def _press(self, stage: str) -> None:
        self.form.locator(f"button[value={stage}]").click()

    def _receipt(self) -> Receipt:
        expect(self.form.locator("#receipt")).to_have_text(RECEIPT)
        self.look("receipt")
        return Receipt(
            reference=self.form.locator("#reference").inner_text(),
            receipt=self.form.locator("#receipt").inner_text(),
        )
