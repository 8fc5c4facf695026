"""The WordPress plugin in a real WordPress: set up, written into pages, reported through."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.citizen import Citizen
from tests.browser.conftest import OpenContext
from tests.browser.demo import Demo
from tests.browser.test_report import frame_of
from tests.browser.watch import Watch
from tests.browser.wordpress import ADMIN, PASSWORD, PLUGIN, WordPress, missing, served_wordpress

BLOCK = "<!-- wp:iwf-report/form {} /-->"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    if lacking := missing():
        pytest.skip(
            f"no {', '.join(lacking)} here; on Debian: apt-get install --no-install-recommends "
            "wordpress php-cli php-mysql mariadb-server"
        )
    with served_wordpress(tmp_path_factory.mktemp("wp")) as site:
        yield site


@pytest.fixture
def admin(site: WordPress, open_context: OpenContext) -> Page:
    """Somebody who runs the site, signed in, the plugin active."""
    page = open_context().new_page()
    page.goto(f"{site.origin}/wp-login.php")
    page.locator("#user_login").fill(ADMIN)
    page.locator("#user_pass").fill(PASSWORD)
    page.locator("#wp-submit").click()
    page.goto(f"{site.origin}/wp-admin/plugins.php")
    if (activate := page.locator("a[href*='action=activate&plugin=iwf-report']")).count():
        activate.click()
    expect(page.locator("a[href*='action=deactivate&plugin=iwf-report']")).to_be_visible()
    return page


def set_up(admin: Page, site: WordPress, server: str, key: str) -> None:
    """Enter both settings and save."""
    admin.goto(f"{site.origin}/wp-admin/options-general.php?page=iwf-report")
    admin.locator("#iwf_report_server").fill(server)
    admin.locator("#iwf_report_key").fill(key)
    admin.locator("#submit").click()


@pytest.mark.skipif(shutil.which("php") is None, reason="no php here; on Debian: php-cli")
def test_every_file_is_php() -> None:
    files = sorted(PLUGIN.rglob("*.php"))
    assert len(files) == 5
    for file in files:
        done = subprocess.run(["php", "-l", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_without_settings_only_the_administrator_sees_that_they_are_missing(
    site: WordPress, admin: Page, open_context: OpenContext
) -> None:
    set_up(admin, site, "", "")
    address = f"{site.origin}/?page_id={site.add_page('Before. [iwf_report] After.')}"
    admin.goto(address)
    expect(admin.get_by_role("link", name="Enter the server and the key")).to_be_visible()
    visitor = open_context().new_page()
    visitor.goto(address)
    assert visitor.locator("body").inner_text().split() == ["Before.", "After."]


def test_the_settings_keep_an_origin_and_a_publishable_key_and_nothing_else(
    site: WordPress, admin: Page, demo: Demo
) -> None:
    key = demo.partners["police"].key
    set_up(admin, site, "  HTTPS://Report.Example.org:8443/embed/?x=1#y ", f" {key} ")
    expect(admin.locator("#setting-error-settings_updated")).to_be_visible()
    assert site.option("iwf_report_server") == "https://report.example.org:8443"
    assert site.option("iwf_report_key") == key
    secret = demo.partners["police"].secret_key
    for server in ("javascript:alert(1)", "https://user@example.org", 'https://"><script>'):
        set_up(admin, site, server, secret)
        expect(admin.locator(".notice-error")).to_have_count(2)
        assert site.option("iwf_report_server") == "https://report.example.org:8443"
        assert site.option("iwf_report_key") == key
        assert secret not in admin.content()


@pytest.mark.parametrize(
    "written",
    [
        '[iwf_report lang="fr" campaign="été 1"]',
        f"<!-- wp:iwf-report/form {json.dumps({'lang': 'fr', 'campaign': 'été 1'})} /-->",
    ],
    ids=["shortcode", "block"],
)
@pytest.mark.parametrize("scripted", [True, False], ids=["with script", "without script"])
def test_a_visitor_reports_to_the_receipt(
    site: WordPress,
    admin: Page,
    demo: Demo,
    watched: Callable[..., Watch],
    written: str,
    scripted: bool,
) -> None:
    set_up(admin, site, f"{demo.public_url}/", demo.issue_key("telco", origin=site.origin))
    watch = watched(java_script_enabled=scripted)
    page = watch.context.new_page()
    page.goto(f"{site.origin}/?page_id={site.add_page(written)}")
    assert page.locator("iframe").count() == 1
    form = frame_of(page)
    assert form.locator("html").get_attribute("lang") == "fr"
    assert "campaign=%C3%A9t%C3%A9%201" in form.url
    citizen = Citizen(form)
    if scripted:
        citizen.report_with_script()
        page.wait_for_function("document.querySelector('iframe').clientHeight !== 680")
    else:
        citizen.report_without_script()
    alone = page.get_by_role("link", name="Open the form on a page of its own")
    assert alone.get_attribute("href") == form.url.partition("#")[0].replace("/embed/", "/r/")
    own = site.origin.partition("://")[2]
    assert watch.strangers(demo.hosts | {own}) == []
    assert watch.kept() == []
    assert watch.complaints == []


def test_what_an_author_writes_stays_text(
    site: WordPress, admin: Page, demo: Demo, watched: Callable[..., Watch]
) -> None:
    set_up(admin, site, demo.public_url, demo.issue_key("telco", origin=site.origin))
    evil = '"><img src=x onerror=alert(1)>'
    attributes = {"title": evil, "lang": f"fr{evil}", "campaign": evil, "theme": "dark&x=1"}
    page = watched().context.new_page()
    content = f"<!-- wp:iwf-report/form {json.dumps(attributes)} /-->"
    page.goto(f"{site.origin}/?page_id={site.add_page(content)}")
    frame = page.locator("iframe")
    assert frame.get_attribute("title") == evil
    assert "?" not in str(frame.get_attribute("src"))
    assert page.locator("img").count() == 0


def test_the_editor_knows_the_block(site: WordPress, admin: Page) -> None:
    number = site.add_page(BLOCK)
    admin.goto(f"{site.origin}/wp-admin/post.php?post={number}&action=edit")
    # The editor of newer releases stands in a frame of its own.
    said = "Visitors see the form here."
    admin.wait_for_function(
        """said => [document, ...[...document.querySelectorAll('iframe')].map(
          frame => frame.contentDocument)].some(each => each && each.body.innerText.includes(said))
        """,
        arg=said,
    )


def test_it_takes_its_settings_away_with_it(site: WordPress, admin: Page, demo: Demo) -> None:
    set_up(admin, site, demo.public_url, demo.partners["police"].key)
    site.php(
        """require 'wp-load.php'; require ABSPATH . 'wp-admin/includes/plugin.php';
        deactivate_plugins($argv[1]); uninstall_plugin($argv[1]);""",
        "iwf-report/iwf-report.php",
    )
    assert [site.option(f"iwf_report_{name}") for name in ("server", "key")] == ["false"] * 2
