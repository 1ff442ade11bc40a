"""A fork's child: its parent's sessions and connections are not its own."""

import os

import pytest

from .conftest import Programs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

TOLD = """
    def reap(child):
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_that_leaves_its_parents_block_deletes_nothing(programs: Programs) -> None:
    ended = programs.run(
        TOLD
        + """
    with AgentBay() as bay, bay.session(labels=labels) as session:
        if not (child := os.fork()):
            sys.exit(3)
        reap(child)
        print(session.get_status().status)
    """
    )
    assert ended.stdout.split() == ["3", "RUNNING"]


def test_a_child_that_exits_deletes_nothing_of_what_its_parent_holds(programs: Programs) -> None:
    ended = programs.run(
        TOLD
        + """
    bay = AgentBay()
    block = bay.session(labels=labels)
    session = block.__enter__()
    if not (child := os.fork()):
        sys.exit(3)
    reap(child)
    print(session.get_status().status)
    """
    )
    assert ended.stdout.split() == ["3", "RUNNING"]


def test_a_child_that_leaves_its_parents_pool_deletes_nothing(programs: Programs) -> None:
    ended = programs.run(
        TOLD
        + """
    with AgentBay() as bay, bay.pool(min=2, max=2, reset="false", labels=labels) as pool, pool.lease() as session:
        if not (child := os.fork()):
            sys.exit(3)
        reap(child)
        print(bay.list(labels=labels).total_count)
    """
    )
    assert ended.stdout.split() == ["3", "2"]


def test_a_child_cleans_up_what_it_made_itself(programs: Programs) -> None:
    ended = programs.run(
        TOLD
        + """
    bay = AgentBay()
    block = bay.session(labels=labels)
    session = block.__enter__()
    if not (child := os.fork()):
        own = bay.session(labels=labels)
        own.__enter__()
        print(bay.list(labels=labels).total_count, flush=True)
        sys.exit(3)
    reap(child)
    print(session.get_status().status)
    """
    )
    assert (ended.stdout.split(), programs.left()) == (["2", "3", "RUNNING"], [])


def test_a_child_uses_its_parents_sync_client_over_connections_of_its_own(programs: Programs) -> None:
    ended = programs.run(
        TOLD
        + """
    with AgentBay() as bay, bay.session(labels=labels) as session:
        if not (child := os.fork()):
            for number in range(20):
                assert session.command.run(f"echo child {number}").output == f"child {number}\\n"
            os._exit(0)
        for number in range(20):
            assert session.command.run(f"echo parent {number}").output == f"parent {number}\\n"
        reap(child)
    """
    )
    assert (ended.stdout, ended.stderr) == ("0", "")


def test_a_child_uses_its_parents_async_client_in_an_event_loop_of_its_own(programs: Programs) -> None:
    ended = programs.run(
        TOLD
        + """
    bay = AsyncAgentBay()
    async def ask(who):
        async with bay.session(labels=labels) as session:
            for number in range(20):
                assert (await session.command.run(f"echo {who} {number}")).output == f"{who} {number}\\n"
    with asyncio.Runner() as parent:
        parent.run(ask("before"))
        if not (child := os.fork()):
            asyncio.run(ask("child"))
            os._exit(0)
        parent.run(ask("parent"))
        reap(child)
        parent.run(bay.aclose())
    """
    )
    assert (ended.stdout, ended.stderr, programs.left()) == ("0", "", [])
