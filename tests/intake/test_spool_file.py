"""The file of a spooled report keeps every field, and tells when it is not whole."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import settings as at_most
from hypothesis import strategies as st

from server.intake.spool_file import MAGIC, SpoolFileDamaged, decode, encode
from server.partners.service import KeyMode
from server.reports.service import NewReport, SealedPart, SpentProof
from server.reports.vocabulary import EnvelopeKind, Lane, ReportType
from tests.factories.new_report import new_report

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.just(UTC),
)
some_bytes = st.binary(max_size=64)
texts = st.text(max_size=64)
parts = st.builds(
    SealedPart, st.sampled_from(EnvelopeKind), st.integers(0, 9), st.uuids(), some_bytes, some_bytes
)
reports = st.builds(
    NewReport,
    id=st.uuids(),
    idempotency_hash=some_bytes,
    body_tag=some_bytes,
    reference=texts,
    receipt_hmac=some_bytes,
    secret_generation=st.integers(0, 2**31),
    received_at=moments,
    mode=st.sampled_from(KeyMode),
    lane=st.sampled_from(Lane),
    portal_id=st.uuids(),
    partner_id=st.uuids(),
    key_id=st.uuids(),
    campaign=st.none() | texts,
    origin=st.none() | texts,
    language=texts,
    territory=st.none() | texts,
    report_type=st.sampled_from(ReportType),
    parts=st.lists(parts, max_size=3).map(tuple),
    challenge=st.none() | st.builds(SpentProof, some_bytes, moments),
    unverified_key=st.none() | texts,
)


@given(reports)
@at_most(max_examples=50, deadline=None)
def test_every_field_comes_back(report):
    assert decode(encode(report)) == report


def test_a_moment_of_another_zone_is_the_same_moment_in_utc():
    paris = datetime(2026, 11, 22, 13, 5, 7, 123456, tzinfo=timezone(timedelta(hours=1)))
    found = decode(encode(new_report(received_at=paris))).received_at
    assert (found, found.tzinfo) == (paris, UTC)


def test_a_file_that_was_cut_anywhere_is_found_out():
    whole = encode(new_report())
    header = whole.index(b"\n", len(MAGIC))
    blobs, digest = header + 1, len(whole) - 32
    for start in (0, len(MAGIC), header, blobs, digest, len(whole)):
        for cut in range(max(0, start - 2), min(len(whole), start + 3)):
            if cut < len(whole):
                with pytest.raises(SpoolFileDamaged):
                    decode(whole[:cut])


@pytest.mark.parametrize("more", [b"\0", b"\n", bytes(4096)])
def test_a_file_with_something_behind_it_is_found_out(more):
    with pytest.raises(SpoolFileDamaged):
        decode(encode(new_report()) + more)


@given(st.data())
@at_most(max_examples=50, deadline=None)
def test_one_bit_that_turned_is_found_out(data):
    whole = bytearray(encode(new_report()))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SpoolFileDamaged):
        decode(bytes(whole))


@given(st.binary(max_size=200))
@at_most(max_examples=50, deadline=None)
def test_whatever_lies_there_is_damaged_and_nothing_else(data):
    for bytes_ in (data, MAGIC + data, _signed(MAGIC + data), _signed(MAGIC + b"{}\n" + data)):
        with pytest.raises(SpoolFileDamaged):
            decode(bytes_)


def test_a_block_of_zeros_where_a_power_cut_left_it_is_found_out():
    whole = encode(new_report())
    with pytest.raises(SpoolFileDamaged):
        decode(whole[:2048] + bytes(len(whole) - 2048))


@pytest.mark.parametrize(
    "change",
    [
        {"lane": "fast"},
        {"received_at": "2026-11-22T13:05:07"},
        {"idempotency_hash": "xyz"},
        {"parts": [{"kind": "report"}]},
        {"parts": None},
        {"id": 7},
    ],
)
def test_a_header_that_no_version_wrote_is_damaged(change):
    body = encode(new_report())[:-32]
    header, _, blobs = body[len(MAGIC) :].partition(b"\n")
    changed = json.dumps(json.loads(header) | change).encode()
    with pytest.raises(SpoolFileDamaged):
        decode(_signed(MAGIC + changed + b"\n" + blobs))


def _signed(body):
    return body + hashlib.sha256(body).digest()
