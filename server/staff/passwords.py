"""Which passwords are taken: long ones that are not obvious (NIST SP 800-63B-4, 3.1.1.2; OWASP
ASVS 5.0, 6.2). No rule says which characters."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from server.normal_forms import compatible
from server.staff.errors import PasswordRefused

LEAST, MOST = 15, 128
#: So many characters have to be left when what anybody could guess is taken out.
_LEAST_OF_ONES_OWN = 8
_LIST = Path(__file__).with_name("common_passwords.txt")


def normal_password(typed: str) -> str:
    """The same characters however a keyboard composes them (NFKC); nothing is cut or trimmed."""
    return compatible(typed)


def refuse_weak_password(typed: str, *, email: str, hotline: str) -> None:
    """Raises PasswordRefused when a password is too short, too long or obvious."""
    password = normal_password(typed)
    if len(password) < LEAST:
        raise PasswordRefused(
            f"at least {LEAST} characters, this has {len(password)}; a sentence of four or five "
            "words is easy to keep"
        )
    if len(password) > MOST:
        raise PasswordRefused(f"at most {MOST} characters, this has {len(password)}")
    plain = password.casefold()
    if _letters(plain) in _common() or plain in _common():
        raise PasswordRefused("this is one of the passwords that are tried first; take another")
    if _is_pattern(plain):
        raise PasswordRefused("this repeats or counts along; take one that is harder to guess")
    if _left_of(plain, email, hotline) < _LEAST_OF_ONES_OWN:
        raise PasswordRefused(
            "this is little more than your address or the hotline's name; take another"
        )


def _left_of(plain: str, email: str, hotline: str) -> int:
    """How many characters are left without the words that belong to this place."""
    local, _, domain = email.casefold().partition("@")
    words = {email.casefold(), local, domain, domain.partition(".")[0]}
    words |= {hotline.casefold(), *hotline.casefold().split(), "password", "hotline", "portal"}
    rest = plain
    for word in sorted((each for each in words if len(each) > 2), key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(plain) if rest == plain else len(_letters(rest))


def _is_pattern(plain: str) -> bool:
    """Whether it is a few characters over and over, or a run along the alphabet or the digits."""
    for size in range(1, 6):
        unit = plain[:size]
        if (unit * (len(plain) // size + 1))[: len(plain)] == plain:
            return True
    steps = [ord(second) - ord(first) for first, second in pairwise(plain)]
    along = sum(step in (1, -1, 0, -9) for step in steps)
    return along >= len(steps) - 2


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line and line[0] != "#")
