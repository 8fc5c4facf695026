"""Every table in one place, for migrations and for the test that they match the models."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import MetaData

from server.storage.model import Base

MODEL_MODULES = (
    "server.audit.models",
    "server.partners.models",
    "server.staff.models",
    "server.delivery.models",
    "server.directory.models",
    "server.reports.models",
    "server.statistics.models",
)


def all_tables() -> MetaData:
    """The metadata with every model loaded.

    The modules are loaded by name because storage is the lowest layer: it may know that
    models exist, not depend on what they are.
    """
    for module in MODEL_MODULES:
        import_module(module)
    return Base.metadata
