"""The one request of the XKEYBOARD extension that is needed, which python-xlib does not have: locking modifiers."""

from __future__ import annotations

from .display import Connection
from .xlib import rq

CORE_KEYBOARD = 0x100
VERSION = (1, 0)


class _UseExtension(rq.ReplyRequest):  # type: ignore[misc]  # of python-xlib, which has no types
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card16("wanted_major"), rq.Card16("wanted_minor")
    )
    _reply = rq.Struct(
        rq.ReplyCode(), rq.Card8("supported"), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Pad(24)
    )


class _LatchLockState(rq.Request):  # type: ignore[misc]
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(5),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card8("affected_locks"),
        rq.Card8("locks"),
        rq.Pad(8),
    )


class ModifierLocks:
    """Locks and unlocks modifiers, such as that of CapsLock, without a key that programs would see."""

    def __init__(self, connection: Connection) -> None:
        self._display = connection.display.display
        self._opcode = connection.display.query_extension("XKEYBOARD").major_opcode
        _UseExtension(display=self._display, opcode=self._opcode, wanted_major=VERSION[0], wanted_minor=VERSION[1])

    def set(self, mask: int, locked: bool) -> None:
        """Lock or unlock the modifiers of a mask."""
        state = mask if locked else 0
        _LatchLockState(
            display=self._display, opcode=self._opcode, device=CORE_KEYBOARD, affected_locks=mask, locks=state
        )
