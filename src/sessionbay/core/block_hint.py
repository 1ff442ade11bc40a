"""Errors for a block of the wrong kind: 'with' for the async twin, 'async with' for the sync one."""

from typing import TYPE_CHECKING, NoReturn


class AsyncBlockHint:
    """An async context manager that explains itself to 'with'."""

    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is async: use 'async with'.")

        def __exit__(self, *exc: object) -> None: ...


class BlockHint:
    """A context manager that explains itself to 'async with'."""

    if not TYPE_CHECKING:

        def __aenter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is not async: use 'with', or its async twin.")

        def __aexit__(self, *exc: object) -> None: ...
