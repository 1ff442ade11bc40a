"""The end of a program: what its blocks made is deleted, what it made by ``create`` is its own."""

import socket

import pytest

from .conftest import Programs

ENTERED = """
    bay = AgentBay()
    block = bay.session(labels=labels)
    session = block.__enter__()
"""


def test_a_block_that_was_never_left_is_cleaned_up_when_the_program_ends(programs: Programs) -> None:
    ended = programs.run(ENTERED)
    assert (ended.status, ended.stderr, programs.left()) == (0, "", [])


def test_a_block_of_the_async_twin_is_cleaned_up_when_its_event_loop_is_gone(programs: Programs) -> None:
    ended = programs.run("""
        async def enter():
            async with AsyncAgentBay() as bay:
                await bay.session(labels=labels).__aenter__()
        asyncio.run(enter())
    """)
    assert (ended.status, ended.stderr, programs.left()) == (0, "", [])


@pytest.mark.parametrize(
    "end",
    ["sys.exit(7)", "raise SystemExit(7)", "threading.Thread(target=lambda: 1 / 0).start(); sys.exit(7)"],
    ids=["exit", "raise", "a thread fails"],
)
def test_a_program_that_exits_in_a_block_leaves_no_session(programs: Programs, end: str) -> None:
    ended = programs.run(f"""
        with AgentBay() as bay, bay.session(labels=labels):
            {end}
    """)
    assert (ended.status, programs.left()) == (7, [])


def test_a_session_that_was_created_without_a_block_is_the_callers(programs: Programs) -> None:
    ended = programs.run("print(AgentBay().create(labels=labels).session.session_id)")
    assert programs.left() == [ended.stdout]


def test_a_paused_session_is_resumed_and_deleted_when_the_program_ends(programs: Programs) -> None:
    ended = programs.run(ENTERED + "    session.pause(poll_interval=0.01).raise_for_error()")
    assert (ended.stderr, programs.left()) == ("", [])


def test_a_pool_that_was_never_left_is_cleaned_up(programs: Programs) -> None:
    ended = programs.run("""
        pool = AgentBay().pool(min=12, max=12, labels=labels)
        print(pool.__enter__().size)
    """)
    assert (ended.stdout, ended.stderr, programs.left()) == ("12", "", [])


def test_a_session_that_is_deleted_by_hand_is_not_asked_for_again(programs: Programs) -> None:
    ended = programs.run("""
        from sessionbay.engine import LocalEngine
        with LocalEngine() as engine:
            bay = AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
            bay.session(labels=labels).__enter__().delete()
    """)
    assert (ended.status, ended.stderr) == (0, "")


def test_the_daemon_thread_of_an_ending_program_leaves_no_session(programs: Programs) -> None:
    ended = programs.run("""
        entered = threading.Event()
        def work():
            with AgentBay() as bay, bay.session(labels=labels):
                entered.set()
                threading.Event().wait()
        threading.Thread(target=work, daemon=True).start()
        entered.wait(60)
    """)
    assert (ended.stderr, programs.left()) == ("", [])


def test_an_abandoned_block_is_not_left_by_the_garbage_collector(programs: Programs) -> None:
    ended = programs.run("""
        bay = AgentBay()
        session = bay.session(labels=labels).__enter__()
        import gc; gc.collect()
        print(session.get_status().status)
    """)
    assert (ended.stdout, programs.left()) == ("RUNNING", [])


REGISTERED = """
    from sessionbay import shutdown
    shutdown.TOTAL_TIMEOUT = 0.5
    from sessionbay._http.plain_connection import Server
    from sessionbay.core.secrets import Secret
    from sessionbay.dialects.agb import AGBDialect
    from sessionbay.exit_requests import ExitRequests
    url = "http://127.0.0.1:{port}"
    requests = ExitRequests(AGBDialect(url, Secret("k")), Server.of(url, None, None, None))
    for number in range({sessions}):
        shutdown.register(f"session-{{number}}", url, requests.deletion(f"session-{{number}}"))
"""


def test_what_cannot_be_deleted_is_named(programs: Programs) -> None:
    ended = programs.run(REGISTERED.format(port=9, sessions=1))
    assert "session session-0 may have been left running when the program ended" in ended.stderr


def test_the_sessions_of_an_engine_that_has_ended_are_gone(programs: Programs) -> None:
    ended = programs.run("""
        from sessionbay.engine import LocalEngine
        with LocalEngine() as engine:
            bay = AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
            print(bay.session(labels=labels).__enter__().session_id)
    """)
    assert ended.stdout.startswith("session-")
    assert "left running" not in ended.stderr


def test_a_cloud_that_does_not_answer_holds_the_program_up_for_no_longer_than_its_bound(programs: Programs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ended = programs.run(REGISTERED.format(port=silent.getsockname()[1], sessions=100))
    assert ended.stderr.count("may have been left running") == 100


def test_a_private_engine_is_not_waited_for(programs: Programs) -> None:
    ended = programs.run(ENTERED, AGENTBAY_ENDPOINT="local", SESSIONBAY_ISOLATION="process")
    assert "left running" not in ended.stderr
