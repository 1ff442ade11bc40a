"""The fixtures for users' tests, tried in test runs of their own."""

import sys

import pytest

pytest_plugins = ["pytester"]

QUIET = "ignore::sessionbay.engine.IsolationWarning"
ALL_FOUR = """
    import pytest

    def test_sync(agentbay_local, agb_local):
        with agentbay_local.session() as session:
            assert session.command.run("echo hello").output == "hello\\n"
        assert agb_local.create(image_id="agb-code-space-1").success

    @pytest.mark.anyio
    async def test_async(async_agentbay_local, async_agb_local, anyio_backend):
        async with async_agentbay_local as bay, bay.session() as session:
            assert (await session.command.run("echo hello")).output == "hello\\n"
        async with async_agb_local as agb:
            assert (await agb.create(image_id="agb-code-space-1")).success
"""
LEAVES = """
    import pytest

    ids = []

    def test_one(agentbay_local):
        session = agentbay_local.create().session
        session.command.run("nohup sleep 600 >/dev/null 2>&1 &")
        agentbay_local.create().session.pause(poll_interval=0.02)
        ids.extend(agentbay_local.list().session_ids)
        assert len(ids) == 2

    def test_two(agentbay_local, sessionbay_engine):
        assert agentbay_local.list().total_count == 0
        assert sessionbay_engine.session_ids() == ()
"""


def run(pytester: pytest.Pytester, code: str, *options: str, quiet: str = QUIET) -> pytest.RunResult:
    """Run tests as a user does who takes all warnings for errors, but for what ``quiet`` says."""
    pytester.makepyfile(code)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    return pytester.runpytest_subprocess("-W", "error", "-W", quiet, *options, timeout=200)


def test_clients_of_both_clouds_and_both_twins_are_given(pytester: pytest.Pytester) -> None:
    run(pytester, ALL_FOUR).assert_outcomes(passed=3)


def test_an_async_test_of_asyncios_own_plugin_can_use_them(pytester: pytest.Pytester) -> None:
    code = """
        async def test_it(async_agentbay_local):
            async with async_agentbay_local as bay, bay.session() as session:
                assert (await session.command.run("echo hello")).success
    """
    run(pytester, code, "-o", "asyncio_mode=auto").assert_outcomes(passed=1)


def test_what_a_test_leaves_is_gone_before_the_next(pytester: pytest.Pytester) -> None:
    run(pytester, LEAVES).assert_outcomes(passed=2)


def test_leaving_sessions_can_be_made_a_failure(pytester: pytest.Pytester) -> None:
    result = run(pytester, LEAVES, "-o", "sessionbay_left_sessions=fail")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*the test leaves 2 sessions*"])


def test_processes_that_outlive_their_session_fail_the_test(pytester: pytest.Pytester) -> None:
    code = """
        def test_it(agentbay_local, sessionbay_engine, monkeypatch):
            monkeypatch.setattr(sessionbay_engine, "end_sessions", lambda ids: (4242,))
    """
    pytester.makeconftest("")
    result = run(pytester, code.replace("monkeypatch.setattr(", "setattr(").replace(", monkeypatch", ""))
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*still run: 4242*"])


def test_sessions_of_a_wider_scope_stay(pytester: pytest.Pytester) -> None:
    code = """
        import pytest
        from sessionbay import AgentBay

        @pytest.fixture(scope="module")
        def shared(sessionbay_engine):
            with AgentBay(endpoint=sessionbay_engine.endpoint, api_key=sessionbay_engine.api_key.reveal()) as bay:
                with bay.session() as session:
                    yield session

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(shared, agentbay_local, time):
            assert shared.command.run("true").success
    """
    run(pytester, code).assert_outcomes(passed=2)


def test_programs_that_make_their_own_clients_are_led_to_the_engine(pytester: pytest.Pytester) -> None:
    code = """
        import pytest
        from sessionbay import AGB, AgentBay

        @pytest.mark.usefixtures("sessionbay_environment")
        def test_it(sessionbay_engine):
            with AgentBay() as bay, AGB() as agb:
                assert bay.endpoint == agb.endpoint == sessionbay_engine.endpoint
                assert bay.list().success
    """
    run(pytester, code).assert_outcomes(passed=1)


def test_the_settings_of_the_engine_can_be_ones_own(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest
        from sessionbay.engine import EngineConfig

        @pytest.fixture(scope="session")
        def sessionbay_config(tmp_path_factory):
            return EngineConfig(max_sessions=1, state=tmp_path_factory.mktemp("state"))
        """
    )
    code = """
        def test_it(agentbay_local):
            assert agentbay_local.create().success
            assert agentbay_local.create().code == "QuotaExceeded.Session"
    """
    run(pytester, code).assert_outcomes(passed=1)


def test_each_process_of_a_parallel_run_has_an_engine_of_its_own(pytester: pytest.Pytester) -> None:
    code = """
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_it(agentbay_local, sessionbay_engine, number):
            agentbay_local.create()
            assert len(sessionbay_engine.session_ids()) == 1
    """
    run(pytester, code, "-n", "2").assert_outcomes(passed=6)


def test_a_run_that_uses_none_of_it_loads_nothing_of_the_engine(pytester: pytest.Pytester) -> None:
    code = """
        import sys

        def test_it():
            ours = {name.removeprefix("sessionbay.") for name in sys.modules if name.split(".")[0] == "sessionbay"}
            assert ours == {"sessionbay", "_version", "pytest_plugin"}
    """
    run(pytester, code, quiet="error").assert_outcomes(passed=1)


def test_a_machine_without_namespaces_fails_a_strict_run_and_leaves_no_engine_behind(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSIONBAY_ISOLATION", "process")
    result = run(pytester, "def test_it(agentbay_local): pass", quiet="error")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*IsolationWarning*"])


def test_the_plugin_is_what_pytest_loads_by_itself() -> None:
    assert "sessionbay.pytest_plugin" in sys.modules
