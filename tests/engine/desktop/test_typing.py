"""Typing into real programs, and reading back what arrived."""

import subprocess

import pytest

from .live import Line, Live
from .programs import Editor, Terminal
from .texts import LONG, SEVEN


@pytest.fixture(scope="module")
def terminal(live: Live, line: Line) -> Terminal:
    return Terminal(live, line)


@pytest.mark.parametrize("name", SEVEN)
def test_texts_arrive_in_a_terminal(terminal: Terminal, name: str) -> None:
    assert terminal.types(SEVEN[name]) == SEVEN[name]


def test_a_text_of_more_characters_than_ever_fit_arrives(terminal: Terminal) -> None:
    assert terminal.types(LONG) == LONG


def test_capslock_changes_no_text_and_stays(terminal: Terminal, line: Line) -> None:
    text = "abc ABC äÄ яЯ ß 1"
    line.call("press_keys", keys=["CapsLock"])
    try:
        assert terminal.types(text) == text
        line.call("press_keys", keys=["a"])
        assert terminal.types("") == "A"
    finally:
        line.call("press_keys", keys=["CapsLock"])
    assert terminal.types(text) == text


def test_held_modifiers_change_no_text_and_stay(terminal: Terminal, line: Line) -> None:
    line.call("press_keys", keys=["Shift", "Ctrl"], hold=True)
    line.call("release_keys", keys=["CONTROL"])
    assert terminal.types("abc я") == "abc я"
    line.call("press_keys", keys=["b"])
    line.call("release_keys", keys=["shift"])
    line.call("press_keys", keys=["b"])
    assert terminal.types("") == "Bb"


@pytest.mark.parametrize("layout", ["de", "fr", "ru", "us,ru"])
def test_texts_arrive_under_other_layouts(live: Live, terminal: Terminal, layout: str) -> None:
    subprocess.run(["setxkbmap", layout], env=live.env, check=True)
    try:
        for text in ("zY qA ^~`\N{ACUTE ACCENT} @€{}|\\ 19", "Привет Щ", "äöü éèç ß", "你好"):
            assert terminal.types(text) == text
    finally:
        subprocess.run(["setxkbmap", "us"], env=live.env, check=True)


def test_texts_arrive_in_an_editor(live: Live, line: Line) -> None:
    editor = Editor(live, line)
    line.call("input_text", text="\n".join(SEVEN.values()))
    arrived = editor.saved().splitlines()
    right = [name for name, got in zip(SEVEN, arrived, strict=False) if got == SEVEN[name]]
    assert right == list(SEVEN)
    line.call("press_keys", keys=["Ctrl", "a"])
    line.call("press_keys", keys=["Delete"])
    line.call("input_text", text=LONG)
    assert editor.saved().strip() == LONG
    editor.process.terminate()
