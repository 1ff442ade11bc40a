"""The environment tools."""

from ...core.validation import is_variable
from ...operations.env import GetEnvArgs, SetEnvArgs, format_envs
from ..api_errors import execution_failed
from ..session import EngineSession

DONE = "True"


async def set_env(session: EngineSession, args: SetEnvArgs) -> str:
    """Set variables for processes that the session starts from now on."""
    session.running_agent()
    for variable in args.envs:
        if not is_variable(variable.key, variable.value):  # no command would start
            raise execution_failed(
                -32602,
                f"set_env: invalid variable {variable.key!r}: use a name without '=', and no NUL in name or value",
            )
    session.env.update({variable.key: variable.value for variable in args.envs})
    return DONE


async def get_env(session: EngineSession, args: GetEnvArgs) -> str:
    """Return the variables that were set, and those of every command."""
    variables: dict[str, str] = await session.running_agent().request("environment")
    variables |= session.env
    return format_envs({name: variables[name] for name in args.keys if name in variables} if args.keys else variables)
