"""Sessions that go from one program to another."""

import pickle

from sessionbay import AgentBay

from .conftest import Programs


def pickled(programs: Programs) -> str:
    """Return the code that has ``session``, made by the test's own program."""
    with AgentBay(endpoint=programs.engine.endpoint, api_key=programs.engine.api_key.reveal()) as bay:
        made = bay.create(labels={"made": "by a program"}).session
        return f"session = pickle.loads({pickle.dumps(made)!r})\n"


def test_another_program_attaches_a_session_with_its_own_key(programs: Programs) -> None:
    ended = programs.run(pickled(programs) + 'print(session.command.run("echo hello").output)')
    assert (ended.stdout, ended.status) == ("hello", 0)


def test_another_program_without_a_key_is_reported_so(programs: Programs) -> None:
    ended = programs.run(pickled(programs), AGENTBAY_API_KEY="")
    assert "no API key: pass api_key= or set AGENTBAY_API_KEY" in ended.stderr


def test_a_program_knows_the_key_to_its_private_engine(programs: Programs) -> None:
    code = """
        bay = AgentBay()
        with bay.session() as session:
            print(pickle.loads(pickle.dumps(session)).command.run("echo hello").output)
    """
    ended = programs.run(code, AGENTBAY_ENDPOINT="local", AGENTBAY_API_KEY="", SESSIONBAY_ISOLATION="process")
    assert ended.stdout == "hello"


def test_a_forked_child_knows_the_key_to_its_parents_private_engine(programs: Programs) -> None:
    code = """
        with AgentBay() as bay, bay.session() as session:
            data = pickle.dumps(session)
            if not (child := os.fork()):
                print(pickle.loads(data).command.run("echo hello").output, flush=True)
                os._exit(0)
            os.waitpid(child, 0)
    """
    ended = programs.run(code, AGENTBAY_ENDPOINT="local", AGENTBAY_API_KEY="", SESSIONBAY_ISOLATION="process")
    assert (ended.stdout, ended.status) == ("hello", 0)


def test_a_program_is_reported_how_an_engine_of_another_one_comes_to_be_known(programs: Programs) -> None:
    ended = programs.run(pickled(programs), AGENTBAY_API_KEY="")
    assert "known to other programs only if 'sessionbay serve' runs it" in ended.stderr


def test_a_process_of_a_pool_attaches_what_it_is_sent(programs: Programs) -> None:
    ended = programs.run("""
        import concurrent.futures, multiprocessing
        def work(session):
            return session.command.run("echo hello").output
        forking = multiprocessing.get_context("fork")
        with AgentBay() as bay, bay.session(labels=labels) as session:
            with concurrent.futures.ProcessPoolExecutor(1, mp_context=forking) as pool:
                print(pool.submit(work, session).result(20))
            print(session.get_status().status)
    """)
    assert (ended.stdout.split(), programs.left()) == (["hello", "RUNNING"], [])
