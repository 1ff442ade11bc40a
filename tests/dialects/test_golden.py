"""Our requests against those of the official clients: the same but for the exceptions, which are data with a reason."""

import json
from copy import deepcopy
from urllib.parse import urlsplit

import pytest

from sessionbay.core.http import HttpRequest

from ..support import AGB, BAY
from . import ours, saying
from .recorded import EXCEPTIONS, RECORDED, Exempt, Parts, Recorded, form_of, parts_of, query_of

FORMS = [recorded for recorded in RECORDED if recorded.raw_form]
QUERIES = [recorded for recorded in RECORDED if recorded.raw_query]
SAID = {"agentbay": ours.AGENTBAY, "agb": ours.AGB}


def our_request(recorded: Recorded) -> HttpRequest:
    """Say what ``recorded`` says; the tools that are not ours are called by name, as a caller would."""
    payload = SAID[recorded.cloud].get(recorded.name)
    if payload is None:
        call = recorded.parts["json"]
        payload = saying.calls(call["sessionId"], call["name"], json.loads(call["args"]))
    return payload(BAY if recorded.cloud == "agentbay" else AGB)


def expected(recorded: Recorded, sent: Parts, without: Exempt | None = None) -> Parts:
    """Return what we are to send: the recorded request, edited by the exceptions."""
    parts = deepcopy(recorded.parts)
    for exempt in EXCEPTIONS:
        if exempt is not without and exempt.concerns(recorded):
            exempt.edit(parts, sent)
    return parts


@pytest.mark.parametrize("recorded", RECORDED, ids=str)
def test_a_recorded_request_is_sent_the_same_way(recorded: Recorded) -> None:
    request = our_request(recorded)
    sent = parts_of(request)
    wanted = expected(recorded, sent)
    assert sent == wanted
    if recorded.raw_form:
        assert request.body.decode() == form_of(wanted)
        assert list(sent["query"]) == list(wanted["query"])
    if recorded.raw_query:  # its order is free
        assert sorted(urlsplit(request.url).query.split("&")) == sorted(query_of(wanted).split("&"))


def test_the_recorded_bytes_follow_from_the_recorded_fields() -> None:
    assert [str(recorded) for recorded in FORMS if form_of(recorded.parts) != recorded.raw_form] == []
    assert [str(recorded) for recorded in QUERIES if query_of(recorded.parts) != recorded.raw_query] == []


@pytest.mark.parametrize("cloud", SAID)
def test_every_request_that_we_say_was_recorded(cloud: str) -> None:
    assert SAID[cloud].keys() <= {recorded.name for recorded in RECORDED if recorded.cloud == cloud}


def test_a_recorded_request_that_we_do_not_spell_out_is_a_call_of_a_tool() -> None:
    called = {recorded.operation for recorded in RECORDED if recorded.name not in SAID[recorded.cloud]}
    assert called == {"CallMcpTool"}


@pytest.mark.parametrize("exempt", EXCEPTIONS, ids=str)
def test_no_exception_is_unused(exempt: Exempt) -> None:
    concerned = [(recorded, parts_of(our_request(recorded))) for recorded in RECORDED if exempt.concerns(recorded)]
    assert any(sent != expected(recorded, sent, without=exempt) for recorded, sent in concerned)


def test_every_exception_has_a_reason() -> None:
    assert all(exempt.reason for exempt in EXCEPTIONS)


def test_no_key_stands_in_a_url() -> None:
    urls = [our_request(recorded).url for recorded in RECORDED]
    assert not [url for url in urls if BAY.api_key.reveal() in url or AGB.api_key.reveal() in url]
