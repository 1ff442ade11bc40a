# Generated from src/sessionbay/_async/module.py by scripts/generate_sync.py. Do not edit.
"""What the modules of a session share."""

from typing import TYPE_CHECKING, ClassVar, NoReturn

from ..core.absent import LATER, refuse

if TYPE_CHECKING:
    from .toolbox import Toolbox


class Module:
    """One group of a session's tools."""

    _name: ClassVar[str]

    def __init__(self, session: "Toolbox") -> None:
        self._session = session

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name in LATER.get(self._name, ()):
                refuse(f"session.{self._name}.{name}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
