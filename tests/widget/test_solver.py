"""The proof of work: altcha itself verifies what the browser found, by either path."""

import hashlib
import secrets
from typing import Any

import altcha
import pytest
from playwright.sync_api import Page

from tests.widget.site import PORTAL, Site

SECRET = "of the tests"
SOLVE = """challenge => new Promise((resolve, reject) => {
  let calls = 0;
  setTimeout(reject, 15000, new Error('no answer'));
  iwfSolve(challenge, (error, payload) => {
    calls += 1;
    // A second call would be one too many: leave it the time to come.
    setTimeout(() => error ? reject(error) : resolve([payload, calls]), 50);
  });
})"""

UNSUPPORTED: list[dict[str, Any]] = [
    {"algorithm": "PBKDF2/SHA-512"},
    {"algorithm": "SCRYPT"},
    {"cost": 0},
    {"cost": None},
    {"nonce": "no hex"},
    {"nonce": "00" * 61},
    {"salt": "00" * 52},
    {"salt": None},
    {"keyPrefix": "0z"},
    {"keyPrefix": None},
]


def challenge(**options: Any) -> dict[str, Any]:
    """A challenge as the API hands it out, lighter, with a counter that is known to exist."""
    given: dict[str, Any] = {"cost": 20, "counter": 30 + secrets.randbelow(40)}
    given |= options
    made = altcha.create_challenge("PBKDF2/SHA-256", hmac_secret=SECRET, **given)
    return made.to_dict()


def solve(page: Page, challenge: dict[str, Any]) -> altcha.Payload:
    """What the page found, once it is verified."""
    payload, calls = page.evaluate(SOLVE, challenge)
    result = altcha.verify_solution(payload, SECRET)
    assert result.verified, vars(result)
    assert calls == 1
    return altcha.Payload.from_base64(payload)


@pytest.fixture
def secure(page: Page, site: Site) -> Page:
    site.page(PORTAL, "/solver", '<script src="/solver.js"></script>')
    page.goto(site.origin(PORTAL) + "/solver")
    assert page.evaluate("!!crypto.subtle")
    return page


@pytest.fixture
def insecure(page: Page, site: Site) -> Page:
    """A page on plain HTTP, which browsers deny crypto.subtle."""
    site.page("plain-http.test", "/solver", '<script src="/solver.js"></script>')
    page.goto(site.origin("plain-http.test") + "/solver")
    assert not page.evaluate("!!crypto.subtle")
    return page


@pytest.fixture(params=["secure", "insecure"])
def anywhere(request: pytest.FixtureRequest) -> Page:
    """Each of the two."""
    page: Page = request.getfixturevalue(request.param)
    return page


def test_altcha_verifies_every_length_of_key(anywhere: Page) -> None:
    for length in (2, 16, 20, 31, 32, 33, 48, 64, 65):
        found = solve(anywhere, challenge(key_length=length))
        assert len(found.solution.derived_key) == 2 * length


def test_nonce_and_salt_of_any_length_that_fits(anywhere: Page) -> None:
    """altcha's have 16 bytes; the standard library knows the others."""
    for nonce, salt in ((1, 1), (15, 17), (60, 51)):
        given = challenge()
        asked = given["parameters"] | {
            "nonce": secrets.token_hex(nonce),
            "salt": secrets.token_hex(salt),
            "keyPrefix": "7",
        }
        payload, _ = anywhere.evaluate(SOLVE, given | {"parameters": asked})
        found = altcha.Payload.from_base64(payload).solution
        password = bytes.fromhex(asked["nonce"]) + found.counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac("sha256", password, bytes.fromhex(asked["salt"]), 20, 32)
        assert found.derived_key == key.hex()
        assert found.derived_key.startswith("7")


def test_the_counter_is_the_one_asked_for(anywhere: Page) -> None:
    for counter in (0, 1, 255, 256, 300):
        assert solve(anywhere, challenge(counter=counter)).solution.counter == counter


def test_a_random_prefix_of_any_length(anywhere: Page) -> None:
    for prefix in ("0", "00", "a", "7f"):
        solve(anywhere, challenge(counter=None, key_prefix=prefix))


def test_every_cost(anywhere: Page) -> None:
    for cost in (1, 2, 63, 64, 65, 128, 1000):
        solve(anywhere, challenge(cost=cost, counter=3))


def test_the_challenge_comes_back_as_it_was(anywhere: Page) -> None:
    given = challenge(
        expires_at=4102444800,
        data={"key": "iwfpk_test_…", "name": "Größe ‏عربي 𝄞", "n": [1, None, 0.5]},
        hmac_key_secret="another",
    )
    found = solve(anywhere, given)
    assert found.challenge.to_dict() == given
    assert found.solution.time is not None
    assert 0 <= found.solution.time < 5000


def test_the_plain_path_leaves_the_page_its_turns(insecure: Page) -> None:
    turns = insecure.evaluate(
        """challenge => new Promise((resolve, reject) => {
          let turns = 0;
          setTimeout(reject, 15000, new Error('no answer'));
          const clock = setInterval(() => turns++, 1);
          iwfSolve(challenge, () => { clearInterval(clock); resolve(turns); });
        })""",
        challenge(cost=100_000, counter=4),
    )
    assert turns >= 3


def test_an_engine_without_pbkdf2_takes_the_plain_path_once(secure: Page) -> None:
    """However many counters were in flight when it said so."""
    secure.evaluate(
        """() => {
          SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('no PBKDF2'));
          window.slices = 0;
          const original = window.setTimeout;
          window.setTimeout = function (...all) {
            if (all.length === 1) window.slices++;
            return original.apply(window, all);
          };
        }"""
    )
    solve(secure, challenge(cost=1, counter=0))
    assert secure.evaluate("slices") == 1


def test_the_browsers_own_path_is_taken_where_it_exists(secure: Page) -> None:
    secure.evaluate(
        """() => {
          window.derived = 0;
          const original = SubtleCrypto.prototype.deriveBits;
          SubtleCrypto.prototype.deriveBits = function (...all) {
            window.derived++;
            return original.apply(this, all);
          };
        }"""
    )
    solve(secure, challenge(counter=40))
    assert 41 <= secure.evaluate("derived") <= 41 + 2 * 4  # a few more are in flight


def test_giving_up_calls_nobody(anywhere: Page) -> None:
    called = anywhere.evaluate(
        """([solvable, other]) => new Promise(resolve => {
          let called = 0;
          iwfSolve(solvable, () => called++)();
          iwfSolve(other, () => called++)();
          const giveUp = iwfSolve(solvable, () => called++);
          setTimeout(giveUp, 1);
          setTimeout(() => resolve(called), 200);
        })""",
        [challenge(cost=10_000, counter=100), challenge() | {"parameters": {"algorithm": "x"}}],
    )
    assert called == 0


def test_what_it_cannot_solve_is_an_error_and_no_endless_work(insecure: Page) -> None:
    for change in UNSUPPORTED:
        given = challenge()
        given["parameters"] |= change
        message = insecure.evaluate(
            """given => new Promise((resolve, reject) => {
              setTimeout(reject, 15000, new Error('no answer'));
              iwfSolve(given, error => resolve(error.message));
            })""",
            given,
        )
        assert message == "unsupported challenge", change


def test_old_engines_need_nothing_new(page: Page, site: Site) -> None:
    """No Promise, no typed array's own map or join, no padStart: phones of 2014."""
    site.page("plain-http.test", "/solver", "<p>")
    page.goto(site.origin("plain-http.test") + "/solver")
    source, _, _ = site.pages["plain-http.test", "/solver.js"]
    payload = page.evaluate(
        """([source, challenge]) => new Promise((resolve, reject) => {
          setTimeout(reject, 15000, new Error('no answer'));
          const typed = Object.getPrototypeOf(Int32Array.prototype);
          ['map', 'join', 'slice', 'fill', 'forEach'].forEach(name => delete typed[name]);
          ['padStart', 'repeat', 'includes', 'startsWith'].forEach(
            name => delete String.prototype[name]);
          window.Promise = window.Symbol = window.TextEncoder = window.Uint8Array = undefined;
          (0, eval)(source);
          iwfSolve(challenge, (error, payload) => resolve(payload));
        })""",
        [source, challenge()],
    )
    assert altcha.verify_solution(payload, SECRET).verified
