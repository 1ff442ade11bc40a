"""One line to a session in many threads: anyone who waits reads for all."""

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

from .._sync.conftest import connect
from ..threads._sync import Background

THREADS = 8
CALLS = 50
SIZE = 3_000_000


def test_threads_that_call_read_and_stream_at_once_get_what_is_theirs(engine: LocalEngine) -> None:
    whole: list[bool] = []
    with connect(engine, AgentBay) as bay, bay.session() as session:

        def read(number: int) -> None:
            letter = "abcdefgh"[number]
            with session.pty.create() as terminal:
                terminal.send_input(f"stty -echo; head -c {SIZE} /dev/zero | tr '\\0' {letter}; exit {number}\r")
                whole.append(sum(piece.count(letter.encode()) for piece in terminal) >= SIZE)
                assert terminal.exit_code == number

        def call(_: int) -> None:
            for _ in range(CALLS):
                session.pty.list()

        def stream(_: int) -> None:
            assert session.code.run_code("for n in range(1000): print(n)\n7", "python", stream_beta=True).result == "7"

        with Background() as beside:
            for number in range(THREADS):
                beside.start(call, number)
            for number in range(3):
                beside.start(read, number)
            beside.start(stream, 0)
    assert whole == [True] * 3
