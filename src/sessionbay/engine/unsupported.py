"""The clouds' operations and tools that the engine does not serve, with the reasons that its errors give."""

from .api_errors import ApiError

PHONE = "it is for phones, which need the cloud"
DESKTOP = "sessions here have no screen: the cloud's have one"
MODEL = "a model of the cloud's does that: use the cloud, or an agent of your own with commands and files"
BROWSER = "there is no browser service here: start a browser by a command, and get a link to its port"
NETWORK = "networks between sessions are the cloud's: sessions here have none in common"
SKILL = "the cloud keeps the skills: put their files into the session instead"
VOLUME = "volumes are withdrawn by the cloud itself: use contexts"
STREAM = "it belongs to the cloud's screen: sessions here have none"
OSS = "the cloud's object storage does that: use its command line in a session that has a network"
OTHER_NAME = "it is another name for what is served as "

ACTIONS = {
    "ApplyMqttToken": STREAM,
    "BindContextSkillAsync": SKILL,
    "CreateNetwork": NETWORK,
    "DeleteVolume": VOLUME,
    "DescribeNetwork": NETWORK,
    "GetAdbLink": PHONE,
    "GetCdpLink": BROWSER,
    "GetSkillMetaData": SKILL,
    "GetVolume": VOLUME,
    "HandleAIEngineMessage": STREAM,
    "InitBrowser": BROWSER,
    "ListSkillMetaData": SKILL,
    "ListVolumes": VOLUME,
    "ReleaseMcpSession": f"{OTHER_NAME}DeleteSessionAsync",
    "UnbindContextSkillAsync": SKILL,
}
ROUTES = {
    "/browser/init": ACTIONS["InitBrowser"],
    "/internet/getCdpLink": ACTIONS["GetCdpLink"],
    "/mcp/getLink": f"{OTHER_NAME}/internet/getLink",
    "/mcp/releaseSession": f"{OTHER_NAME}/mcp/releaseSessionAsync",
}
_TOOLS = {
    PHONE: "tap swipe send_key click get_clickable_ui_elements get_all_ui_elements long_screenshot execute_task"
    " get_task_status terminate_task",
    DESKTOP: "click_mouse move_mouse drag_mouse scroll get_cursor_position input_text press_keys release_keys"
    " get_screen_size system_screenshot screenshot list_root_windows get_active_window activate_window close_window"
    " maximize_window minimize_window restore_window fullscreen_window resize_window focus_mode get_installed_apps"
    " start_app list_visible_apps stop_app_by_pname stop_app_by_pid stop_app_by_cmd",
    MODEL: "page_use_act page_use_act_async page_use_get_act_result page_use_observe page_use_observe_async"
    " page_use_get_observe_result page_use_extract page_use_extract_async page_use_get_extract_result page_use_login"
    " flux_execute_task flux_get_task_status flux_terminate_task browser_use_execute_task browser_use_get_task_status"
    " browser_use_terminate_task",
    BROWSER: "page_use_navigate page_use_screenshot page_use_close_session stopChrome",
    OSS: "oss_env_init oss_upload oss_upload_annon oss_download oss_download_annon",
}
TOOLS = {name: why for why, names in _TOOLS.items() for name in names.split()}


def not_served(name: str) -> ApiError:
    """Return the error for an unsupported operation: AgentBay's action, or AGB's path."""
    why = ACTIONS.get(name) or ROUTES.get(name) or "it knows no such operation"
    return ApiError("ActionNotSupportedLocally", f"the local engine does not serve {name!r}: {why}", gateway=True)


def no_tool(name: str, served: str) -> str:
    """Return the message for an unsupported tool."""
    why = f": {TOOLS[name]}" if name in TOOLS else ""
    return f"the local engine has no tool {name!r}{why}; it has {served}"
