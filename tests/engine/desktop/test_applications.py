"""Applications: which are installed, and starting and stopping real ones."""

from pathlib import Path

import psutil
import pytest

from sessionbay.engine.agent.inside.desktop import desktop_files

from ..processes import eventually
from .live import Answer, Line, Live


def write(folder: Path, name: str, *lines: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(["[Desktop Entry]", "Type=Application", *lines]))


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def names(folders: list[Path], *, only_graphical: bool = True) -> list[str]:
    found = desktop_files.applications([str(folder) for folder in folders], only_graphical=only_graphical)
    return [one["name"] for one in found]


def test_desktop_files_are_read(tmp_path: Path) -> None:
    write(tmp_path, "editor.desktop", "Name=Editor", "Exec=edit --x=100% %U", "Path=/srv", "Icon[de]=%", "=broken")
    (tmp_path / "editor.desktop").write_text((tmp_path / "editor.desktop").read_text().replace("=broken", ""))
    expected = {"name": "Editor", "start_cmd": "edit --x=100% %U", "stop_cmd": "", "work_directory": "/srv"}
    assert desktop_files.applications([str(tmp_path)], only_graphical=True) == [expected]


def test_what_is_no_application_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "good.desktop", "Name=Good", "Exec=good")
    write(tmp_path, "hidden.desktop", "Name=Hidden", "Exec=x", "Hidden=true")
    write(tmp_path, "missing.desktop", "Name=Missing", "Exec=x", "TryExec=/nowhere/program")
    write(tmp_path, "nameless.desktop", "Exec=x")
    (tmp_path / "binary.desktop").write_bytes(b"\xff\x00\x01[[[")
    (tmp_path / "empty.desktop").write_text("")
    (tmp_path / "loop.desktop").symlink_to(tmp_path / "loop.desktop")
    (tmp_path / "notes.txt").write_text("[Desktop Entry]\nType=Application\nName=Notes\nExec=x")
    assert names([tmp_path]) == ["Good"]


def test_system_applications_are_left_out_on_request(tmp_path: Path) -> None:
    write(tmp_path, "a.desktop", "Name=A", "Exec=a", "NoDisplay=true")
    write(tmp_path, "b.desktop", "Name=B", "Exec=b", "Terminal=true")
    write(tmp_path, "c.desktop", "Name=C", "Exec=c")
    assert names([tmp_path]) == ["C"]
    assert names([tmp_path], only_graphical=False) == ["A", "B", "C"]


def test_the_users_own_file_goes_before_that_of_the_machine(tmp_path: Path) -> None:
    write(tmp_path / "own", "app.desktop", "Name=Own", "Exec=own")
    write(tmp_path / "machine", "app.desktop", "Name=Machine", "Exec=machine")
    assert names([tmp_path / "own", tmp_path / "machine"]) == ["Own"]


@pytest.mark.parametrize(
    ("start", "command"),
    [
        ("edit %U", "edit"),
        ("a %f --b %i", "a  --b"),
        ("date +%d", "date +%d"),
        ("x --p=%F", "x --p=%F"),
        ("100%% y", "100%% y"),
    ],
)
def test_field_codes_are_taken_out_of_a_command(start: str, command: str) -> None:
    assert desktop_files.command(start) == command


def test_installed_applications_are_listed_under_both_spellings(line: Line) -> None:
    few = line.call("get_installed_apps", start_menu=True, desktop=False, ignore_system_app=True)
    assert "Mousepad" in [one["name"] for one in few]
    assert few == line.call("get_installed_apps", start_menu=True, desktop=False, ignore_system_apps=True)
    assert len(line.call("get_installed_apps", ignore_system_app=False)) > len(few)
    assert line.call("get_installed_apps", start_menu=False) == []


def test_an_application_takes_input_when_it_has_started(live: Live, line: Line) -> None:
    target = live.folder / "started.txt"
    target.write_text("")
    found = line.call("start_app", start_cmd=f"mousepad --disable-server {target} %U", work_directory=str(live.folder))
    assert [one["pname"] for one in found] == ["mousepad"]
    line.call("input_text", text="at once 立刻")
    line.call("press_keys", keys=["Ctrl", "s"])
    assert eventually(lambda: target.read_text().rstrip("\n") == "at once 立刻")
    pid = found[0]["pid"]
    assert pid in [one["pid"] for one in line.call("list_visible_apps")]
    line.call("stop_app_by_pid", pid=pid)
    assert not alive(pid)
    assert pid not in [one["pid"] for one in line.call("list_visible_apps")]


def test_a_program_that_ignores_the_request_to_end_is_ended(live: Live, line: Line) -> None:
    ready = live.folder / "deaf.ready"
    script = f"trap '' TERM; touch {ready}; while :; do sleep 1; done"
    process = live.start(["bash", "-c", script])
    assert eventually(ready.exists)
    line.call("stop_app_by_pid", pid=process.pid)
    assert process.wait(60) == -9


def test_applications_are_stopped_by_the_whole_name(live: Live, line: Line) -> None:
    line.call("start_app", start_cmd="xterm -T named")
    with pytest.raises(Answer, match=r"no process is named 'x\.\*'"):
        line.call("stop_app_by_pname", pname="x.*")
    line.call("stop_app_by_pname", pname="xterm")
    assert line.call("list_visible_apps") == []
    with pytest.raises(Answer, match="no process is named 'xterm'"):
        line.call("stop_app_by_pname", pname="xterm")


def test_the_desktop_itself_is_not_stopped(live: Live, line: Line) -> None:
    for pid in (1, live.x.pid, live.manager_pid(), live.process.pid, live.own_pid):
        with pytest.raises(Answer, match="belongs to the desktop itself"):
            line.call("stop_app_by_pid", pid=pid)
    assert line.call("ping")["manager"] == "Openbox"


def test_a_command_stops_an_application(live: Live, line: Line) -> None:
    process = live.start(["xterm", "-T", "commanded"])
    assert eventually(lambda: live.has_focus("commanded"))
    line.call("stop_app_by_cmd", stop_cmd=f"kill {process.pid}")
    assert process.wait(60) is not None
    with pytest.raises(Answer, match=r"'kill nothing' ended with exit code 1: .*nothing"):
        line.call("stop_app_by_cmd", stop_cmd="kill nothing")


def test_what_cannot_be_started_is_told(line: Line) -> None:
    with pytest.raises(Answer, match=r"'nosuchprogram --x' ended with exit code 127: .*nosuchprogram"):
        line.call("start_app", start_cmd="nosuchprogram --x %U")
    with pytest.raises(Answer, match="there is no folder '/nowhere'"):
        line.call("start_app", start_cmd="xterm", work_directory="/nowhere")
    with pytest.raises(Answer, match="the command is empty"):
        line.call("start_app", start_cmd=" ")
