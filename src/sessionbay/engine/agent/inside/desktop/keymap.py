"""The map of the keyboard: which key gives which character now, and the keys that are free for others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from .display import Connection
from .keysyms import character_of, keysym_of
from .xlib import X, Xatom

PROPERTY = "_SESSIONBAY_KEYS"  # on the root window: the keys that a service may have put characters on
NUM_LOCK = 0xFF7F
GROUPS = 2  # groups of a layout whose columns the map tells; characters of others are put on free keys
Place = tuple[int, bool]  # a keycode, and whether Shift is needed


class Keymap:
    """Where characters and keys are on the keyboard, by their keysyms.

    Those that the layout lacks are put on keycodes that it leaves unused, never on those of media keys, which some
    programs do not read as characters. They stay there until their keys are needed for others.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._display = connection.display
        self._first = self._display.display.info.min_keycode
        self._layout: dict[int, Place] = {}
        self._free: list[int] = []
        self._assigned: dict[int, int] = {}  # a keysym, and the code of its key; the longest unused first
        self._recorded: set[int] = set()
        self._clear()
        self.read()

    def read(self) -> None:
        """Read the map, which any program may have changed, for the group of the layout that is active."""
        rows = self._rows()
        group = self._connection.pointer().mask >> 13 & 3
        self._assigned = {sym: code for sym, code in self._assigned.items() if rows[code - self._first][0] == sym}
        ours = set(self._assigned.values())
        keys = [(code, row) for code, row in enumerate(rows, self._first) if code not in ours]
        self._free = [code for code, row in keys if not any(row)]
        self._layout = {}
        for column in (0, 1):
            for code, row in keys:
                keysym = symbol(row, group, column)
                character = character_of(keysym)
                if keysym and (character or not column):  # keys such as those of the numpad go by other modifiers
                    self._layout.setdefault(keysym, (code, bool(column)))
                if character:
                    self._layout.setdefault(keysym_of(character), (code, bool(column)))

    def place(self, keysym: int) -> Place | None:
        """Return where a keysym is; None if it is not on the keyboard."""
        if keysym in self._assigned:
            self._assigned[keysym] = code = self._assigned.pop(keysym)
            return code, False
        return self._layout.get(keysym)

    def is_on_layout(self, keysym: int) -> bool:
        """Return whether a keysym needs no free key."""
        return keysym in self._layout

    def room(self, kept: Collection[int] = ()) -> int:
        """Return how many keysyms can be put on keys at once; codes of ``kept`` are not free."""
        return sum(code not in kept for code in (*self._free, *self._assigned.values()))

    def plan(self, keysyms: Iterable[int], kept: Collection[int] = ()) -> tuple[dict[int, int], bool]:
        """Return the codes of keys for keysyms that the keyboard lacks, and whether one of them had another before.

        The keys of the other keysyms given, and those of ``kept``, are left alone. Too few keys leave some out.
        """
        wanted = dict.fromkeys(keysyms)
        lacking = [keysym for keysym in wanted if keysym not in self._layout and keysym not in self._assigned]
        old = [code for sym, code in self._assigned.items() if sym not in wanted and code not in kept]
        codes = [code for code in self._free if code not in kept] + old
        found = dict(zip(lacking, codes, strict=False))
        return found, any(code in old for code in found.values())

    def assign(self, plan: dict[int, int]) -> None:
        """Put keysyms on keys."""
        taken = set(plan.values())
        self._record(taken)
        self._assigned = {sym: code for sym, code in self._assigned.items() if code not in taken} | plan
        self._free = [code for code in self._free if code not in taken]
        for keysym, code in plan.items():
            self._display.change_keyboard_mapping(code, [(keysym, keysym)])
        self._display.sync()

    def modifiers(self) -> set[int]:
        """Return the codes of the keys that change others while they are down; not those that lock."""
        rows = self._display.get_modifier_mapping()
        lock, numbers = X.LockMapIndex, self._layout.get(NUM_LOCK, (-1, False))[0]
        return {code for index, row in enumerate(rows) if index != lock and numbers not in row for code in row if code}

    def _rows(self) -> list[list[int]]:
        last = self._display.display.info.max_keycode
        return [
            [int(sym) for sym in row] for row in self._display.get_keyboard_mapping(self._first, last - self._first + 1)
        ]

    def _clear(self) -> None:
        """Free the keys of a service that ended before."""
        rows: dict[int, list[int]] = dict(enumerate(self._rows(), self._first))
        for code in self._connection.numbers(self._connection.root, PROPERTY):
            row = rows.get(code, [])
            if len(row) > 1 and row[0] == row[1] != 0:
                self._display.change_keyboard_mapping(code, [(0, 0)])

    def _record(self, codes: set[int]) -> None:
        if not codes <= self._recorded:
            self._recorded |= codes
            name = self._connection.atom(PROPERTY)
            self._connection.root.change_property(name, Xatom.CARDINAL, 32, sorted(self._recorded))


def symbol(row: Sequence[int], group: int, column: int) -> int:
    """Return what a key gives in a group of the layout, without Shift (column 0) or with it (1)."""
    if group >= GROUPS:
        return row[column] if len(row) > column and not character_of(row[column]) else 0
    first = 2 * group if any(row[2 * group : 2 * group + 2]) else 0
    return row[first + column] if len(row) > first + column else 0
