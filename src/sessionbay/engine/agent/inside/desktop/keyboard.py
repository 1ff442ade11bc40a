"""The keyboard: typing texts, and pressing keys."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from ..frame_socket import Failure
from .arguments import text as whole_text
from .display import Connection
from .key_names import keysym_of_key
from .keymap import Keymap
from .pieces import end_of_piece, keysyms_of_text
from .reader import Reader
from .xkb import ModifierLocks
from .xlib import X

SHIFT = 0xFFE1
MAP_PAUSE = 0.02  # seconds between a new map and its first use
MAX_TEXT = 100_000  # characters
MAX_KEYS = 20


class Keyboard:
    """Types, and holds keys. One thread at a time uses it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._display = connection.display
        self._keymap = Keymap(connection)
        self._reader = Reader(connection)
        self._locks = ModifierLocks(connection)
        self._held: dict[int, list[int]] = {}  # a keysym, and the codes that are down for it
        self._is_read = True  # whether all that was typed is known to be read

    def input_text(self, text: object) -> None:
        """Type a text into what has the focus, whatever the layout, CapsLock and the keys that are held."""
        keysyms = keysyms_of_text(whole_text("text", text))
        if len(keysyms) > MAX_TEXT:
            raise Failure(f"text has {len(keysyms)} characters, and {MAX_TEXT} are typed at once: type it in parts")
        with self._neutral():
            start = 0
            while start < len(keysyms):
                self._keymap.read()
                end = end_of_piece(keysyms, start, self._keymap.is_on_layout, self._keymap.room(self._codes_down()))
                try:
                    self._provide(keysyms[start:end])
                except Failure as exc:
                    raise Failure(f"{start} of {len(keysyms)} characters were typed: {exc}") from None
                self._type(keysyms[start:end])
                start = end

    def press_keys(self, keys: object, hold: object = False) -> None:
        """Press keys together, and release those again that were not down; with ``hold``, leave them down."""
        keysyms = _keysyms(keys)
        self._keymap.read()
        self._provide(keysyms)
        pressed: list[int] = []
        for keysym in keysyms:
            codes = [code for code in self._codes_of(keysym) if code not in (*self._codes_down(), *pressed)]
            if hold and keysym not in self._held:
                self._held[keysym] = codes
            self._keys(codes, True)
            pressed += [] if hold else codes
        self._keys(pressed[::-1], False)
        self._display.sync()

    def release_keys(self, keys: object) -> None:
        """Release keys, which need not be held."""
        keysyms = _keysyms(keys)
        self._keymap.read()
        for keysym in keysyms:
            codes = self._held.pop(keysym, None)
            codes = self._codes_of(keysym) if codes is None and self._keymap.place(keysym) else codes or []
            self._keys([code for code in reversed(codes) if code not in self._codes_down()], False)
        self._display.sync()

    def release_all(self) -> None:
        """Release all keys that are down, also those that others pressed: X keeps those of a program that has ended."""
        self._held.clear()
        self._keys(self._down(), False)
        self._display.sync()

    def _codes_down(self) -> list[int]:
        return [code for codes in self._held.values() for code in codes]

    def _codes_of(self, keysym: int) -> list[int]:
        place = self._keymap.place(keysym)
        if place is None:
            raise Failure("too many keys are held: release some")
        code, shifted = place
        return [*(self._codes_of(SHIFT) if shifted else []), code]

    def _provide(self, keysyms: Sequence[int]) -> None:
        """Put what the keyboard lacks on free keys, once the last of their characters has been read."""
        plan, is_reuse = self._keymap.plan(keysyms, self._codes_down())
        if not plan:
            return
        if is_reuse and not self._is_read and not self._reader.has_read():
            raise Failure("the program that has the focus does not read what is typed")
        self._is_read = self._is_read or is_reuse
        self._keymap.assign(plan)
        time.sleep(MAP_PAUSE)

    def _type(self, keysyms: Sequence[int]) -> None:
        for keysym in keysyms:
            codes = self._codes_of(keysym)
            self._keys(codes, True)
            self._keys(codes[::-1], False)
        self._display.sync()

    def _keys(self, codes: Sequence[int], down: bool) -> None:
        self._is_read = self._is_read and not codes
        for code in codes:
            self._display.xtest_fake_input(X.KeyPress if down else X.KeyRelease, code)

    def _down(self) -> list[int]:
        found = self._display.query_keymap()
        return [8 * byte + bit for byte, bits in enumerate(found) for bit in range(8) if bits >> bit & 1]

    @contextmanager
    def _neutral(self) -> Generator[None, None, None]:
        """Type as if no modifier were held and CapsLock off; both are as before afterwards."""
        modifiers = self._keymap.modifiers()
        held = [code for code in self._down() if code in modifiers]
        self._keys(held, False)
        is_locked = bool(self._connection.pointer().mask & X.LockMask)
        if is_locked:
            self._locks.set(X.LockMask, False)
        try:
            yield
        finally:
            if is_locked:
                self._locks.set(X.LockMask, True)
            self._keys(held, True)
            self._display.sync()


def _keysyms(keys: object) -> list[int]:
    """Return the keysyms of a chord, each once."""
    if not isinstance(keys, list) or not keys:
        raise Failure(f"keys must be a list of at least one key, not {keys!r}")
    names: list[object] = [*keys]
    if len(names) > MAX_KEYS:
        raise Failure(f"keys has {len(names)} keys: press at most {MAX_KEYS} together")
    return list(dict.fromkeys(map(keysym_of_key, names)))
