"""The names of keys: one spelling for each, by the table of AgentBay's own client."""

import re
from difflib import get_close_matches

from ..core import validation
from ..core.errors import ScreenError

NAMES = (
    *("Ctrl", "Alt", "Shift", "Win", "Meta", "Super", "Command"),
    *("Tab", "Enter", "Escape", "Space", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown"),
    *("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"),
    *("CapsLock", "NumLock", "ScrollLock", "PrintScreen", "Pause"),
    *(f"F{number}" for number in range(1, 25)),
)
"""The names as they are sent. Letters, digits and signs go by their character."""

_ALIASES = {
    "control": "Ctrl",
    "windows": "Win",
    "cmd": "Command",
    "return": "Enter",
    "esc": "Escape",
    "del": "Delete",
    "ins": "Insert",
    "pgup": "PageUp",
    "pgdn": "PageDown",
    "up": "ArrowUp",
    "down": "ArrowDown",
    "left": "ArrowLeft",
    "right": "ArrowRight",
    "prtsc": "PrintScreen",
    "break": "Pause",
    "minus": "-",
    "equal": "=",
    "leftbracket": "[",
    "rightbracket": "]",
    "backslash": "\\",
    "semicolon": ";",
    "quote": "'",
    "comma": ",",
    "period": ".",
    "slash": "/",
    "backtick": "`",
}
_SENT = {name.lower(): name for name in NAMES} | _ALIASES
_OTHER_TABLES = re.compile(
    r"\w*_\w*|(?:numpad|kp|xf86|media|volume|audio|browser|launch)\w+"
    r"|menu|apps|contextmenu|prior|next|print|help|clear|select|execute|undo|redo|find|cancel"
    r"|plus|asterisk|grave|apostrophe|bracketleft|bracketright",
    re.IGNORECASE,
)
"""Names of X keysyms, of the numpad and of media keys. Whether the machine has such a key, it decides itself."""


def key_names(value: object) -> list[str]:
    """Return the keys of a chord by the names that are sent; at least one."""
    keys = [_key_name(f"keys[{index}]", key) for index, key in enumerate(validation.items("keys", value, ScreenError))]
    if not keys:
        raise ScreenError.usage("keys must not be empty: pass at least one, such as ['Ctrl', 'a']")
    return keys


def _key_name(where: str, value: object) -> str:
    key = validation.utf8(where, value, ScreenError)
    if len(key) == 1:
        return key.lower() if key.isascii() else key
    if sent := _SENT.get(key.lower()):
        return sent
    if _OTHER_TABLES.fullmatch(key):
        return key
    raise ScreenError.usage(f"{where} is {key!r}, which is no key: {_hint(key)}")


def _hint(key: str) -> str:
    """Return what the caller may have meant."""
    parts = [part.strip() for part in key.split("+")]
    if len(parts) > 1 and all(parts):
        return f"pass {parts!r}, which are pressed together"
    if nearest := get_close_matches(key.lower(), _SENT, n=1, cutoff=0.5):
        return f"the nearest name is {_SENT[nearest[0]]!r}"
    return "use a character, or a name such as 'Ctrl', 'Enter', 'ArrowUp' or 'F5'; input_text types text"
