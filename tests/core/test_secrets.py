"""Secrets stay out of sight."""

import copy
import json
import logging
import pickle
from urllib.parse import quote, urlencode

import pytest

from sessionbay.core.http import HttpRequest
from sessionbay.core.secrets import Secret, excerpt, without

KEY = Secret("akm-canary-0123456789")


@pytest.mark.parametrize(
    "shown",
    [repr(KEY), str(KEY), f"{KEY}", f"{KEY!s:>40}", f"{[KEY]}", "%s" % KEY, "%r" % KEY, "{0}".format(KEY)],  # noqa: UP030, UP031, UP032  # every way of showing counts
)
def test_a_secret_shows_in_no_text(shown: str) -> None:
    assert "canary" not in shown


def test_a_secret_shows_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("sessionbay.test").error("the key is %s", KEY)
    assert "canary" not in caplog.text


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="a secret is not pickled") as refused:
        pickle.dumps(KEY)
    assert "canary" not in str(refused.value)


def test_a_secret_is_revealed_where_that_is_said() -> None:
    assert KEY.reveal() == "akm-canary-0123456789"


def test_a_deep_copy_shares_the_secret() -> None:
    assert copy.deepcopy({"key": KEY})["key"] is KEY


@pytest.mark.parametrize(("value", "there"), [("x", True), ("", False)])
def test_the_truth_of_a_secret_is_whether_there_is_one(value: str, there: bool) -> None:
    assert bool(Secret(value)) is there


def test_equal_secrets_are_equal() -> None:
    assert (Secret("a") == Secret("a"), Secret("a") == Secret("b"), len({Secret("a"), Secret("a")})) == (True, False, 1)


def test_a_secret_is_not_equal_to_its_text() -> None:
    assert Secret("a") != "a"


def test_a_request_shows_neither_headers_nor_body() -> None:
    request = HttpRequest("POST", "https://gw.invalid/", {"authorization": "Bearer akm-canary"}, b"key=akm-canary")
    assert "canary" not in repr(request)


@pytest.mark.parametrize(
    "body",
    [
        b'{"token": "canary"}',
        b'{"Token":"canary"}',
        b'{"accessToken" : "canary"}',
        b'{"auth_code": "canary", "AuthCode": "canary"}',
        b'{"ticket": "canary"}',
        b'{"Url": "wss://canary", "LinkUrl": "https://canary", "resource_url": "https://canary"}',
        b'{"apiKey": "canary", "api_key": "canary"}',
        b'{"Authorization": "Bearer canary"}',
        b'{"data": "{\\"token\\": \\"canary\\"}"}',
        b'{"data": "{\\"data\\": \\"{\\\\\\"token\\\\\\": \\\\\\"canary\\\\\\"}\\"}"}',
        b'{"token": "canary',
        b"the key is akm-canary-0123456789",
    ],
)
def test_an_excerpt_shows_no_secret(body: bytes) -> None:
    assert "canary" not in excerpt(body, KEY)


@pytest.mark.parametrize("body", [b'{"url": "https:\\/\\/gw\\/canary"}', b'{"token": "a\\"canary"}'])
def test_an_excerpt_shows_no_secret_after_a_backslash(body: bytes) -> None:
    assert "canary" not in excerpt(body)


def test_an_excerpt_shows_no_part_of_a_secret_that_it_cuts() -> None:
    assert "canary" not in excerpt(b" " * 785 + KEY.reveal().encode(), KEY)


def test_an_excerpt_keeps_what_is_no_secret() -> None:
    assert (
        excerpt(b'{"Code": "X", "Message": "a token of thanks"}', KEY)
        == '{"Code": "X", "Message": "a token of thanks"}'
    )


def test_an_empty_secret_removes_nothing() -> None:
    assert excerpt(b"abc", Secret("")) == "abc"


def test_an_excerpt_is_one_line() -> None:
    assert excerpt(b"<html>\r\n\t<body>\n") == "<html> <body>"


def test_an_excerpt_is_cut_and_says_so() -> None:
    assert excerpt(b"a" * 1000, limit=10) == "aaaaaaaaaa..."


def test_an_excerpt_of_bytes_that_are_no_text_is_one() -> None:
    assert excerpt(b"a\xffb") == "a\N{REPLACEMENT CHARACTER}b"


def test_a_secret_is_taken_out_however_it_is_spelled() -> None:
    secret = Secret('https://u/a b?x=1&s="\u540d"')
    payload = (
        secret.reveal(),
        json.dumps(secret.reveal()),
        urlencode({"u": secret.reveal()}),
        quote(secret.reveal(), ""),
    )
    assert [without(text, secret) for text in payload] == ["***", '"***"', "u=***", "***"]
    assert without("as it was", Secret("")) == "as it was"


@pytest.mark.parametrize("value", ["a\nb", "a b", "sécret", "a\0", " a"])
def test_a_secret_that_no_header_can_hold_does_not_travel(value: str) -> None:
    assert not Secret(value).is_header_safe()
    assert Secret("akm-1.b_c/d=").is_header_safe()
