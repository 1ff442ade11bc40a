# Generated from tests/_async/test_map.py by scripts/generate_sync.py. Do not edit.
from collections.abc import Iterator
from typing import Any

import pytest

from sessionbay import AgentBay, Progress, Session, SessionError, SessionUsageError
from sessionbay.engine import LocalEngine

from .conftest import connect

LABELS = {"test": "map"}


class Boom(Exception):
    pass


def square(session: Session, number: int) -> int:
    return int((session.command.run(f"echo $(({number} * {number}))")).output)


def picky(session: Session, number: int) -> int:
    if number % 2:
        raise Boom(number)
    return number


def where(session: Session, number: int) -> str:
    return session.session_id


def left(bay: AgentBay) -> int | None:
    return (bay.list(labels=LABELS)).total_count


def endless() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def test_every_item_gets_its_result(bay: AgentBay) -> None:
    with bay.map(square, range(12), concurrency=4, labels=LABELS) as results:
        found = [done for done in results]
    assert {done.item: done.unwrap() for done in found} == {number: number**2 for number in range(12)}


def test_sessions_are_used_again(bay: AgentBay) -> None:
    with bay.map(where, range(12), concurrency=3, labels=LABELS) as results:
        used = {done.value for done in results}
    assert 1 <= len(used) <= 3


def test_a_fresh_session_for_every_item(bay: AgentBay) -> None:
    with bay.map(where, range(6), concurrency=3, fresh=True, labels=LABELS) as results:
        assert len({done.value for done in results}) == 6


def test_an_items_error_stays_with_the_item(bay: AgentBay) -> None:
    with bay.map(picky, range(6), concurrency=2, labels=LABELS) as results:
        found = {done.item: done for done in results}
    assert [bool(found[number]) for number in range(6)] == [True, False] * 3
    with pytest.raises(Boom):
        found[3].unwrap()


def test_the_session_of_a_failed_item_is_not_used_again(bay: AgentBay) -> None:
    def fail_once(session: Session, number: int) -> None:
        if number == 0:
            raise Boom

    with bay.map(fail_once, range(3), concurrency=1, labels=LABELS) as results:
        used = [done.session_id for done in results]
    assert used[0] not in used[1:]
    assert used[1] == used[2]


def test_ordered_results_come_in_the_order_of_the_items(bay: AgentBay) -> None:
    def slow_at_first(session: Session, number: int) -> int:
        if number == 0:
            session.command.run("sleep 0.3")
        return number

    with bay.map(slow_at_first, range(8), concurrency=4, ordered=True, labels=LABELS) as results:
        assert [done.index for done in results] == list(range(8))


def test_no_items_make_no_session_that_stays(bay: AgentBay) -> None:
    nothing: list[int] = []
    with bay.map(square, nothing, labels=LABELS) as results:
        assert [done for done in results] == []
    assert left(bay) == 0


def test_endless_items_are_taken_as_they_are_needed(bay: AgentBay) -> None:
    items = endless()
    with bay.map(where, items, concurrency=3, labels=LABELS) as results:
        for done in results:
            if done.index >= 5:
                break
    assert next(items) < 50
    assert left(bay) == 0


def test_what_the_loop_raises_comes_out_as_it_is_and_leaves_no_session(bay: AgentBay) -> None:
    with pytest.raises(Boom):
        with bay.map(where, endless(), concurrency=4, labels=LABELS) as results:
            for _ in results:
                raise Boom
    assert left(bay) == 0


def test_leaving_ends_calls_that_would_take_long(bay: AgentBay) -> None:
    def stuck(session: Session, number: int) -> None:
        if number:
            session.command.run("sleep 60", timeout_ms=70_000)

    with bay.map(stuck, range(5), concurrency=4, labels=LABELS) as results:
        for _ in results:
            break
    assert left(bay) == 0


def test_what_the_items_raise_reaches_the_reader_after_the_results_before_it(bay: AgentBay) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise Boom

    found: list[int] = []
    with pytest.raises(Boom):
        with bay.map(where, broken(), concurrency=2, labels=LABELS) as results:
            found.extend([(next(results)).item])
            next(results)
    assert found == [1]


def test_a_session_that_cannot_be_made_is_the_items_error(engine: LocalEngine) -> None:
    bay = AgentBay("wrong-key", endpoint=engine.endpoint)
    with bay, bay.map(where, range(3), concurrency=2) as results:
        errors = [done.error for done in results]
    assert [type(error) for error in errors] == [SessionError] * 3


def test_progress_is_reported_from_the_start_to_the_end(bay: AgentBay) -> None:
    seen: list[Progress] = []
    with bay.map(picky, range(4), concurrency=2, progress=seen.append, labels=LABELS) as results:
        assert len([done for done in results]) == 4
    assert [progress.done for progress in seen] == [0, 1, 2, 3, 4, 4]
    assert seen[0].total == 4
    assert (seen[-1].failed, seen[-1].ended) == (2, True)


def test_more_at_once_than_there_are_connections_is_refused(engine: LocalEngine) -> None:
    with connect(engine, AgentBay, max_connections=4) as bay:
        with pytest.raises(SessionUsageError, match="make it with max_connections=5"):
            bay.map(where, range(3), concurrency=5)


def test_results_are_not_waited_for_outside_of_the_block(bay: AgentBay) -> None:
    with pytest.raises(SessionUsageError, match=r"map\(\) is a block"):
        for done in bay.map(square, range(3)):
            pytest.fail(f"nobody works on it: {done}")


def test_a_block_is_entered_once(bay: AgentBay) -> None:
    again = bay.map(square, range(3), labels=LABELS)
    with again as results:
        assert len([done for done in results]) == 3
    with pytest.raises(SessionUsageError, match=r"call map\(\) for each"):
        with again:
            pytest.fail("its items are used up")


@pytest.mark.parametrize("number", [0, -1, 2.5])
def test_a_number_that_makes_no_sense_is_refused_by_its_name(bay: AgentBay, number: Any) -> None:
    with pytest.raises(SessionUsageError, match="concurrency must be a whole number of 1 or more"):
        bay.map(square, [1], concurrency=number)
