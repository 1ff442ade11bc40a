"""The names of keys: those of the clients' table, in any case, those of the numpad, and X's own."""

from __future__ import annotations

from ..frame_socket import Failure
from .keysyms import keysym_of
from .xlib import XK

KEYS = {
    "ctrl": "Control_L",
    "alt": "Alt_L",
    "shift": "Shift_L",
    "win": "Super_L",
    "meta": "Super_L",
    "super": "Super_L",
    "command": "Super_L",
    "tab": "Tab",
    "enter": "Return",
    "escape": "Escape",
    "space": "space",
    "backspace": "BackSpace",
    "delete": "Delete",
    "insert": "Insert",
    "home": "Home",
    "end": "End",
    "pageup": "Prior",
    "pagedown": "Next",
    "arrowup": "Up",
    "arrowdown": "Down",
    "arrowleft": "Left",
    "arrowright": "Right",
    "capslock": "Caps_Lock",
    "numlock": "Num_Lock",
    "scrolllock": "Scroll_Lock",
    "printscreen": "Print",
    "pause": "Pause",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}
ALIASES = {
    "control": "Control_L",
    "windows": "Super_L",
    "cmd": "Super_L",
    "return": "Return",
    "esc": "Escape",
    "del": "Delete",
    "ins": "Insert",
    "pgup": "Prior",
    "pgdn": "Next",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "prtsc": "Print",
    "break": "Pause",
    "contextmenu": "Menu",
    "apps": "Menu",
    "minus": "minus",
    "equal": "equal",
    "leftbracket": "bracketleft",
    "rightbracket": "bracketright",
    "backslash": "backslash",
    "semicolon": "semicolon",
    "quote": "apostrophe",
    "comma": "comma",
    "period": "period",
    "slash": "slash",
    "backtick": "grave",
    **{f"numpad{number}": f"KP_{number}" for number in range(10)},
    "numpadadd": "KP_Add",
    "numpadsubtract": "KP_Subtract",
    "numpadmultiply": "KP_Multiply",
    "numpaddivide": "KP_Divide",
    "numpaddecimal": "KP_Decimal",
    "numpadenter": "KP_Enter",
}
SHOWN = "Ctrl, Alt, Shift, Win, Enter, Escape, Tab, Space, Backspace, Delete, ArrowUp, PageUp, Home, F1 to F24"
XK.load_keysym_group("xf86")
XK.load_keysym_group("xkb")


def keysym_of_key(name: object) -> int:
    """Return the keysym of a key by its name, or by the character on it."""
    if not isinstance(name, str) or not name:
        raise Failure(f"a key must be a name or a character, not {name!r}")
    if len(name) == 1:
        return keysym_of(name.lower() if name.isascii() else name)
    known = KEYS.get(name.lower()) or ALIASES.get(name.lower()) or name
    for spelling in (known, known.lower(), known.capitalize()):
        if number := int(XK.string_to_keysym(spelling)):
            return number
    raise Failure(f"there is no key {name!r}: use a character, or a name such as {SHOWN}")
