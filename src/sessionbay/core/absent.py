"""Modules and methods whose place is kept: using one says that it is not there yet, and what to do until it is."""

from collections.abc import Mapping
from typing import NoReturn

from .errors import AgentBayError

LATER: Mapping[str, frozenset[str]] = {
    "file_system": frozenset(
        [
            "edit_file",
            "read_multiple_files",
            "search_files",
            "upload_file",
            "download_file",
            "watch_directory",
            "get_file_transfer_context_path",
            "edit",
            "read_batch",
            "search",
            "upload",
            "download",
            "watch_dir",
            "transfer_path",
        ]
    ),
    "context": frozenset({"bind", "list_bindings"}),
}
"""The methods that the clouds' users know and this version lacks, by module."""


def refuse(name: str) -> NoReturn:
    """Say that ``name`` is not there yet."""
    raise AgentBayError.usage(
        f"{name} is not part of this version of sessionbay; until it is,"
        " call the machine's own tools: session.call_mcp_tool(name, args), named by session.list_mcp_tools()"
    )


class AbsentModule:
    """A module of a session that comes with a later version: every use of it says so."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("__"):  # copy, pickle and the like ask for these
            raise AttributeError(attribute)
        refuse(f"{self._name}.{attribute}")

    def __repr__(self) -> str:
        return f"<{self._name}: in a later version>"
