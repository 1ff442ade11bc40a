"""Desktops of sessions: their start, their end, and what programs of the session see of them."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from sessionbay import AGB, AgentBay, AsyncAgentBay, Session
from sessionbay.core.image import image_size
from sessionbay.engine import Desktop, EngineConfig, LocalEngine, images
from sessionbay.engine.desktop import requirements
from sessionbay.engine.sandbox import bwrap

from ..conftest import client_of
from ..processes import ENOUGH, eventually
from .needs import needs_desktop

pytestmark = needs_desktop
IMAGES = {AgentBay: "linux_latest", AGB: "agb-computer-use-1"}
PROCESSES = {
    "Xvfb": "Xvfb -displayfd",
    "openbox": "openbox --sm-disable",
    "the desktop service": "inside.desktop.service",
}


@pytest.fixture(scope="module")
def session(namespaces_engine: LocalEngine) -> Iterator[Session]:
    """Give a session whose desktop the tests of this module share."""
    with client_of(namespaces_engine) as bay, bay.session() as made:
        yield made


def pid_of(session: Session, name: str) -> str:
    """Return the process id of a part of the desktop, inside the session."""
    assert session.computer.get_screen_size().success
    pattern = PROCESSES[name]
    found = session.command.run(f"pgrep -f '{pattern[0]}[{pattern[1]}]{pattern[2:]}' | head -1").output
    return found.strip()


def processes_of(folder: str) -> list[psutil.Process]:
    """Return the processes of a desktop on the host, by the folder in their command lines."""
    running = psutil.process_iter(["cmdline", "status"])
    alive = [each for each in running if each.info["status"] != psutil.STATUS_ZOMBIE]
    return [each for each in alive if any(folder in word for word in each.info["cmdline"] or ())]


@pytest.mark.parametrize("cloud", [AgentBay, AGB])
def test_the_client_of_each_cloud_moves_the_mouse_and_takes_a_picture(
    namespaces_engine: LocalEngine, cloud: type[AgentBay]
) -> None:
    key = namespaces_engine.api_key.reveal()
    with cloud(endpoint=namespaces_engine.endpoint, api_key=key) as bay, bay.session(image_id=IMAGES[cloud]) as session:
        size = session.computer.get_screen_size()
        assert size.data
        assert (size.data.width, size.data.height, size.data.dpi_scaling_factor) == (1280, 800, 1.0)
        assert session.computer.move_mouse(321, 123)
        place = session.computer.get_cursor_position()
        assert place.data
        assert (place.data.x, place.data.y) == (321, 123)
        for format in ("png", "jpeg"):
            shot = session.computer.beta_take_screenshot(format)
            assert image_size(shot.data or b"") == (shot.width, shot.height) == (1280, 800)
            assert shot.format == format


@pytest.mark.anyio
async def test_the_async_client_takes_a_picture(namespaces_engine: LocalEngine) -> None:
    key = namespaces_engine.api_key.reveal()
    async with (
        AsyncAgentBay(endpoint=namespaces_engine.endpoint, api_key=key) as bay,
        bay.session() as session,
    ):
        assert (await session.computer.take_screenshot()).width == 1280


def test_programs_that_start_later_find_the_screen_and_may_use_it(session: Session) -> None:
    assert session.computer.get_screen_size().success
    assert session.command.run("xdpyinfo | grep dimensions").output.split()[1] == "1280x800"
    assert "unable to open display" in session.command.run("XAUTHORITY=/nowhere xdpyinfo 2>&1").output  # no cookie
    code = "import os; print(os.environ['DISPLAY'], oct(os.stat(os.environ['XAUTHORITY']).st_mode & 0o777))"
    assert session.code.run_code(code, "python").result.strip() == ":0 0o600"
    assert session.env.get(["DISPLAY"]).envs == {"DISPLAY": ":0"}


def test_a_display_of_the_users_own_comes_first(session: Session) -> None:
    assert session.computer.get_screen_size().success
    assert session.command.run("echo $DISPLAY", envs={"DISPLAY": ":7"}).output.strip() == ":7"


@pytest.mark.parametrize("name", PROCESSES)
def test_a_crash_is_named_in_the_call_and_the_next_one_starts_anew(
    namespaces_engine: LocalEngine, session: Session, name: str
) -> None:
    service, victim = pid_of(session, "the desktop service"), pid_of(session, name)
    session.command.run(f"kill -STOP {service}")  # the call is under way when the crash happens
    with ThreadPoolExecutor(1) as thread:
        call = thread.submit(session.computer.get_cursor_position)
        assert eventually(lambda: namespaces_engine._engine.sessions.get(session.session_id).desktop.busy)
        session.command.run(f"kill -KILL {victim}")
        refused = call.result(ENOUGH)
    assert refused.code == "DesktopEnded"
    assert f"{name} was killed by signal 9 (Killed); the next call starts a new one" in refused.error_message
    assert session.computer.get_cursor_position().success
    assert session.command.run("ls -d /tmp/.desktop-* | wc -l").output.strip() == "1"


def test_a_desktop_that_ended_between_two_calls_starts_anew(session: Session) -> None:
    before = pid_of(session, "Xvfb")
    session.command.run(f"kill -KILL {before}; while kill -0 {before} 2>/dev/null; do sleep 0.01; done")
    assert eventually(lambda: session.computer.get_cursor_position().success)
    assert pid_of(session, "Xvfb") not in ("", before)


def test_nothing_is_left_of_a_desktop_after_its_session(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay:
        with bay.session() as session:
            assert session.computer.get_screen_size().success
            folder = session.command.run("dirname $XAUTHORITY").output.strip()
            assert len(processes_of(folder)) == len(PROCESSES)
        assert eventually(lambda: not processes_of(folder))


def test_a_paused_desktop_stands_still_and_goes_on(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session() as session:
        assert session.computer.move_mouse(40, 50)
        folder = session.command.run("dirname $XAUTHORITY").output.strip()
        session.pause(poll_interval=0.05)
        assert all(each.status() == psutil.STATUS_STOPPED for each in processes_of(folder))
        assert session.computer.get_cursor_position().code == "InvalidSessionStatus"
        session.resume(poll_interval=0.05)
        place = session.computer.get_cursor_position()
        assert place.data
        assert (place.data.x, place.data.y) == (40, 50)


def test_weak_isolation_has_no_desktop(process_engine: LocalEngine) -> None:
    with client_of(process_engine) as bay, bay.session() as session:
        refused = session.computer.get_screen_size()
        assert (refused.code, "process isolation" in refused.error_message) == ("IsolationTooWeak", True)
        created = bay.create(image_id="agb-computer-use-1")
        assert created.code == "IsolationTooWeak"


def test_other_images_have_no_desktop_and_do_not_list_its_tools(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session(image_id="code_latest") as session:
        refused = session.computer.get_screen_size()
        assert refused.code == "ToolNotSupportedLocally"
        assert "use linux_latest" in refused.error_message
        assert "get_screen_size" not in [tool.name for tool in session.list_mcp_tools().tools]
        assert "get_screen_size" in [tool.name for tool in session.list_mcp_tools("linux_latest").tools]


def test_what_is_missing_is_said_in_the_same_words_at_creation_and_by_the_tool(
    namespaces_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images.Runtime, "find", lambda self: None)
    with client_of(namespaces_engine) as bay, bay.session() as session:
        created, called = bay.create(image_id="agb-computer-use-1"), session.computer.get_screen_size()
    assert created.code == called.code == "DependencyMissing"
    line = "The desktop needs Xvfb and openbox on this machine: apt-get install xvfb openbox (Debian, Ubuntu)"
    assert line in str(created.error_message)
    assert line in called.error_message


def test_a_picture_has_an_address_that_works_by_itself_until_the_session_ends(
    engine_without_direct_route: LocalEngine,
) -> None:
    with client_of(engine_without_direct_route) as bay:
        with bay.session() as session:
            shot = session.computer.take_screenshot()
            assert (shot.format, shot.width) == ("png", 1280)
            address = session.computer.screenshot().data
            assert address
            fetched = httpx.get(address, trust_env=False)
            assert fetched.headers["content-type"] == "image/png"
            assert image_size(fetched.content) == (1280, 800)
            forged = httpx.get(address.replace("screenshot_", "screenshot_0"), trust_env=False)
            assert forged.status_code == 403
        assert eventually(lambda: httpx.get(address, trust_env=False).status_code == 404)


def test_size_and_scale_are_settings() -> None:
    screen = Desktop(size="800x600", scale=2)
    config = EngineConfig(isolation="namespaces", network="none", desktop=screen)
    with LocalEngine(config) as engine, client_of(engine) as bay, bay.session() as session:
        size = session.computer.get_screen_size().data
        assert size
        assert (size.width, size.height, size.dpi_scaling_factor) == (800, 600, 2.0)
        assert " 192x" in session.command.run("xdpyinfo | grep resolution").output


@pytest.mark.parametrize("packages", ["the program's", "Debian's"])
def test_the_service_runs_on_the_programs_packages_or_on_debians(
    namespaces_engine: LocalEngine, packages: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if packages == "Debian's":
        if not Path("/usr/lib/python3/dist-packages/Xlib").is_dir():
            pytest.skip("apt-get install python3-xlib")
        for module in (bwrap, requirements):
            monkeypatch.setattr(module, "packages_folder", lambda python, uid: None)
        monkeypatch.setattr(requirements, "_present", set())
    with client_of(namespaces_engine) as bay, bay.session() as session:
        shot = session.computer.take_screenshot()
        assert image_size(shot.data or b"") == (1280, 800)
        loaded = session.command.run(
            "grep -ho '/[^ ]*packages/' /proc/$(pgrep -f deskto[p].service)/maps | sort -u"
        ).output
        assert ("/run/sessionbay/packages/" in loaded) is (packages != "Debian's")


def test_agbs_spelling_of_an_argument_and_those_that_are_left_out_are_taken(session: Session) -> None:
    for spelling in ("ignore_system_app", "ignore_system_apps"):
        every, some = (session.call_mcp_tool("get_installed_apps", {spelling: ignore}) for ignore in (False, True))
        assert len(json.loads(every.data or "")) > len(json.loads(some.data or "")) > 0
    assert session.call_mcp_tool("list_root_windows", {}).data == "[]"
    assert session.call_mcp_tool("move_mouse", {"x": 3, "y": 4}).data == "True"
    assert json.loads(session.call_mcp_tool("get_cursor_position", {}).data or "") == {"x": 3, "y": 4}
