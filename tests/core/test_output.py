"""Output that is kept within a budget: by the client, and in the same way by the agent of the local engine."""

from typing import Protocol

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.output import Keep, TruncatedBuffer
from sessionbay.engine.agent.inside.truncated_buffer import TruncatedBuffer as AgentBuffer

from ..support import some

KEEPS: tuple[Keep, ...] = ("head+tail", "head", "tail")
texts = st.text(st.sampled_from("a\u00e9\u65e5\N{GRINNING FACE}"), max_size=60)


class Taking(Protocol):
    def add(self, data: bytes) -> None: ...
    def text(self) -> str: ...


def add(kept: Taking, data: bytes, size: int) -> str:
    for start in range(0, len(data), size):
        kept.add(data[start : start + size])
    return kept.text()


def check(text: str, omitted: int, whole: str, budget: int) -> None:
    """Check that a text is the beginning and the end of the whole one, and tells exactly how much is between."""
    note = f"\n[... {omitted} bytes left out ...]\n"
    begin, found, end = text.partition(note)
    assert bool(found) == bool(omitted)
    assert whole.startswith(begin)
    assert whole.endswith(end)
    assert len((begin + end).encode()) == len(whole.encode()) - omitted <= max(budget, len(whole.encode()))


@some
@given(texts, st.integers(1, 80), st.integers(1, 7), st.sampled_from(KEEPS))
def test_a_budget_cuts_no_character(whole: str, budget: int, size: int, keep: Keep) -> None:
    kept = TruncatedBuffer(budget, keep)
    text = add(kept, whole.encode(), size)
    check(text, kept.omitted, whole, budget)
    assert kept.text() == text


@some
@given(texts, st.integers(2, 80), st.integers(1, 7))
def test_the_engines_limit_cuts_no_character(whole: str, limit: int, size: int) -> None:
    kept = AgentBuffer(limit)
    check(add(kept, whole.encode(), size), kept.omitted(), whole, limit)


@pytest.mark.parametrize("kept", [TruncatedBuffer(8, "head+tail"), AgentBuffer(8)])
def test_bytes_that_are_no_text_are_marked(kept: TruncatedBuffer | AgentBuffer) -> None:
    text = add(kept, b"\xff" * 20, 20)
    assert text == "\ufffd" * 4 + "\n[... 12 bytes left out ...]\n" + "\ufffd" * 4


@pytest.mark.parametrize("kept", [TruncatedBuffer(16, "head+tail"), AgentBuffer(16)])
def test_no_more_than_a_characters_rest_is_left_out_of_bytes_that_go_on(kept: TruncatedBuffer | AgentBuffer) -> None:
    text = add(kept, b"\x80" * 40, 40)
    assert text == "\ufffd" * 8 + "\n[... 27 bytes left out ...]\n" + "\ufffd" * 5
