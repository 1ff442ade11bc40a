"""The tables and parsers of the desktop service, without a desktop."""

import ctypes
import ctypes.util

import pytest
from hypothesis import given, strategies as st

pytest.importorskip("Xlib", reason="pip install python-xlib")

from sessionbay.engine.agent.inside.desktop.key_names import KEYS, keysym_of_key
from sessionbay.engine.agent.inside.desktop.keymap import symbol
from sessionbay.engine.agent.inside.desktop.keysyms import character_of, keysym_of
from sessionbay.engine.agent.inside.desktop.pieces import end_of_piece, keysyms_of_text
from sessionbay.engine.agent.inside.desktop.titles import decode
from sessionbay.engine.agent.inside.frame_socket import Failure
from sessionbay.operations.key_names import NAMES


@given(st.text(st.sampled_from("abcdefgABCDEFG12345")), st.integers(1, 6))
def test_no_piece_of_a_text_needs_more_keys_than_there_are(text: str, room: int) -> None:
    keysyms = keysyms_of_text(text)
    start, pieces = 0, []
    while start < len(keysyms):
        end = end_of_piece(keysyms, start, lambda keysym: keysym < 0x40, room)
        pieces.append(keysyms[start:end])
        assert end > start
        start = end
    assert [keysym for piece in pieces for keysym in piece] == keysyms
    assert all(len({keysym for keysym in piece if keysym >= 0x40}) <= room for piece in pieces)


@given(st.characters(exclude_categories=["Cc", "Cs"]))
def test_each_character_has_a_keysym_of_its_own(character: str) -> None:
    assert character_of(keysym_of(character)) == character


def test_older_keysyms_are_the_characters_that_xkbcommon_says() -> None:
    path = ctypes.util.find_library("xkbcommon")
    if path is None:
        pytest.skip("libxkbcommon is not installed: apt-get install libxkbcommon0")
    library = ctypes.CDLL(path)
    told = {keysym: library.xkb_keysym_to_utf32(keysym) for keysym in range(0x20, 0x2100)}
    own = {keysym: ord(character) for keysym in told if told[keysym] and (character := character_of(keysym))}
    assert len(own) > 600
    assert {
        hex(keysym): (chr(number), chr(told[keysym])) for keysym, number in own.items() if number != told[keysym]
    } == {}


def test_all_names_of_the_clients_are_known() -> None:
    assert set(KEYS) == {name.lower() for name in NAMES}
    for name in NAMES:
        assert keysym_of_key(name) == keysym_of_key(name.upper()) == keysym_of_key(name.lower())


@pytest.mark.parametrize(
    ("name", "keysym"),
    [("A", 0x61), ("+", 0x2B), ("я", 0x0100044F), ("KP_5", 0xFFB5), ("numpad5", 0xFFB5), ("Hyper_L", 0xFFED)],
)
def test_characters_and_other_names_are_keys(name: str, keysym: int) -> None:
    assert keysym_of_key(name) == keysym


@pytest.mark.parametrize("name", ["", "Ctrl+a", "nosuchkey", 5, None])
def test_other_words_are_no_keys(name: object) -> None:
    with pytest.raises(Failure, match="key"):
        keysym_of_key(name)


def test_ends_of_lines_are_one_return_and_other_controls_are_refused() -> None:
    assert keysyms_of_text("a\r\nb\rc\n\t") == [0x61, 0xFF0D, 0x62, 0xFF0D, 0x63, 0xFF0D, 0xFF09]
    with pytest.raises(Failure, match=r"'\\x01' at position 1, which no key types"):
        keysyms_of_text("a\x01")


def test_a_key_of_one_group_gives_the_same_in_all() -> None:
    both, one = [0x61, 0x41, 0x6C6, 0x6E6], [0xFF0D, 0, 0, 0]
    assert [symbol(both, group, 0) for group in (0, 1, 2)] == [0x61, 0x6C6, 0]
    assert [symbol(one, group, 0) for group in (0, 1, 2)] == [0xFF0D] * 3


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("STRING", b"caf\xe9", "café"),
        ("UTF8_STRING", "你好".encode(), "你好"),
        ("UTF8_STRING", b"a\xff", "a\ufffd"),
        ("COMPOUND_TEXT", b"plain", "plain"),
        ("COMPOUND_TEXT", b"caf\xe9", "café"),
        ("COMPOUND_TEXT", b"\x1b-B\xb3\xf3d\xbc", "łódź"),
        ("COMPOUND_TEXT", b"a \x1b%G\xe4\xbd\xa0\x1b%@ b", "a 你 b"),
        ("COMPOUND_TEXT", b"\x1b$(A0!\x1b(Bend", "0!end"),
        ("COMPOUND_TEXT", b"\x1b%G\xe4", "\ufffd"),
    ],
)
def test_titles_are_decoded_by_their_type(kind: str, value: bytes, text: str) -> None:
    assert decode(kind, value) == text


@given(st.sampled_from(["STRING", "UTF8_STRING", "COMPOUND_TEXT", "PIXMAP"]), st.binary())
def test_any_title_is_some_text(kind: str, value: bytes) -> None:
    assert isinstance(decode(kind, value), str)
