"""The table of what is kept: last in, first out, by kind; the oldest of all kinds goes first."""

from hypothesis import given, strategies as st

from sessionbay.core.idle_pool import IdlePool

from ..support import some


def table(*kept: tuple[str, str]) -> IdlePool[str, str]:
    """Return a table in which these were kept at 0, 1, 2, …"""
    made: IdlePool[str, str] = IdlePool()
    for now, (kind, thing) in enumerate(kept):
        made.put(kind, thing, now)
    return made


def test_the_last_of_a_kind_is_taken_first() -> None:
    kept = table(("a", "a1"), ("a", "a2"), ("b", "b1"))
    assert [kept.take_last("a") for _ in range(3)] == ["a2", "a1", None]


def test_the_oldest_is_taken_whatever_its_kind() -> None:
    kept = table(("b", "b1"), ("a", "a1"), ("b", "b2"))
    assert [kept.take_oldest() for _ in range(3)] == ["b1", "a1", "b2"]


def test_what_is_older_than_a_time_is_taken_and_the_rest_stays() -> None:
    kept = table(("a", "a1"), ("b", "b1"), ("a", "a2"))
    assert (kept.take_older(than=2), len(kept)) == (["a1", "b1"], 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans())))
@some
def test_a_kind_of_which_nothing_is_left_leaves_nothing_behind(steps: list[tuple[str, bool]]) -> None:
    kept: IdlePool[str, int] = IdlePool()
    for now, (kind, keep) in enumerate(steps):
        if keep:
            kept.put(kind, now, now)
        else:
            kept.take_last(kind)
    assert (kept.count_keys() == 0) == (len(kept) == 0)
    kept.take_all()
    assert (kept.count_keys(), len(kept)) == (0, 0)
