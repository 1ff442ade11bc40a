"""The operations and tools of the clouds that the engine does not support, with the reasons for its errors."""

from .api_errors import ApiError

PHONE = "it needs a phone, which only the cloud has"
MODEL = "it needs a model of the cloud; use the cloud, or your own agent with commands and files"
NOTIFICATIONS = "only the browser of a cloud sends notifications"
NETWORK = "local sessions have no shared network; use the cloud"
SKILL = "skills are stored in the cloud; write their files to the session instead"
VOLUME = "the cloud itself has withdrawn volumes; use contexts"
STREAM = "it belongs to the cloud's stream of the screen; take screenshots"
OSS = "it needs the cloud's object storage; use its command line in a session with a network"
OTHER_NAME = "use its other name, "

ACTIONS = {
    "ApplyMqttToken": STREAM,
    "BindContextSkillAsync": SKILL,
    "CreateNetwork": NETWORK,
    "DeleteVolume": VOLUME,
    "DescribeNetwork": NETWORK,
    "GetAdbLink": PHONE,
    "GetSkillMetaData": SKILL,
    "GetVolume": VOLUME,
    "HandleAIEngineMessage": STREAM,
    "ListSkillMetaData": SKILL,
    "ListVolumes": VOLUME,
    "ReleaseMcpSession": f"{OTHER_NAME}DeleteSessionAsync",
    "UnbindContextSkillAsync": SKILL,
}
ROUTES = {
    "/mcp/getLink": f"{OTHER_NAME}/internet/getLink",
    "/mcp/releaseSession": f"{OTHER_NAME}/mcp/releaseSessionAsync",
}
_TOOLS = {
    PHONE: "tap swipe send_key click get_clickable_ui_elements get_all_ui_elements long_screenshot execute_task"
    " get_task_status terminate_task",
    MODEL: "page_use_act page_use_observe page_use_observe_async"
    " page_use_get_observe_result page_use_extract page_use_extract_async page_use_get_extract_result page_use_login"
    " flux_execute_task flux_get_task_status flux_terminate_task browser_use_execute_task browser_use_get_task_status"
    " browser_use_terminate_task",
    OSS: "oss_env_init oss_upload oss_upload_annon oss_download oss_download_annon",
}
TOOLS = {name: why for why, names in _TOOLS.items() for name in names.split()}


def not_served(name: str) -> ApiError:
    """Return the error for an unsupported operation: AgentBay's action, or AGB's path."""
    why = ACTIONS.get(name) or ROUTES.get(name) or "the operation is unknown; check the endpoint"
    return ApiError("ActionNotSupportedLocally", f"The local engine does not serve {name!r}: {why}.", gateway=True)


def no_tool(name: str, served: str) -> str:
    """Return the message for an unsupported tool."""
    why = f": {TOOLS[name]}" if name in TOOLS else ""
    return f"The local engine has no tool {name!r}{why}; it has {served}."
