"""Two versions at once: the stored state, the engine, the client, and an upgrade while they run."""

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import sessionbay
from sessionbay import AgentBay, ErrorCode
from sessionbay.engine import app
from sessionbay.engine.contexts import store
from sessionbay.engine.contexts.store import Store

from .conftest import client_of, started
from .doomed import doomed


def of_a_later_version(database: Path) -> None:
    with closing(sqlite3.connect(database)) as opened:
        opened.execute(f"PRAGMA user_version = {store.SCHEMA_VERSION + 1}")


def garbage(database: Path) -> None:
    database.write_bytes(b"no database" * 1000)


def half_written(database: Path) -> None:
    database.write_bytes(database.read_bytes()[:5000])


def a_folder(database: Path) -> None:
    database.unlink()
    database.mkdir()


DAMAGE = {
    of_a_later_version: "Upgrade the engine",
    garbage: "Move it and the folder data away",
    half_written: "Move it and the folder data away",
    a_folder: "Run chmod 600, or remove it",
}


def test_stored_contexts_that_cannot_be_used_are_refused_with_the_way_on(tmp_path: Path) -> None:
    contexts = tmp_path / "contexts"
    with closing(Store(contexts)) as made:
        made.get_or_create("SdkCtx-1", "of before")
    kept = (contexts / "contexts.sqlite3").read_bytes()
    garbage(contexts / "contexts.sqlite3")  # an engine opens what is there when it starts, and keeps it open
    engine = started(state=tmp_path)
    try:
        with client_of(engine) as bay, bay.session() as session:
            for damage, advice in DAMAGE.items():
                (contexts / "contexts.sqlite3").write_bytes(kept)
                damage(contexts / "contexts.sqlite3")
                refused = bay.context.create("new")
                assert (refused.code, advice in refused.error_message) == ("StateUnusable", True), refused.error_message
                assert "or set SESSIONBAY_HOME to another folder" in refused.error_message
            assert session.command.run("echo fine").output == "fine\n"
            (contexts / "contexts.sqlite3").rmdir()
            (contexts / "contexts.sqlite3").write_bytes(kept)
            assert bay.context.get("of before").context_id == "SdkCtx-1"
    finally:
        engine.stop()


def test_contexts_of_an_earlier_layout_are_kept(tmp_path: Path) -> None:
    contexts = tmp_path / "contexts"
    with closing(Store(contexts)) as made:
        made.get_or_create("SdkCtx-1", "of before")
        made._database.execute("DROP TABLE owned")
        made._database.execute("PRAGMA user_version = 0")
    (contexts / "drafts" / "of-before").touch()
    with closing(Store(contexts)) as later:
        later.clear(later.get_by_name("of before").id)
        later.sweep(2**40)
    assert list((contexts / "drafts").iterdir()) == []


def test_an_engine_of_another_version_is_named_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app, "__version__", "0.0.1")
    engine = started()
    try:
        with caplog.at_level(logging.WARNING, "sessionbay"), client_of(engine) as bay:
            assert [bay.list().success for _ in range(3)] == [True] * 3
    finally:
        engine.stop()
    (text,) = [record.getMessage() for record in caplog.records if "restart the engine" in record.getMessage()]
    assert f"is sessionbay 0.0.1, and this client is {sessionbay.__version__}" in text


def test_an_engine_goes_on_while_its_package_is_upgraded(tmp_path: Path) -> None:
    package = tmp_path / "sessionbay"
    shutil.copytree(Path(sessionbay.__file__).parent, package)  # with what is compiled
    with doomed(tmp_path) as engine, AgentBay(**engine.address) as bay:
        for file in package.rglob("*.py"):
            file.write_text("raise RuntimeError\n")
        (package / "_version.py").write_text('__version__ = "9.9.9"\n')
        with bay.session() as session:
            context = bay.context.create("upgraded").context_id
            session.context.bind(sessionbay.ContextSync(context_id=context, path="/tmp/data")).raise_for_error()
            session.command.run("echo x >/tmp/data/file").raise_for_error()
            session.code.run_code("print(1)", "python").raise_for_error()
            session.context.sync().raise_for_error()
            assert session.command.run("exit 3").code == ErrorCode.EXIT_CODE
