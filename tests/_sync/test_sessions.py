# Generated from tests/_async/test_sessions.py by scripts/generate_sync.py. Do not edit.
"""A session on the engine: what it is called, what it is, how it is reached."""

import httpx
import pytest

from sessionbay import AgentBay, Session, SessionError, SessionGoneError

from ..inside import serves_on_a_port, web
from ..requirements import promise


@promise("agb.set_labels", "agb.get_labels", "help.get_labels")
def test_labels_that_were_set_are_read_back(session: Session) -> None:
    assert (session.set_labels({"project": "demo", "stage": "\u6d4b\u8bd5"})).success
    labels = session.get_labels()
    assert labels.data == dict(labels) == {"project": "demo", "stage": "\u6d4b\u8bd5"}
    assert labels["project"] == "demo"


def test_new_labels_take_the_place_of_the_old(session: Session) -> None:
    session.set_labels({"old": "1"})
    session.set_labels({"new": "2"})
    assert dict(session.get_labels()) == {"new": "2"}


@promise("agb.info", "pages.info", "help.info")
def test_info_reads_as_attributes_as_keys_and_as_data(session: Session) -> None:
    info = session.info()
    assert info.session_id == info["session_id"] == info.unwrap().session_id == session.session_id
    assert info.unwrap()["resource_type"] == dict(info)["resource_type"] == "local"
    assert info.unwrap().connection["engine"] == "sessionbay"


def test_info_names_the_isolation_in_force(session: Session) -> None:
    assert (session.info()).unwrap().connection["isolation"] in ("namespaces", "uid", "process")


@promise("pages.info.resource_url")
def test_the_resource_page_shows_the_session_to_those_who_hold_its_address(session: Session) -> None:
    url = httpx.URL(session.resource_url)
    assert session.session_id in httpx.get(url, trust_env=False).text
    assert httpx.get(url.copy_remove_param("token"), trust_env=False).status_code == 401


@serves_on_a_port
@promise("agb.get_link", "help.get_link")
def test_a_link_leads_to_a_server_inside_the_session(session: Session) -> None:
    session.file_system.write_file("page.html", "<p>inside</p>")
    session.command.run(web(30111))
    link = session.get_link("https", 30111)
    assert httpx.get(f"{link}page.html", trust_env=False).text == "<p>inside</p>"


def test_the_same_port_has_the_same_link(session: Session) -> None:
    assert (session.get_link("https", 30112)).data == (session.get_link("https", 30112)).data


def test_a_link_without_its_token_opens_nothing(session: Session) -> None:
    link = httpx.URL(str(session.get_link("https", 30113)))
    assert httpx.get(link.copy_with(path="/"), trust_env=False).status_code == 401


def test_a_link_to_a_port_where_nothing_listens_says_so(session: Session) -> None:
    answer = httpx.get(str(session.get_link("https", 30114)), trust_env=False)
    assert answer.status_code == 502
    assert "nothing answers on port 30114" in answer.text


def test_a_link_is_awaited_in_both_twins(session: Session) -> None:
    pending = session.get_link_async("https", 30115)
    try:
        assert hasattr(pending, "send")
    finally:
        pending.close()


@pytest.mark.parametrize("port", [1, 8080, 65535])
def test_the_engine_opens_all_ports(session: Session, port: int) -> None:
    assert (session.get_link("https", port)).success


@promise("waits.session")
def test_a_known_id_is_enough_to_use_a_session(session: Session, either: AgentBay) -> None:
    same = Session(either, session.session_id)
    assert (same.command.run("echo by its id")).output == "by its id\n"
    assert same.agent_bay is either


@promise(
    "pages.get_api_key",
    "pages.get_client",
    "pages.get_session_id",
    "pages.get_token",
    "pages.find_server_for_tool",
    "pages.is_vpc_enabled",
    "pages.get_network_interface_ip",
    "pages.get_http_port",
)
def test_the_accessors_tell_what_the_cloud_said(session: Session, either: AgentBay) -> None:
    assert session.get_session_id() == session.session_id
    assert session.get_api_key().startswith("akm-")
    assert session.find_server_for_tool("shell") == "wuying_shell"
    assert session.find_server_for_tool("unheard of") == ""
    assert session.get_token()
    assert (session.is_vpc_enabled(), session.get_network_interface_ip(), session.get_http_port()) == (False, "", "")
    assert not session.get_client().is_closed


def test_a_session_knows_its_image(bay: AgentBay) -> None:
    with bay.session(image_id="code_latest") as made:
        found = (bay.get(made.session_id)).session
        assert (made.image_id, found.image_id) == ("code_latest", "code_latest")


@promise("pages.delete.invalid", "pages.delete.idempotent")
def test_a_deleted_session_refuses_everything_but_its_deletion(session: Session) -> None:
    assert (session.delete()).success
    with pytest.raises(SessionGoneError, match="was deleted"):
        session.get_status()
    with pytest.raises(SessionGoneError, match="was deleted"):
        session.command.run("echo nobody")
    assert (session.delete()).success


def test_a_name_that_nobody_promised_is_an_ordinary_mistake(session: Session) -> None:
    assert not hasattr(session.file_system, "teleport")


@promise("agb.raises")
def test_a_strict_client_raises_what_the_service_refuses(bay: AgentBay) -> None:
    strict = AgentBay(endpoint=bay.endpoint, api_key=bay.api_key, strict=True)
    with pytest.raises(SessionError) as raised:
        Session(strict, "session-unknown").info()
    assert (raised.value.kind, raised.value.code) == ("gone", "InvalidMcpSession.NotFound")
    strict.close()
