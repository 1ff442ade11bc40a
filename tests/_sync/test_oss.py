# Generated from tests/_async/test_oss.py by scripts/generate_sync.py. Do not edit.
"""Object storage: tool calls on both routes, clouds without it, and no credential in sight."""

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sessionbay import AGB, AgentBay, OssError, OssUsageError, Session
from sessionbay._concurrency._sync import UnaryCall
from sessionbay._sync.oss import Oss

from ..fake_cloud import KEY, FakeCloud, session_data, yes

SERVER = "wuying_oss"
NAMES = ("oss_env_init", "oss_upload", "oss_download", "oss_upload_annon", "oss_download_annon")
SIGNED = "https://bucket.example/a?Signature=hush-4"
CREDENTIALS = ("STS.hush-1", "hush-2", "hush-3")
TOOL_TEXTS = {"oss_env_init": '{"region": "r"}', "oss_upload": "Upload success", "oss_upload_annon": "Upload success"}
Use = UnaryCall[Oss, Any]
Answer = Callable[[str, bool], httpx.Response]
GOLDEN: list[tuple[Use, str, dict[str, str]]] = [
    (
        lambda oss: oss.env_init(*CREDENTIALS),
        "oss_env_init",
        {"access_key_id": "STS.hush-1", "access_key_secret": "hush-2", "security_token": "hush-3"},
    ),
    (
        lambda oss: oss.env_init(*CREDENTIALS, endpoint="https://e", region="r"),
        "oss_env_init",
        {
            "access_key_id": "STS.hush-1",
            "access_key_secret": "hush-2",
            "security_token": "hush-3",
            "endpoint": "https://e",
            "region": "r",
        },
    ),
    (lambda oss: oss.upload("b", "o", "/p"), "oss_upload", {"bucket": "b", "object": "o", "path": "/p"}),
    (lambda oss: oss.download("b", "o", "/p"), "oss_download", {"bucket": "b", "object": "o", "path": "/p"}),
    (lambda oss: oss.upload_anonymous(SIGNED, "/p"), "oss_upload_annon", {"url": SIGNED, "path": "/p"}),
    (lambda oss: oss.download_anonymous(SIGNED, "/p"), "oss_download_annon", {"url": SIGNED, "path": "/p"}),
]
golden = pytest.mark.parametrize(
    ("use", "tool", "args"), GOLDEN, ids=[f"{tool}-{len(args)}" for _, tool, args in GOLDEN]
)


def tool_text(text: str, *, is_error: bool = False) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


class OssCloud(FakeCloud):
    """A cloud whose machine has object storage, on the direct route or on the control plane."""

    def __init__(self, answer: Answer | None = None, *, direct: bool) -> None:
        tools = json.dumps([{"name": name, "server": SERVER} for name in NAMES])
        link = {"LinkUrl": "https://machine.example/x", "Token": "tok-1"} if direct else {}
        data = session_data(**link, ToolList=tools)
        super().__init__(CreateMcpSession=yes(data), GetSession=yes(data))
        self._told = answer
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        direct = request.url.host == "machine.example"
        if direct:
            sent = json.loads(request.content)
            tool, server, args = sent["tool"], sent["server"], sent["args"]
        elif request.url.params["Action"] == "CallMcpTool":
            form = dict(httpx.QueryParams(request.content.decode()))
            tool, server, args = form["Name"], form["Server"], json.loads(form["Args"])
        else:
            return super()._answer(request)
        self.calls.append((tool, server, args))
        if self._told:
            return self._told(request.content.decode(), direct)
        return worded(tool_text(TOOL_TEXTS.get(tool, "Download success")), direct)


@pytest.fixture(params=["direct", "control plane"])
def direct(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "direct")


def oss_of(cloud: FakeCloud, **options: Any) -> Oss:
    return (AgentBay(api_key=KEY, transport=cloud, **options).create()).session.oss


@golden
def test_a_tool_gets_its_arguments_by_the_clouds_names(direct: bool, use: Use, tool: str, args: dict[str, str]) -> None:
    cloud = OssCloud(direct=direct)
    result = use(oss_of(cloud))
    assert result.success
    assert cloud.calls == [(tool, SERVER, args)]


def test_answers_are_read(direct: bool) -> None:
    oss = oss_of(OssCloud(direct=direct))
    assert (oss.env_init(*CREDENTIALS)).client_config == {"region": "r"}
    assert (oss.upload("b", "o", "/p")).content == "Upload success"
    assert (oss.download("b", "o", "/p")).content == "Download success"


def worded(answer: dict[str, Any], direct: bool) -> httpx.Response:
    """Return a tool's answer as the route carries it."""
    return httpx.Response(200, json={"data": {"result": answer}}) if direct else yes(answer)


def echo_as_failure(content: str, direct: bool) -> httpx.Response:
    """Say that the tool failed, and repeat all that was sent."""
    return worded(tool_text(f"Upload failed: {content}", is_error=True), direct)


def echo_in_words(content: str, direct: bool) -> httpx.Response:
    """Say it in words alone."""
    return worded(tool_text(f"Upload failed: {content}"), direct)


def echo_as_nonsense(content: str, direct: bool) -> httpx.Response:
    return httpx.Response(200, text=f"<html>{content}</html>")


def echo_as_gateway(content: str, direct: bool) -> httpx.Response:
    return httpx.Response(403, json={"Code": "Forbidden", "Message": content, "RequestId": "R"})


@golden
@pytest.mark.parametrize("answer", [echo_as_failure, echo_in_words, echo_as_nonsense, echo_as_gateway])
def test_no_credential_is_in_an_error_a_repr_or_a_log(
    direct: bool,
    use: Use,
    tool: str,
    args: dict[str, str],
    answer: Answer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for strict in (False, True):
        oss = oss_of(OssCloud(answer, direct=direct), strict=strict)
        if not strict and answer is not echo_as_nonsense:
            result = use(oss)
            assert "hush" not in f"{result!r} {result.error_message}"
            continue
        with pytest.raises(OssError) as caught:
            use(oss)
        message = "".join(traceback.format_exception(caught.value))
        assert "hush" not in f"{message} {caught.value!r} {caught.value.result!r}"
    assert "hush" not in caplog.text


def test_what_a_machine_says_of_its_set_up_is_not_in_the_repr(direct: bool) -> None:
    message = tool_text('{"access_key_secret": "hush-2"}')
    cloud = OssCloud(lambda content, direct: worded(message, direct), direct=direct)
    ready = (oss_of(cloud)).env_init(*CREDENTIALS)
    assert ready.client_config == {"access_key_secret": "hush-2"}
    assert "hush" not in repr(ready)


def test_a_mistake_raises_before_anything_is_sent(direct: bool) -> None:
    cloud = OssCloud(direct=direct)
    oss = oss_of(cloud)
    uses: list[tuple[Use, str]] = [
        (lambda oss: oss.env_init("", "hush-2", "t"), "access_key_id"),
        (lambda oss: oss.env_init("k", "s", " "), "security_token"),
        (lambda oss: oss.upload("b", "", "/p"), "object"),
        (lambda oss: oss.download("b", "o", "a\0b"), "path"),
        (lambda oss: oss.upload_anonymous("", "/p"), "url"),
    ]
    for use, message in uses:
        with pytest.raises(OssUsageError, match=message) as caught:
            use(oss)
        assert "hush" not in str(caught.value)
    assert cloud.calls == []


@golden
def test_agb_has_no_object_storage(use: Use, tool: str, args: dict[str, str]) -> None:
    session = Session(AGB(api_key=KEY, transport=FakeCloud()), "session-1")
    with pytest.raises(OssUsageError, match=f"AGB has no tool {tool}") as caught:
        use(session.oss)
    assert "hush" not in str(caught.value)


@golden
def test_the_local_engine_refuses_and_says_what_to_do(
    bay_session: Session, use: Use, tool: str, args: dict[str, str]
) -> None:
    result = use(bay_session.oss)
    assert (result.success, f"no tool '{tool}'" in result.error_message) == (False, True)
    assert "network" in result.error_message
