"""Details of the wire that the clouds' own tests check."""

import re

from sessionbay import AgentBay, Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.sandbox import bwrap

from .conftest import Raw, client_of


def test_the_address_of_the_screen_names_the_resource(session: Session, raw: Raw) -> None:
    answer = raw.agentbay("GetSession", SessionId=session.session_id).json()["Data"]
    assert f"resourceId={answer['ResourceId']}" in answer["ResourceUrl"]
    assert re.search(r"[?&]resourceId=[\w-]+", session.info()["resource_url"])
    page = raw.get(answer["ResourceUrl"].removeprefix(raw.engine.endpoint))
    assert (page.status_code, session.session_id in page.text) == (200, True)


def test_a_success_of_agb_has_no_code(session: Session, raw: Raw) -> None:
    for path in ("/mcp/getSession", "/mcp/getSessionInfo"):
        answer = raw.agb(path, sessionId=session.session_id).json()
        assert (answer["success"], answer["code"], answer["message"]) == (True, "", "")


def test_a_new_session_has_something_in_its_temporary_folder(session: Session) -> None:
    entries = session.file_system.list_directory("/tmp").entries
    assert [entry.name for entry in entries if entry.name == ".X11-unix"] or "namespaces" not in str(
        session.info().data
    )


def test_the_browser_s_settings_are_visible_inside() -> None:
    assert {"chromium", "chromium.d"} <= {*bwrap.ETC_ENTRIES}  # without the latter, Debian's chromium does not start


def test_the_files_of_a_context_have_relative_names_too(engine: LocalEngine) -> None:
    with client_of(engine) as bay:
        made = bay.context.create("relative-names").context
        try:
            check_relative_names(bay, made.id)
        finally:
            bay.context.delete(made)


def check_relative_names(bay: AgentBay, context_id: str) -> None:
    assert bay.context.upload_file(context_id, "notes/a.txt", b"text").success
    assert bay.context.get_file_download_url(context_id, "/notes/a.txt").success
    for folder in ("notes", "/notes", "notes/"):
        assert [entry.file_path for entry in bay.context.list_files(context_id, folder).entries] == ["/notes/a.txt"]
    assert bay.context.delete_file(context_id, "notes/a.txt").success
    for bad in ("../a.txt", "notes/../a", "./a", "notes/"):
        refused = bay.context.get_file_upload_url(context_id, bad)
        assert (refused.success, refused.code) == (False, "InvalidParameter")
