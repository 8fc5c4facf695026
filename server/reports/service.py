"""What other packages may use of reports."""

from __future__ import annotations

from server.reports.counting import CountedBy, ReportCount, count_reports, oldest_day
from server.reports.models import Report, SealingKey
from server.reports.outcome import Outcome
from server.reports.private_keys import PrivateKeys, PrivateKeysError, load_private_keys
from server.reports.queries import (
    OpenedReport,
    Page,
    ReceiptStatus,
    get_by_reference,
    list_reports,
    look_up_receipt,
    open_report,
    veiled,
)
from server.reports.references import (
    Tokens,
    derive_tokens,
    in_fours,
    parse_receipt,
    parse_reference,
    receipt_hmac,
    with_check_symbol,
)
from server.reports.sealing import (
    EnvelopeDamaged,
    PublicSealingKey,
    SealedPart,
    generate_key_pair,
    seal,
)
from server.reports.sealing_keys import (
    activate_sealing_key,
    create_sealing_key,
    current_sealing_key,
    list_sealing_keys,
)
from server.reports.store import (
    REPORT_RECEIVED,
    UNATTRIBUTED,
    NewReport,
    ReportStore,
    SpentProof,
    StoredSubmission,
    Written,
    day_received,
    find_submission,
    forget_spent_challenges,
)
from server.reports.store_core import store_batch
from server.reports.writer import ReportWriter, open_store

__all__ = [
    "REPORT_RECEIVED",
    "UNATTRIBUTED",
    "CountedBy",
    "EnvelopeDamaged",
    "NewReport",
    "OpenedReport",
    "Outcome",
    "Page",
    "PrivateKeys",
    "PrivateKeysError",
    "PublicSealingKey",
    "ReceiptStatus",
    "Report",
    "ReportCount",
    "ReportStore",
    "ReportWriter",
    "SealedPart",
    "SealingKey",
    "SpentProof",
    "StoredSubmission",
    "Tokens",
    "Written",
    "activate_sealing_key",
    "count_reports",
    "create_sealing_key",
    "current_sealing_key",
    "day_received",
    "derive_tokens",
    "find_submission",
    "forget_spent_challenges",
    "generate_key_pair",
    "get_by_reference",
    "in_fours",
    "list_reports",
    "list_sealing_keys",
    "load_private_keys",
    "look_up_receipt",
    "oldest_day",
    "open_report",
    "open_store",
    "parse_receipt",
    "parse_reference",
    "receipt_hmac",
    "seal",
    "store_batch",
    "veiled",
    "with_check_symbol",
]
