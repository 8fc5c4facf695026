"""Where `portals sealing` puts a private key: the key file, or a file for a secret store."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click

from server.extensions import settings
from server.reports import service


@contextmanager
def keeper(out: Path | None) -> Iterator[service.Keep]:
    """Keeps private keys in `out`, which must not be there yet, or in the key file."""
    if out is not None:
        with new_private_file(out) as file:
            yield partial(_write, file)
        return
    key_file, passphrase = settings().sealing_key_file, settings().sealing_passphrase
    if key_file is None or not passphrase:
        raise click.ClickException(
            "set PORTALS_SEALING_KEY_FILE and PORTALS_SEALING_PASSPHRASE first, or give --out FILE"
        )
    yield partial(service.add_private_key, key_file, passphrase)


@contextmanager
def new_private_file(path: Path) -> Iterator[TextIO]:
    """A new file for its owner only, on the disk at the end; a refusal when it is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{path} exists: a key is never overwritten") from None
    except OSError as error:
        raise click.ClickException(f"{error.strerror}: {path}") from error
    with os.fdopen(handle, "w") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def public_recovery_key(text: str) -> bytes:
    """The public half of a recovery key, from base64 or from a file of it."""
    file = Path(text)
    try:
        if len(text) < 200 and file.is_file():
            text = file.read_text()
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError, OSError) as error:
        raise click.ClickException("that is no recovery key: base64 expected") from error


def _write(file: TextIO, key_id: UUID, private: bytes) -> None:
    """An entry of PORTALS_SEALING_KEYS a line; the lines together want commas."""
    file.write(service.as_text(key_id, private) + "\n")
    file.flush()
    os.fsync(file.fileno())
