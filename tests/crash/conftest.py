from tests.intake.conftest import open_intake, spool, writer

__all__ = ["open_intake", "spool", "writer"]
