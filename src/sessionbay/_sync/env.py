# Generated from src/sessionbay/_async/env.py by scripts/generate_sync.py. Do not edit.
"""The environment."""

from collections.abc import Mapping, Sequence

from ..core import validation
from ..core.errors import EnvError
from ..core.public import public
from ..models.env import EnvResult, EnvSetResult
from ..operations.env import GET_ENV, SET_ENV, GetEnvArgs, SetEnvArgs, Variable
from .module import Module


@public
class Env(Module):
    """Environment variables of the whole session: commands, code and terminals that start later have them.

    AgentBay has tools for it; AGB has none, where ``envs`` of ``execute_command`` serves one command.
    """

    def set(self, envs: Mapping[str, str]) -> EnvSetResult:
        """Set variables; the others stay.

        Args:
            envs: Names and values; at least one.

        Returns:
            Whether it worked.

        Raises:
            EnvUsageError: An argument is wrong, or the cloud is AGB; nothing was sent.

        Example:
            ```python
            session.env.set({"GREETING": "hello"})
            print((session.command.run("echo $GREETING")).output)
            ```
        """
        found = validation.variables("envs", envs, EnvError)
        if not found:
            raise EnvError.usage("envs must not be empty: give at least one name and value")
        return self._connection.call_tool(
            SET_ENV, SetEnvArgs(envs=[Variable(key=key, value=value) for key, value in found.items()])
        )

    def get(self, keys: Sequence[str] | None = None) -> EnvResult:
        """Tell variables.

        Args:
            keys: Their names; all if not given.

        Returns:
            ``envs`` maps names to values; one that is not set is not in it.

        Raises:
            EnvUsageError: An argument is wrong, or the cloud is AGB; nothing was sent.

        Example:
            ```python
            session.env.set({"GREETING": "hello"})
            print((session.env.get(["GREETING"])).envs)
            ```
        """
        wanted = None if keys is None else validation.texts("keys", keys, EnvError)
        return self._connection.call_tool(GET_ENV, GetEnvArgs(keys=wanted or None))
