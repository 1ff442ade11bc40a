"""The environment variables of a session."""

from collections.abc import Mapping, Sequence

from ..core import validation
from ..core.errors import EnvError
from ..core.public import public
from ..models.env import EnvResult, EnvSetResult
from ..operations.env import GET_ENV, SET_ENV, GetEnvArgs, SetEnvArgs, Variable
from .module import AsyncModule


@public
class AsyncEnv(AsyncModule):
    """Environment variables of the whole session, for the commands, code and terminals that start later.

    AgentBay only. On AGB, pass ``envs`` to ``execute_command``.
    """

    async def set(self, envs: Mapping[str, str]) -> EnvSetResult:
        """Set variables; the others are kept.

        Args:
            envs: Names and values; at least one. Name and value together take at most 128 KiB, and all variables of
                the session at most 512 KiB: with more, no program could start.

        Returns:
            Whether the variables were set. On the local engine, a refusal if the session would have too many.

        Raises:
            EnvUsageError: A variable is invalid or too large, or the cloud is AGB; nothing was sent.

        Example:
            ```python
            await session.env.set({"GREETING": "hello"})
            print((await session.command.run("echo $GREETING")).output)
            ```
        """
        variables = validation.variables("envs", envs, EnvError)
        if not variables:
            raise EnvError.usage("envs must not be empty: pass at least one name and value")
        args = SetEnvArgs(envs=[Variable(key=key, value=value) for key, value in variables.items()])
        return await self._connection.call_tool(SET_ENV, args)

    async def get(self, keys: Sequence[str] | None = None) -> EnvResult:
        """Get variables.

        Args:
            keys: Their names; all by default.

        Returns:
            ``envs`` maps names to values; it leaves out names that are not set.

        Raises:
            EnvUsageError: An argument is invalid, or the cloud is AGB; nothing was sent.

        Example:
            ```python
            await session.env.set({"GREETING": "hello"})
            print((await session.env.get(["GREETING"])).envs)
            ```
        """
        names = None if keys is None else validation.texts("keys", keys, EnvError)
        return await self._connection.call_tool(GET_ENV, GetEnvArgs(keys=names or None))
