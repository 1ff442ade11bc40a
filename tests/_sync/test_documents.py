# Generated from tests/_async/test_documents.py by scripts/generate_sync.py. Do not edit.
"""The four reference documents differ in what they say an answer is; each reads as it says."""

import inspect

import pytest

import sessionbay
from sessionbay import AgentBay, Session, SessionInfo

from ..fake_cloud import KEY, FakeCloud, session_data, status, yes
from ..requirements import promise

DESKTOP = {"AppId": "app", "AuthCode": "code", "ConnectionProperties": '{"authMode":"Session"}', "Ticket": "t"}
RESOURCE = {"SessionId": "session-1", "ResourceUrl": "https://page.example/", "DesktopInfo": DESKTOP}


def on(cloud: FakeCloud) -> Session:
    return Session(AgentBay(api_key=KEY, transport=cloud), "session-1")


@promise("agb.info", "pages.info", "help.info")
def test_info_is_a_dict_an_object_and_the_fields_themselves() -> None:
    info = on(FakeCloud(GetMcpResource=yes(RESOURCE))).info()
    assert info.unwrap()["resource_url"] == info.unwrap().resource_url == info.resource_url == "https://page.example/"
    assert info.connection_properties == '{"authMode":"Session"}'
    assert info.unwrap().connection == {"authMode": "Session"}
    assert (info.app_id, info.auth_code, info.ticket, info.resource_id) == ("app", "code", "t", "")


@promise("pages.info.live")
def test_info_is_asked_for_each_time() -> None:
    cloud = FakeCloud(GetMcpResource=yes(RESOURCE))
    session = on(cloud)
    for _ in range(2):
        session.info()
    assert cloud.requests == ["GetMcpResource"] * 2


@promise("help.get_labels")
def test_labels_print_as_the_dict_that_they_are() -> None:
    labels = on(FakeCloud(GetLabel=yes({"Labels": '{"a": "b"}'}))).get_labels()
    assert f"{labels}" == "{'a': 'b'}"
    assert [(name, labels[name]) for name in labels] == list(labels.items()) == [("a", "b")]
    assert len(labels) == 1


@promise("help.get_link", "pages.get_link.default", "pages.get_link.options")
def test_a_link_prints_as_the_address_that_it_is() -> None:
    cloud = FakeCloud(GetLink=yes({"Url": "wss://gateway.example/x"}))
    link = on(cloud).get_link(options='{"k": "v"}')
    assert f"{link}" == link.data == "wss://gateway.example/x"
    assert cloud.forms[-1]["Option"] == '{"k": "v"}'
    assert "Port" not in cloud.forms[-1]


@promise("agb.get_status")
def test_a_status_comes_with_how_it_was_answered() -> None:
    seen = on(FakeCloud(GetSessionDetail=status("RUNNING"))).get_status()
    assert (seen.success, seen.status, seen.data) == (True, "RUNNING", "RUNNING")
    assert (seen.http_status_code, seen.code, seen.error_message, seen.request_id) == (200, "ok", "", "REQ-1")


@promise("pages.call_mcp_tool")
@pytest.mark.parametrize(("options", "sent"), [({}, "False"), ({"auto_gen_session": True}, "True")])
def test_a_new_session_is_made_for_a_call_only_when_asked_for(options: dict[str, bool], sent: str) -> None:
    cloud = FakeCloud(CallMcpTool=yes({"content": []}))
    on(cloud).call_mcp_tool("shell", {}, **options)
    assert cloud.forms[-1]["AutoGenSession"] == sent


@promise("waits.pause", "waits.resume")
@pytest.mark.parametrize("method", ["pause", "resume"])
def test_a_wait_has_its_documented_limits(method: str) -> None:
    defaults = {name: p.default for name, p in inspect.signature(getattr(Session, method)).parameters.items()}
    assert (defaults["timeout"], defaults["poll_interval"]) == (600, 2.0)


@promise("waits.resume_async")
def test_a_resume_can_be_started_without_waiting() -> None:
    cloud = FakeCloud(ResumeSessionAsync=yes())
    assert (on(cloud).resume_async()).success
    assert cloud.requests == ["ResumeSessionAsync"]


@promise("help.properties")
def test_a_session_has_the_properties_that_the_documents_name() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data(ResourceUrl="https://page.example/")))
    bay = AgentBay(api_key=KEY, transport=cloud)
    session = (bay.create()).session
    assert (session.agent_bay, session.session_id, session.resource_url) == (bay, "session-1", "https://page.example/")
    for module in ("file_system", "command", "oss", "application", "window", "ui", "context"):
        assert getattr(session, module) is not None


@promise("waits.session_info")
def test_session_info_is_made_of_eight_strings() -> None:
    values = ("id", "url", "app", "auth", "{}", "resource", "kind", "ticket")
    info = SessionInfo(*values)
    assert tuple(dict(info).values()) == values
    assert SessionInfo().session_id == ""


@promise("pages.logger")
def test_there_is_a_logger_for_each_part() -> None:
    assert sessionbay.get_logger("session").name == "sessionbay.session"
