"""Processes that run beside their caller: by the engine's own tools, and by the shell alone as on the clouds."""

import json
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest

from sessionbay import AsyncAgentBay, AsyncSession, CommandError, CommandUsageError

from ..fake_cloud import KEY, FakeCloud, yes
from ..raw_server import BOUND

OWN, SHELL = "the engine's own tools", "the shell alone"


@pytest.fixture(params=[OWN, SHELL])
async def runs(request: pytest.FixtureRequest, bay: AsyncAgentBay, shared_bay: AsyncSession) -> AsyncSession:
    """Give a session whose processes are run in each of the two ways in turn."""
    if request.param == SHELL:  # a session that is known by its id alone
        return AsyncSession(bay, shared_bay.session_id)
    return shared_bay


async def alive(session: AsyncSession, name: str) -> bool:
    return (await session.command.run(f"pgrep -f '{name}'")).stdout != ""


async def gone(session: AsyncSession, name: str) -> bool:
    """Return whether nothing of that name runs, now or soon: what was killed takes a moment to end."""
    for _ in range(100):
        if not await alive(session, name):
            return True
    return False


async def test_lines_come_as_they_are_written(runs: AsyncSession) -> None:
    async with runs.command.start("echo one; echo two >&2; sleep 0.2; printf three") as process:
        assert process.pid > 1
        lines = [(line.stream, line.text) async for line in process]
        result = await process.wait()
    assert sorted(lines) == [("stderr", "two"), ("stdout", "one"), ("stdout", "three")]
    assert (result.success, result.exit_code, result.stdout, result.stderr) == (True, 0, "one\nthree", "two\n")


async def test_a_line_comes_before_the_process_ends(runs: AsyncSession) -> None:
    async with runs.command.start("echo begun; exec sleep 61.5") as process:
        async for line in process:
            assert str(line) == "begun"
            break
        assert process.exit_code is None
        assert await alive(runs, "sleep 61[.]5")
    assert await gone(runs, "sleep 61[.]5")


async def test_outputs_that_come_one_after_the_other_are_reported_in_order(bay_session: AsyncSession) -> None:
    command = "for i in $(seq 8); do echo $i; read seen; echo $i >&2; read seen; done"
    numbers: list[int] = []
    async with bay_session.command.start(command) as process:
        async for line in process:
            numbers.append(int(line.text))
            await process.write("\n")
    assert len(numbers) == 16
    assert numbers == sorted(numbers)


async def test_what_is_written_to_a_process_is_its_input(runs: AsyncSession) -> None:
    async with runs.command.start("cat; echo done") as process:
        await process.write("first \N{GRINNING FACE}\n")
        await process.write(b"second\n")
        await process.close_stdin()
        result = await process.wait(BOUND)
    assert result.stdout == "first \N{GRINNING FACE}\nsecond\ndone\n"


async def test_much_input_arrives_whole(runs: AsyncSession) -> None:
    text = "x" + "\N{GRINNING FACE}" * 50_000
    async with runs.command.start("sha256sum") as process:
        await process.write(text)
        await process.close_stdin()
        result = await process.wait(BOUND)
    assert result.stdout.split()[0] == sha256(text.encode()).hexdigest()


async def test_a_process_that_has_ended_takes_no_input(runs: AsyncSession) -> None:
    async with runs.command.start("true") as process:
        await process.wait(BOUND)
        with pytest.raises(CommandError, match="input"):
            await process.write("late")


async def test_a_closed_input_takes_no_more(runs: AsyncSession) -> None:
    async with runs.command.start("cat; sleep 65.5") as process:
        await process.close_stdin()
        with pytest.raises(CommandError, match="input is closed"):
            await process.write("late")


async def test_nothing_is_left_running_after_the_block(runs: AsyncSession) -> None:
    running = "for one in /proc/[0-9]*/comm; do cat $one; done >/tmp/running 2>/dev/null; sort /tmp/running"
    before = (await runs.command.run(running)).stdout
    async with runs.command.start("exec sleep 66.5") as process:
        assert process.pid
    for _ in range(100):
        after = (await runs.command.run(f"sleep 0.1; {running}")).stdout
        if not (more := Counter(after.split()) - Counter(before.split())):
            break
    assert not more


async def test_a_code_other_than_0_is_reported(runs: AsyncSession) -> None:
    async with runs.command.start("echo why >&2; exit 3") as process:
        result = await process.wait()
        assert (result.success, result.exit_code, result.error_message) == (False, 3, "exit code 3: why")
        with pytest.raises(CommandError, match="exit code 3: why"):
            await process.wait(check=True)


async def test_a_killed_process_has_ended_with_what_it_started(runs: AsyncSession) -> None:
    async with runs.command.start("sleep 62.5 & sleep 62.5") as process:
        while not await alive(runs, "sleep 62[.]5"):
            pass
        await process.kill()
        assert (await process.wait()).exit_code == 137
        assert await gone(runs, "sleep 62[.]5")


async def test_a_wait_has_its_time_and_the_process_runs_on(runs: AsyncSession) -> None:
    async with runs.command.start("until [ -e go ]; do sleep 0.02; done; rm go; echo late") as process:
        with pytest.raises(TimeoutError, match="still runs after"):
            await process.wait(0.1)
        await runs.file_system.write_file("go", "")
        assert (await process.wait(BOUND)).stdout == "late\n"


async def test_an_exception_in_the_block_ends_the_process(runs: AsyncSession) -> None:
    with pytest.raises(ZeroDivisionError):
        async with runs.command.start("exec sleep 63.5"):
            raise ZeroDivisionError
    assert await gone(runs, "sleep 63[.]5")


@pytest.mark.parametrize(
    ("keep", "begin", "end"), [("head+tail", "1\n", "\n60000\n"), ("head", "1\n", ""), ("tail", "", "\n60000\n")]
)
async def test_a_budget_keeps_what_was_asked_for(runs: AsyncSession, keep: Any, begin: str, end: str) -> None:
    result = await runs.command.run("seq 60000; echo err >&2", max_output=1000, keep=keep)
    assert (result.success, result.exit_code, result.truncated) == (True, 0, True)
    assert result.stdout.startswith(begin)
    assert result.stdout.endswith(end)
    assert len(result.stdout) < 1100
    assert f"[... {result.omitted_bytes} bytes left out ...]" in result.stdout
    assert result.stderr == "err\n"


async def test_output_within_the_budget_is_whole(runs: AsyncSession) -> None:
    result = await runs.command.run("echo all", max_output=1000)
    assert (result.stdout, result.truncated, result.omitted_bytes) == ("all\n", False, 0)


async def test_a_process_that_nobody_reads_waits(bay_session: AsyncSession) -> None:
    async with bay_session.command.start("yes & echo $!; wait") as process:
        async for line in process:
            writer = line.text
            break
        written = f"sleep 0.2; grep -h wchar /proc/{writer}/io"
        seen = ["", (await bay_session.command.run(written)).stdout]
        while seen[-1] != seen[-2] and len(seen) < 200:
            seen.append((await bay_session.command.run(written)).stdout)
    assert seen[-1] == seen[-2]


@pytest.mark.parametrize(
    "mistake",
    [
        {"command": ""},
        {"command": "x", "envs": {"A": 1}},
        {"command": "x", "max_output": 0},
        {"command": "x", "keep": "middle"},
    ],
)
async def test_a_mistake_raises_before_sending(shared_bay: AsyncSession, mistake: dict[str, Any]) -> None:
    with pytest.raises(CommandUsageError):
        shared_bay.command.start(**mistake)


async def test_a_process_is_started_once(shared_bay: AsyncSession) -> None:
    process = shared_bay.command.start("true")
    async with process:
        assert (await process.wait()).success
    with pytest.raises(CommandUsageError, match="started before"):
        async with process:
            pass


async def test_a_folder_that_is_missing_is_reported(runs: AsyncSession) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        async with runs.command.start("true", cwd="/nowhere"):
            pass


async def test_what_a_process_does_not_read_is_refused_and_ends_nothing_else(bay_session: AsyncSession) -> None:
    async with bay_session.command.start("exec 0<&-; echo closed; sleep 60") as process:
        async for line in process:
            assert line.text == "closed"
            break
        with pytest.raises(CommandError, match="no longer reads its input"):
            await process.write("for nobody")
    assert (await bay_session.command.run("echo alive")).stdout == "alive\n"


async def test_commands_are_ended_by_a_pipe_that_nobody_reads(bay_session: AsyncSession) -> None:
    assert (await bay_session.command.run("yes | head -n 1; echo ${PIPESTATUS[0]}")).stdout == "y\n141\n"


async def test_an_answer_of_the_shell_that_was_cut_is_not_parsed() -> None:
    shell = json.dumps({"stdout": "/tmp/d 7", "stderr": "", "exit_code": 0, "omitted_bytes": 3})
    cloud = FakeCloud(CallMcpTool=yes({"content": [{"type": "text", "text": shell}]}))
    async with AsyncAgentBay(KEY, transport=cloud) as bay:
        with pytest.raises(CommandError, match="cut its answer") as caught:
            async with AsyncSession(bay, "session-1").command.start("true"):
                pass
    assert (caught.value.kind, caught.value.code) == ("invalid_response", "output_truncated")
