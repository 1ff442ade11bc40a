"""Applications of the desktop."""

from typing import Any

from ..desktop import Desktop
from .conftest import Do

XTERM = "xterm -T started"


def visible(computer: Any, do: Do) -> dict[int, str]:
    """Return the names of the processes that have a window."""
    listed = do(computer.list_visible_apps())
    assert listed.success, listed.error_message
    return {process.pid: process.pname for process in listed.data}


def started(computer: Any, do: Do) -> int:
    """Start a program that has a window, and return its process."""
    result = do(computer.start_app(XTERM))
    assert result.success, result.error_message
    return next(int(process.pid) for process in result.data if process.pname == "xterm")


def test_installed_applications_are_listed(computer: Any, do: Do) -> None:
    listed = do(computer.get_installed_apps(ignore_system_apps=False))
    assert listed.success, listed.error_message
    assert any("xterm" in app.start_cmd for app in listed.data)
    assert all(app.name and app.start_cmd for app in listed.data)


def test_those_of_the_system_are_left_out(computer: Any, do: Do) -> None:
    every = {app.name for app in do(computer.get_installed_apps(ignore_system_apps=False)).data}
    assert {app.name for app in do(computer.get_installed_apps()).data} <= every


def test_an_application_of_the_session_is_listed_with_its_field_codes(computer: Any, do: Do, desktop: Desktop) -> None:
    entry = "[Desktop Entry]\\nType=Application\\nName=Own\\nExec=xterm -T own %u\\n"
    desktop.run(f"mkdir -p .local/share/applications && printf '{entry.replace('%', '%%')}' >$_/own.desktop")
    listed = do(computer.get_installed_apps()).data
    assert [app.start_cmd for app in listed if app.name == "Own"] == ["xterm -T own %u"]


def test_a_started_application_is_visible(computer: Any, do: Do, window: Any) -> None:
    pid = started(computer, do)
    assert (visible(computer, do)[pid], window("started").pid) == ("xterm", pid)
    assert do(computer.stop_app_by_pid(pid)).success


def test_a_started_application_takes_what_is_typed(computer: Any, do: Do, desktop: Desktop) -> None:
    assert do(computer.start_app(f"xterm -T taking -e sh -c 'cat >{desktop.home}/taken'")).success
    assert do(computer.input_text("taken at once\n")).success
    assert do(computer.press_keys(["Ctrl", "d"])).success
    assert desktop.until(lambda: desktop.run("cat taken"), "taken at once\n") == "taken at once\n"


def test_an_application_has_its_folder(computer: Any, do: Do, desktop: Desktop) -> None:
    assert do(
        computer.start_app(f"xterm -e sh -c 'pwd >{desktop.home}/place; sleep 600'", work_directory="/usr")
    ).success
    assert desktop.run("cat place") == "/usr\n"
    assert do(computer.stop_app_by_pname("sleep")).success


def test_a_missing_program_is_named(computer: Any, do: Do) -> None:
    result = do(computer.start_app("no-such-program --at-all"))
    assert (result.success, "no-such-program" in result.error_message) == (False, True)


def test_an_application_is_stopped_by_its_process(computer: Any, do: Do) -> None:
    pid = started(computer, do)
    assert do(computer.stop_app_by_pid(pid)).success
    assert pid not in visible(computer, do)


def test_applications_are_stopped_by_their_name(computer: Any, do: Do, desktop: Desktop) -> None:
    desktop.run("cp $(command -v xterm) named-app")
    assert do(computer.start_app(f"{desktop.home}/named-app")).success
    assert do(computer.stop_app_by_pname("named-app")).success
    assert "named-app" not in visible(computer, do).values()


def test_an_application_is_stopped_by_a_command(computer: Any, do: Do) -> None:
    pid = started(computer, do)
    assert do(computer.stop_app_by_cmd(f"kill {pid}")).success
    assert pid not in visible(computer, do)


def test_the_first_process_is_not_stopped(computer: Any, do: Do) -> None:
    assert not do(computer.stop_app_by_pid(1)).success
    assert do(computer.get_screen_size()).success


def test_an_unknown_name_is_refused(computer: Any, do: Do) -> None:
    result = do(computer.stop_app_by_pname("no-such-program"))
    assert (result.success, "no-such-program" in result.error_message) == (False, True)
