# SPDX-License-Identifier: EUPL-1.2
"""Signatures of Standard Webhooks, with the published vector and library as the oracle."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from runtime.signatures import SignedHeaders, decode_secret, is_signed, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(STAMP, UTC)
KEYS = [decode_secret(SECRET)]


def headers(message: str = MESSAGE, stamp: object = STAMP, signature: str = SIGNATURE) -> SignedHeaders:
    """The vector's headers, changed where given."""
    return SignedHeaders(message, str(stamp), signature)


def test_the_published_vector_is_signed_so() -> None:
    """The vector of the specification's libraries."""
    assert sign(SECRET, MESSAGE, STAMP, BODY) == SIGNATURE


def test_the_published_vector_is_accepted() -> None:
    """At its own time."""
    assert is_signed(headers(), BODY, KEYS, NOW)


@given(body=st.text(alphabet=st.characters(codec="utf-8"), max_size=300), stamp=st.integers(0, 4_000_000_000))
def test_the_library_signs_alike(body: str, stamp: int) -> None:
    """For any text and time."""
    theirs = Webhook(SECRET).sign(MESSAGE, datetime.fromtimestamp(stamp, UTC), body)

    assert sign(SECRET, MESSAGE, stamp, body.encode()) == theirs


@pytest.mark.parametrize(("seconds", "accepted"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_message_is_good_within_five_minutes(seconds: int, accepted: bool) -> None:  # noqa: FBT001
    """Before and after the time that it names."""
    assert is_signed(headers(), BODY, KEYS, NOW + timedelta(seconds=seconds)) is accepted


def test_any_of_several_signatures_is_enough() -> None:
    """That is how senders rotate their secrets."""
    assert is_signed(headers(signature=f"v1,AAAA v1a,xyz= {SIGNATURE}"), BODY, KEYS, NOW)


def test_any_of_several_secrets_is_enough() -> None:
    """That is how we rotate ours."""
    assert is_signed(headers(), BODY, [bytes(32), *KEYS], NOW)


def test_without_a_secret_nothing_is_signed() -> None:
    """Not even with the key of zeros that stands in for one."""
    zeros = sign("whsec_" + "A" * 43 + "=", MESSAGE, STAMP, BODY)

    assert not is_signed(headers(signature=zeros), BODY, [], NOW)


@pytest.mark.parametrize(
    "stamp", ["1614265330.0", "+1614265330", " 1614265330", "1614265330 ", "１６１４２６５３３０", "", "9" * 400]
)
def test_a_timestamp_that_is_no_whole_number_is_refused(stamp: str) -> None:
    """Even when it is signed as it stands."""
    digest = hmac.digest(KEYS[0], f"{MESSAGE}.{stamp}.".encode() + BODY, "sha256")
    signature = "v1," + base64.b64encode(digest).decode()

    assert not is_signed(headers(stamp=stamp, signature=signature), BODY, KEYS, NOW)


@pytest.mark.parametrize("message", ["a.b", "a b", "a\nb", "æ", "", "x" * 201])
def test_an_id_that_could_be_read_differently_is_refused(message: str) -> None:
    """Even when it is signed as it stands."""
    assert not is_signed(headers(message, STAMP, sign(SECRET, message, STAMP, BODY)), BODY, KEYS, NOW)


@pytest.mark.parametrize(
    "signature", ["", "v1", "v1,", "v2" + SIGNATURE[2:], SIGNATURE[3:], SIGNATURE[:-2], "v1,\udcff", "v1,é"]
)
def test_anything_but_a_v1_signature_is_refused(signature: str) -> None:
    """Without an error of its own."""
    assert not is_signed(headers(signature=signature), BODY, KEYS, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsk_" + "A" * 44, "whsec_AAAA", "whsec_" + "A" * 200, "whsec_%%%"])
def test_a_weak_or_strange_secret_is_refused(secret: str) -> None:
    """With the way to write one."""
    with pytest.raises(ValueError, match="whsec_"):
        decode_secret(secret)
