"""A real WordPress from Debian's packages, with a database of its own, that a test may break.

PHP's built-in server serves a copy of it; MariaDB listens on a socket in the test's folder alone.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.browser.demo import ROOT

PACKAGED = Path("/usr/share/wordpress")
PROGRAMS = ("php", "mariadbd", "mariadb-install-db", "mariadb")
PLUGIN = ROOT / "examples/wordpress/iwf-report"
HOST = "wordpress.localhost"
ADMIN, PASSWORD = "admin", "a password of a test"
PATIENCE_S = 60

CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '{origin}'); define('WP_SITEURL', '{origin}');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('DISABLE_WP_CRON', true); define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', true);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """
define('WP_INSTALLING', true);
function wp_new_blog_notification() {}
require 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('A site', $argv[1], 'admin@example.org', false, '', $argv[2]);
update_option('show_avatars', 0);
switch_theme('bare');
"""
ADD_PAGE = """
require 'wp-load.php';
wp_set_current_user(1);
echo wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'A page',
  'post_content' => wp_slash($argv[1])]);
"""
#: Debian's themes are packages of their own; ours is the least that shows a page.
THEME = {
    "style.css": "/*\nTheme Name: Bare\n*/",
    "index.php": """<!doctype html><html lang="en"><head><title>A page</title><?php wp_head(); ?>
</head><body><?php while (have_posts()) { the_post(); the_content(); } wp_footer(); ?></body>""",
}


def missing() -> list[str]:
    """What this machine lacks for a WordPress."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    return lacking + ([] if PACKAGED.is_dir() else [str(PACKAGED)])


@dataclass(frozen=True)
class WordPress:
    """A site that is being served."""

    folder: Path
    origin: str

    def php(self, code: str, *words: str) -> str:
        """Run PHP in the site's folder; what it printed."""
        done = subprocess.run(
            ["php", "-d", "display_errors=stderr", "-r", code, "--", *words],
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def add_page(self, content: str) -> int:
        """Publish a page; its number."""
        return int(self.php(ADD_PAGE, content))

    def option(self, name: str) -> str:
        """What the site's database has under a name; 'false' for nothing."""
        code = "require 'wp-load.php'; $v = get_option($argv[1]); echo false === $v ? 'false' : $v;"
        return self.php(code, name)


@contextmanager
def served_wordpress(folder: Path) -> Iterator[WordPress]:
    """Install a WordPress with our plugin, not yet active, and serve it until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = WordPress(folder / "site", f"http://{HOST}:{port}")
    with ExitStack() as stack:
        database = stack.enter_context(_database(folder))
        _copy(site, database)
        site.php(INSTALL, ADMIN, PASSWORD)
        words = ["php", "-S", f"127.0.0.1:{port}", "-t", str(site.folder)]
        workers = {**os.environ, "PHP_CLI_SERVER_WORKERS": "4"}
        with (folder / "php.log").open("w") as log:
            stack.enter_context(_running(words, log=log, environment=workers))
        _wait(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close())
        yield site


def _copy(site: WordPress, database: Path) -> None:
    # Its own folder, because WordPress takes its configuration from beside its real files.
    shutil.copytree(
        PACKAGED,
        site.folder,
        ignore=shutil.ignore_patterns("wp-content"),
        ignore_dangling_symlinks=True,
    )
    config = CONFIG.format(socket=database, origin=site.origin)
    (site.folder / "wp-config.php").write_text(config)
    theme = site.folder / "wp-content/themes/bare"
    theme.mkdir(parents=True)
    for name, content in THEME.items():
        (theme / name).write_text(content)
    shutil.copytree(PLUGIN, site.folder / "wp-content/plugins" / PLUGIN.name)


@contextmanager
def _database(folder: Path) -> Iterator[Path]:
    """An empty database server; its socket. The folder's own path may be too long for one."""
    data, address = folder / "mariadb", folder / "s"
    user = ["--user=root"] if os.geteuid() == 0 else []
    with (folder / "mariadb.log").open("w") as log:
        subprocess.run(
            [
                *("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db"),
                *("--auth-root-authentication-method=normal", *user),
            ],
            check=True,
            stdout=log,
            stderr=log,
        )
        words = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={address}", *user]
        words += ["--skip-networking", f"--pid-file={data / 'pid'}"]
        with _running(words, log=log, environment={**os.environ}):
            client = ["mariadb", "--no-defaults", f"--socket={address}", "--user=root"]
            create = [*client, "-e", "create database wordpress"]
            _wait(lambda: subprocess.run(create, check=True, capture_output=True))
            yield address


@contextmanager
def _running(words: list[str], *, log: IO[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(words, stdout=log, stderr=log, env=environment, process_group=0)
    try:
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=PATIENCE_S)


def _wait(attempt: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            attempt()
        except (OSError, subprocess.CalledProcessError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
