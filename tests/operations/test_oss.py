"""How the answers of the object storage tools are worded and read."""

from typing import Any

import pytest
from hypothesis import given

from sessionbay.core.tool import Tool
from sessionbay.models.oss import OSSClientResult
from sessionbay.models.tools import McpToolResult
from sessionbay.operations import oss
from sessionbay.operations.tools import secret_args, to_tool_result

from ..support import some, texts

TOOLS: tuple[Tool[Any, Any], ...] = (oss.INIT, oss.UPLOAD, oss.DOWNLOAD, oss.UPLOAD_ANONYMOUS, oss.DOWNLOAD_ANONYMOUS)


def test_the_tools_have_the_clouds_names_which_are_spelled_so() -> None:
    assert [tool.name for tool in TOOLS] == [
        "oss_env_init",
        "oss_upload",
        "oss_download",
        "oss_upload_annon",
        "oss_download_annon",
    ]
    assert {(tool.server, tool.only) for tool in TOOLS} == {("wuying_oss", "agentbay")}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"region": "r", "endpoint": "https://e"}', {"data": {"region": "r", "endpoint": "https://e"}}),
        ('{"note": "retry failed requests"}', {"data": {"note": "retry failed requests"}}),
        ("[]", {"data": {}}),
        ("OSS client is ready", {"data": {}}),
        ("Init failed: no key", {"success": False, "error_message": "Init failed: no key"}),
        (" ", {"success": False, "error_message": "the session reported no outcome"}),
    ],
)
def test_a_set_up_is_read_as_json_or_as_words(text: str, fields: dict[str, Any]) -> None:
    assert {name: value for name, value in oss.parse_init(text).items() if name in fields} == fields


@pytest.mark.parametrize(
    ("text", "success"),
    [
        ("Upload success", True),
        ("Download success: failed.txt", True),
        ("Upload failed: The OSS Access Key Id you provided does not exist in our records.", False),
        ("FAILED", False),
        ("", False),
    ],
)
def test_words_tell_how_a_transfer_went(text: str, success: bool) -> None:
    result = to_tool_result(oss.UPLOAD, McpToolResult(success=True, data=text))
    assert result.success == success
    assert bool(result.error_message) != success


@some
@given(texts)
def test_any_words_are_read_one_way_or_the_other(text: str) -> None:
    for tool in TOOLS:
        result = to_tool_result(tool, McpToolResult(success=True, data=text))
        assert bool(result.error_message) != result.success


def test_credentials_and_addresses_are_shown_by_nothing() -> None:
    args = oss.InitArgs(access_key_id="KEY", access_key_secret="HUSH", security_token="TOKEN", region="r")
    assert [secret.reveal() for secret in secret_args(args)] == ["KEY", "HUSH", "TOKEN"]
    assert [secret.reveal() for secret in secret_args(oss.UrlArgs(url="https://u", path="/p"))] == ["https://u"]
    assert secret_args(oss.ObjectArgs(bucket="b", object="o", path="/p")) == ()
    shown = repr(args) + repr(oss.UrlArgs(url="HUSH", path="/p")) + repr(OSSClientResult(data={"secret": "HUSH"}))
    assert not {"KEY", "HUSH", "TOKEN"} & set(shown.replace("'", " ").split())
