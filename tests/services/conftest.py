"""The starter's tests take the same fixtures as everyone's."""

from tests.services.fixtures import postgres_cluster

__all__ = ["postgres_cluster"]
