"""The environment tools."""

from ...core.validation import variables_error
from ...operations.env import GetEnvArgs, SetEnvArgs, format_envs
from ..api_errors import execution_failed
from ..session import EngineSession
from . import DONE


async def set_env(session: EngineSession, args: SetEnvArgs) -> str:
    """Set variables for processes that the session starts from now on."""
    session.running_agent()
    variables = {**session.env, **{variable.key: variable.value for variable in args.envs}}
    if error := variables_error("the session's environment", variables):
        raise execution_failed(error)
    session.env.update(variables)
    return DONE


async def get_env(session: EngineSession, args: GetEnvArgs) -> str:
    """Return the variables that were set, and those of every command."""
    variables: dict[str, str] = await session.running_agent().request("environment")
    variables |= session.envs
    return format_envs({name: variables[name] for name in args.keys if name in variables} if args.keys else variables)
