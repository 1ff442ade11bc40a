"""What the four reference documents promise, sentence by sentence, in our words. Each has a test that cites its id.

``agb`` is AGB's page, ``pages`` AgentBay's API page, ``help`` its help centre's, ``waits`` its newest API page.
"""

import pytest

promise = pytest.mark.promise

PROMISES = {
    "agb.set_labels": "set_labels takes a dict of labels and answers success and a request id",
    "agb.get_labels": "get_labels answers the labels as data",
    "agb.info": "info answers a dict with session_id and resource_url, and the desktop's fields where there is one",
    "agb.get_link": "get_link takes a protocol and a port, both optional, and answers the URL as data",
    "agb.delete": "delete takes sync_context, False by default, and answers success, error_message and request_id",
    "agb.get_status": "get_status answers status, http_status_code, code, error_message and request_id",
    "agb.call_mcp_tool": "call_mcp_tool answers the tool's text as data, or its error text as error_message",
    "agb.call_mcp_tool.limits": "read_timeout and connect_timeout of a tool call are milliseconds on AGB",
    "agb.list_mcp_tools": "list_mcp_tools falls back to the session's image, then to agb-code-space-1",
    "agb.list_mcp_tools.fields": "a tool has name, description, input_schema, server and tool",
    "agb.get_metrics": "get_metrics answers the session's metrics",
    "agb.raises": "SessionError is raised when a label or link operation fails",
    "pages.logger": "there is a logger of a name of the caller's",
    "pages.get_api_key": "get_api_key returns the API key",
    "pages.get_client": "get_client returns the HTTP client",
    "pages.get_session_id": "get_session_id returns the session's id",
    "pages.is_vpc_enabled": "is_vpc_enabled returns whether the session uses VPC resources",
    "pages.get_network_interface_ip": "get_network_interface_ip returns the address for VPC sessions",
    "pages.get_http_port": "get_http_port returns the port for VPC sessions",
    "pages.get_token": "get_token returns the session's token",
    "pages.find_server_for_tool": "find_server_for_tool returns the server that has a tool",
    "pages.delete.order": "with sync_context, all contexts are copied before the deletion",
    "pages.delete.sync_failure": "a copy that failed does not prevent the deletion",
    "pages.delete.replay": "with browser replay enabled, the recording context is copied before the deletion",
    "pages.delete.invalid": "the session object is invalid after the deletion",
    "pages.delete.idempotent": "deleting a session that is deleted already succeeds",
    "pages.info": "info answers a SessionInfo with its eight fields, connection_properties as a string",
    "pages.info.live": "info is read anew each time and changes nothing",
    "pages.info.resource_url": "resource_url can be opened with a browser",
    "pages.get_link.default": "get_link without arguments answers the default link",
    "pages.get_link.port": "a port of a link outside 30100 to 30199 raises SessionError, before or after the request",
    "pages.get_link.options": "options of a link are JSON text",
    "pages.get_link_async": "get_link_async does the same, and is awaited",
    "pages.list_mcp_tools": "list_mcp_tools falls back to the session's image, then to linux_latest",
    "pages.call_mcp_tool": "call_mcp_tool takes auto_gen_session, False by default",
    "pages.call_mcp_tool.limits": "read_timeout and connect_timeout of a tool call are seconds on AgentBay",
    "help.properties": "a session has agent_bay, session_id, resource_url and its modules",
    "help.get_labels": "get_labels can be used as the dict of labels",
    "help.info": "the answer to info has the fields of the session itself",
    "help.get_link": "get_link can be used as the link itself",
    "help.raises": "what cannot be had raises AgentBayError",
    "help.create": "create makes a session, which is the session of its result",
    "waits.session_info": "SessionInfo is made of eight strings, all of them optional, also by position",
    "waits.session": "a session is made of a client and an id",
    "waits.pause": "pause waits until the session is PAUSED, 600 seconds at most, looking every 2 seconds",
    "waits.pause_async": "pause_async starts a pause without waiting",
    "waits.resume": "resume waits until the session is RUNNING, 600 seconds at most, looking every 2 seconds",
    "waits.resume_async": "resume_async starts a resume without waiting",
}
