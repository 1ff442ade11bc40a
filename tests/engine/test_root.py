"""The root of a session in namespaces, which its user can write, and the packages that are installed there."""

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.sandbox import programs

from .conftest import client_of

OWN_FOLDERS = ("/data", "/etc/app", "/home/data", "/mnt/x", "/opt/x", "/root/x", "/srv/x", "/var/lib/x", "/workspace")
READ_ONLY = ("/bin", "/dev", "/etc/ssl", "/lib", "/proc", "/run", "/run/sessionbay/inside", "/usr", "/usr/local/bin")
PATH_OF_PYTHON = "python3 -c 'import sys; print(sys.executable)'"


@pytest.fixture(scope="module")
def session(namespaces_engine: LocalEngine) -> Iterator[Session]:
    with client_of(namespaces_engine) as bay, bay.session() as session:
        yield session


def output(session: Session, command: str) -> str:
    result = session.command.run(command)
    assert result.success, (command, result.output, result.error_message)
    return result.stdout.strip()


def code(session: Session, text: str) -> str:
    result = session.code.run(text, "python")
    assert result.success, result.error_message
    return result.result


def wheel(name: str, version: str, text: str) -> bytes:
    """Return a wheel with one module."""
    info, data = f"{name}-{version}.dist-info", io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{name}.py", text)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name}-tool = {name}:main\n")
        archive.writestr(f"{info}/RECORD", "")
    return data.getvalue()


def test_all_folders_but_those_of_the_machines_programs_can_be_written(session: Session) -> None:
    for folder in OWN_FOLDERS:
        output(session, f"mkdir -p {folder}; echo {folder} >{folder}/file")
        assert session.file_system.read_file(f"{folder}/file").content == f"{folder}\n"
    refused = output(session, f"for f in {' '.join(READ_ONLY)}; do touch $f/x 2>/dev/null || echo $f; done")
    assert refused.split() == list(READ_ONLY)
    assert not session.command.run("echo x >>/etc/passwd").success


def test_what_the_agent_runs_on_can_be_neither_moved_nor_replaced(session: Session) -> None:
    folders = [name for name in ("/etc", "/lib", "/lib64", "/run", "/usr") if Path(name).is_dir()]
    moved = session.command.run(f"for f in {' '.join(folders)}; do mv $f $f-away 2>/dev/null && echo $f; done")
    assert moved.stdout == ""
    assert session.file_system.search_files("/tmp", "*").success  # the agent still serves


def test_temporary_folders_are_as_on_any_machine(session: Session) -> None:
    folders = "/tmp /var/tmp /tmp/.X11-unix /tmp/.ICE-unix"
    assert output(session, f"stat -c %a {folders}").split() == ["1777"] * 4


def test_the_size_of_all_of_a_sessions_files_is_reported_and_no_more(session: Session) -> None:
    before = session.get_metrics().unwrap().disk_used
    assert before < 50_000_000  # without the machine's programs
    output(session, "mkdir -p /srv/more; head -c 3000000 /dev/zero >/srv/more/big")
    assert session.get_metrics().unwrap().disk_used - before >= 3_000_000


def test_commands_and_code_have_the_interpreter_that_the_info_names(session: Session) -> None:
    named = session.info().unwrap().connection["python"]
    for name in ("python", "python3"):
        assert output(session, PATH_OF_PYTHON.replace("python3", name, 1)) == named
    assert code(session, "import sys; sys.executable").strip("'") == named
    version = output(session, "python -c 'import sys; print(\"%d.%d\" % sys.version_info[:2])'")
    assert f"(python {version})" in output(session, "pip --version")


def test_code_has_what_pip_has_installed_meanwhile_before_what_the_engine_adds(session: Session) -> None:
    assert code(session, "2 + 3") == "5"  # the kernel runs from here on
    for name, text in (("fresh", "value = 42\ndef main(): print(value)\n"), ("click", "value = 'own'\n")):
        path = f"/workspace/{name}-9.0-py3-none-any.whl"
        session.file_system.write_file(path, wheel(name, "9.0", text)).raise_for_error()
    output(session, "pip install --quiet --no-index /workspace/*.whl")
    assert code(session, "import fresh, click; (fresh.value, click.value)") == "(42, 'own')"
    assert (
        output(session, "python3 -c 'import click, fresh; print(fresh.value, click.value)'; fresh-tool") == "42 own\n42"
    )


def test_code_has_what_the_environment_puts_on_its_path(session: Session) -> None:
    code(session, "import os")
    for number, folder in enumerate(("/opt/one", "/opt/two")):
        session.file_system.create_directory(folder)
        session.file_system.write_file(f"{folder}/on_path_{number}.py", f"value = {number}")
        session.env.set({"PYTHONPATH": folder}).raise_for_error()
        assert code(session, f"import on_path_{number}; on_path_{number}.value") == str(number)
        assert output(session, f"python -c 'import on_path_{number} as m; print(m.value)'") == str(number)
    assert code(session, "import sys; '/opt/one' in sys.path") == "False"


def test_code_is_not_stopped_by_modules_named_as_those_of_its_kernel(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session() as session:
        for name in ("json", "socket"):
            session.file_system.write_file(f"{name}.py", "raise SystemExit('shadowed')")
        session.env.set({"PYTHONPATH": "/home/wuying"})
        assert code(session, "1 + 1") == "2"


@pytest.mark.skipif(shutil.which("npm", path=programs.PATH) is None, reason="npm is missing")
def test_programs_that_npm_installs_globally_are_found_by_commands_and_their_modules_by_code(session: Session) -> None:
    package = {"name": "shout", "version": "1.0.0", "bin": {"shout": "bin.js"}, "main": "bin.js"}
    session.file_system.create_directory("/opt/shout")
    session.file_system.write_file("/opt/shout/package.json", json.dumps(package))
    session.file_system.write_file("/opt/shout/bin.js", "#!/usr/bin/env node\nconsole.log('HELLO')\n")
    output(session, "npm install --global --offline --silent --install-links /opt/shout")
    assert output(session, "shout") == "HELLO"
    assert session.code.run("require('shout'); 1", "javascript").logs.stdout == ("HELLO\n",)


def test_a_missing_installer_names_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python without pip"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name, path: None)
    folder = tmp_path / "bin"
    folder.mkdir()
    programs.write_programs(folder, str(python))
    assert sorted(path.name for path in folder.iterdir()) == ["npm", "pip", "pip3", "python", "python3"]
    for name, package in (("pip", "python3-pip"), ("npm", "npm")):
        ran = subprocess.run([folder / name, "install", "x"], capture_output=True, text=True, check=False)
        assert (ran.returncode, f"apt-get install {package} " in ran.stderr) == (127, True)


def test_a_home_folder_that_was_replaced_is_followed(namespaces_engine: LocalEngine) -> None:
    with client_of(namespaces_engine) as bay, bay.session() as session:
        assert session.command.run("cd / && mv ~ /old && mkdir ~ && touch ~/new", cwd="/").success
        assert output(session, "pwd; ls").split() == ["/home/wuying", "new"]
        assert session.file_system.delete_file("/home/wuying", recursive=True).success
        assert not session.command.run("pwd").success
        assert session.file_system.create_directory("/home/wuying").success
        assert session.file_system.write_file("note", "there").success
        assert output(session, "cat ~/note") == "there"
