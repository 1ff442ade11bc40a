# Generated from tests/_async/test_watch.py by scripts/generate_sync.py. Do not edit.
"""Watching folders: pushed by the session where it can, else polled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sessionbay import AgentBay, FileChangeEvent, FileError, FileUsageError, Session
from sessionbay._sync.files.watch import Watch
from sessionbay.operations.files import SERVER

from ..fake_cloud import KEY, FakeCloud, yes
from ..raw_hub import RawHub, hub, until_gone
from ..raw_server import RawServer


@pytest.fixture(params=["pushed", "sent"])
def watched(request: pytest.FixtureRequest, session: Session) -> Session:
    """Give a session that reports changes by itself, and one that has to be polled."""
    if request.param == "sent":
        session.connection.details = session.connection.details.model_copy(update={"ws_url": ""})
    session.file_system.create_directory("/tmp/watched")
    return session


def test_what_happens_in_a_folder_is_reported(watched: Session) -> None:
    files = watched.file_system
    with files.watch("/tmp/watched", interval=0.05) as changes:
        assert changes.pushes == bool(watched.connection.details.ws_url)
        files.write_file("/tmp/watched/new.txt", "text")
        assert FileChangeEvent("create", "/tmp/watched/new.txt", "file") in next(changes)
        files.write_file("/tmp/watched/new.txt", "longer text")
        assert FileChangeEvent("modify", "/tmp/watched/new.txt", "file") in next(changes)
        files.delete_file("/tmp/watched/new.txt")
        assert FileChangeEvent("delete", "/tmp/watched/new.txt", "file") in next(changes)


def test_what_was_there_before_is_not_told(watched: Session) -> None:
    watched.file_system.write_file("/tmp/watched/old.txt", "text")
    with watched.file_system.watch("/tmp/watched", interval=0.05) as changes:
        assert changes.changes(timeout_s=0.3) == []


def test_a_folder_that_is_not_there_is_refused(watched: Session) -> None:
    with pytest.raises(FileError, match="No such file or directory"):
        with watched.file_system.watch("/tmp/nowhere"):
            raise AssertionError


def test_two_watches_of_a_folder_are_both_told_and_the_first_to_leave_takes_nothing_away(
    bay_session: Session,
) -> None:
    files = bay_session.file_system
    files.create_directory("/tmp/watched")
    with files.watch("/tmp/watched") as one:
        with files.watch("/tmp/watched") as other:
            files.write_file("/tmp/watched/1", "x")
            assert next(one) == next(other)
        files.write_file("/tmp/watched/2", "x")
        assert "/tmp/watched/2" in [event.path for event in next(one)]


def test_after_a_lost_connection_nothing_is_missed(bay_session: Session) -> None:
    files = bay_session.file_system
    files.create_directory("/tmp/watched")
    with files.watch("/tmp/watched") as changes:
        files.write_file("/tmp/watched/1", "x")
        next(changes)
        assert changes._multiplexer is not None
        assert changes._multiplexer._socket is not None
        changes._multiplexer._socket.drop()
        files.write_file("/tmp/watched/2", "x")
        assert "/tmp/watched/2" in [event.path for event in next(changes)]
        assert changes.pushes


@contextmanager
def watch_of(*scripts: Callable[[RawHub], object]) -> Iterator[Watch]:
    """Give a watch of a session whose hub follows a script on each connection."""
    with RawServer(*(hub(script, (b"x-sessionbay-offers", b"resume")) for script in scripts)) as server:
        details = {
            "SessionId": "session-1",
            "WsUrl": server.url.replace("http", "ws", 1),
            "Token": "t",
            "ToolList": [{"name": "get_file_change", "server": SERVER}],
        }
        with AgentBay(KEY, transport=FakeCloud(GetSession=yes(details))) as bay:
            session = (bay.get("session-1")).session
            with session.file_system.watch("/tmp") as changes:
                yield changes


def new(raw: RawHub, number: int) -> None:
    events = [{"eventType": "create", "path": f"/tmp/{number}", "pathType": "file"}]
    raw.push(SERVER, eventType="file_change", path="/tmp", events=events, number=number)


def subscribed(raw: RawHub, **answer: Any) -> Any:
    """Accept a subscription; return what was asked for."""
    sent = raw.frame()
    raw.reply(sent, phase="end", **answer)
    return sent["data"]["params"]


def test_what_comes_twice_or_out_of_order_after_a_lost_connection_is_reported_once_in_order() -> None:
    sent: list[Any] = []

    def first(raw: RawHub) -> None:
        sent.append(subscribed(raw, number=7, whole=True))
        new(raw, 8)

    def second(raw: RawHub) -> None:
        new(raw, 10)  # anyone who connects gets what is left over, before it says what it lacks
        frame = raw.frame()
        sent.append(frame["data"]["params"])
        new(raw, 9)
        new(raw, 10)
        raw.reply(frame, phase="end", number=10, whole=True)
        new(raw, 10)
        new(raw, 11)
        until_gone(raw)

    with watch_of(first, second) as changes:
        paths: list[str] = []
        while "/tmp/11" not in paths:
            paths += [event.path for event in next(changes)]
    assert paths == ["/tmp/8", "/tmp/9", "/tmp/10", "/tmp/11"]
    assert sent == [{"path": "/tmp"}, {"path": "/tmp", "after": 8}]


def test_who_missed_more_than_the_session_keeps_gets_an_error_and_can_go_on() -> None:
    def second(raw: RawHub) -> None:
        subscribed(raw, number=5000, whole=False)
        new(raw, 5001)
        until_gone(raw)

    with watch_of(lambda raw: subscribed(raw, number=7, whole=True), second) as changes:
        with pytest.raises(FileError, match="changes in /tmp were lost"):
            next(changes)
        assert [event.path for event in next(changes)] == ["/tmp/5001"]


def test_where_a_subscription_is_refused_the_session_is_asked(bay_session: Session) -> None:
    files = bay_session.file_system
    files.create_directory("/tmp/watched")
    with files.watch("/tmp/watched", interval=0.05) as changes:
        assert changes.pushes
        changes._server = "nobody"
        assert changes._multiplexer is not None
        changes._subscribe_or_poll(changes._multiplexer)
        assert not changes.pushes
        files.write_file("/tmp/watched/1", "x")
        assert "/tmp/watched/1" in [event.path for event in next(changes)]


def test_a_watch_whose_session_is_deleted_ends_with_an_error(bay: AgentBay) -> None:
    with bay.session() as session, session.file_system.watch("/tmp") as changes:
        session.delete()
        with pytest.raises(FileUsageError, match="deleted"):
            next(changes)


def test_a_watch_is_used_as_a_context_manager(bay_session: Session) -> None:
    with pytest.raises(FileUsageError, match="the watch has not begun"):
        next(bay_session.file_system.watch("/tmp"))


@pytest.mark.parametrize("attempt", [("",), ("/tmp", 0), ("/tmp", "1")])
def test_a_mistake_raises_before_anything_is_sent(attempt: Any) -> None:
    with AgentBay(KEY, transport=FakeCloud()) as bay:
        with pytest.raises(FileUsageError):
            Session(bay, "session-1").file_system.watch(*attempt)
