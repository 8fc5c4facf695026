"""The nginx that stands in front: the configuration that we ship, with other paths and ports."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy/nginx"
HOSTS = ("report.example.org", "console.example.org")
BROTLI_MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so")
#: Where the shipped files have 127.0.0.1:9180, on the port of HTTP.
MONITORS = "127.0.0.3"
HOW_TO_INSTALL = (
    "These tests need nginx. On Debian or Ubuntu: apt-get install nginx "
    "libnginx-mod-http-brotli-filter. `make test` installs it when it runs as root on Debian."
)


@dataclass
class Nginx:
    """A running nginx with everything that it writes in `folder`."""

    folder: Path
    port: int
    plain_port: int
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End it at once, by its process id."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def lay_out(folder: Path, *, brotli: bool = False) -> tuple[Path, int, int]:
    """Lay the shipped files out in `folder`; its nginx.conf, and the ports of TLS and HTTP.

    The sockets of the surfaces are public.sock and console.sock there.
    """
    ports = _free_port(), _free_port()
    shutil.copytree(SHIPPED, folder / "portals")
    if brotli:  # Debian names modules relative to nginx's own folder
        (folder / "modules").symlink_to(BROTLI_MODULE.parent)
    else:
        for part in (folder / "portals").glob("brotli*"):
            part.unlink()
    for name in ("log", "cache", "temp", "tls"):
        (folder / name).mkdir()
    for host in HOSTS:
        _certificate(folder / "tls", host)
    for path in (folder / "portals").glob("*.conf"):
        path.write_text(_elsewhere(path.read_text(), folder, *ports, brotli=brotli))
    return folder / "portals/nginx.conf", *ports


def start_nginx(
    folder: Path, *, brotli: bool = False, changes: Mapping[str, str] | None = None
) -> Nginx:
    """Start nginx as shipped, and wait until it answers. Raises RuntimeError."""
    configuration, port, plain_port = lay_out(folder, brotli=brotli)
    shipped = configuration.with_name("portals.conf")
    for old, new in (changes or {}).items():
        assert old in shipped.read_text()
        shipped.write_text(shipped.read_text().replace(old, new))
    with (folder / "log/output").open("wb") as output:
        process = subprocess.Popen(
            [*_command(configuration), "-g", "daemon off;"], stdout=output, stderr=output
        )
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return Nginx(folder, port, plain_port, process)
    raise RuntimeError((folder / "log/output").read_text())


def verdict(configuration: Path) -> subprocess.CompletedProcess[str]:
    """What `nginx -t` says of a configuration."""
    return subprocess.run(
        [*_command(configuration), "-t"], capture_output=True, text=True, check=False
    )


def _command(configuration: Path) -> list[str]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise RuntimeError(HOW_TO_INSTALL)
    folder = configuration.parents[1]
    return [program, "-p", str(folder), "-e", str(folder / "log/start"), "-c", str(configuration)]


def _elsewhere(text: str, folder: Path, port: int, plain_port: int, *, brotli: bool) -> str:
    for there, here in (
        ("/etc/nginx/portals/", f"{folder}/portals/"),
        ("/etc/portals/tls/", f"{folder}/tls/"),
        ("/run/portals-public/portals.sock", f"{folder}/public.sock"),
        ("/run/portals-console/portals.sock", f"{folder}/console.sock"),
        ("/var/log/nginx/", f"{folder}/log/"),
        ("/var/cache/nginx/portals", f"{folder}/cache/portals"),
        ("listen 127.0.0.1:9180", f"listen {MONITORS}:{plain_port}"),
        ("/var/www/acme", f"{folder}/acme"),
        ("pid /run/nginx.pid", f"pid {folder}/nginx.pid"),
        ("user www-data", f"user {'root' if os.getuid() == 0 else 'nobody'}"),
        ("http {", f"http {{\n{_temporary(folder)}"),
    ):
        text = text.replace(there, here)
    if not brotli:
        text = text.replace("include /etc/nginx/modules-enabled/*.conf;", "")
    text = re.sub(r"listen (\[::\]:)?443\b", lambda found: f"listen {_own(found[1])}{port}", text)
    return re.sub(
        r"listen (\[::\]:)?80\b", lambda found: f"listen {_own(found[1])}{plain_port}", text
    )


def _own(other_family: str | None) -> str:
    return "127.0.0.2:" if other_family else "127.0.0.1:"  # not every machine has IPv6


def _temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"{kind}_temp_path {folder}/temp/{kind};\n" for kind in kinds)


def _certificate(folder: Path, host: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / f"{host}.pem").write_bytes(certificate.public_bytes(pem))
    (folder / f"{host}.key").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
