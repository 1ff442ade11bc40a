"""Whatever bytes a server sends: the call ends with a result or with an error of ours, and no guess is a success."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import example, given, strategies as st

from sessionbay import AgentBay, AgentBayError, Result, RetryPolicy, Session

from .._sync.clock import FakeClock
from ..fake_cloud import KEY
from ..support import json_values, some

CALLS: dict[str, Callable[[AgentBay], Result[Any]]] = {
    "create": lambda bay: bay.create(),
    "get": lambda bay: bay.get("session-1"),
    "list": lambda bay: bay.list(),
    "delete": lambda bay: Session(bay, "session-1").delete(),
    "get_labels": lambda bay: Session(bay, "session-1").get_labels(),
    "get_link": lambda bay: Session(bay, "session-1").get_link(),
    "pause": lambda bay: Session(bay, "session-1").pause(timeout=10),
    "call_mcp_tool": lambda bay: Session(bay, "session-1").call_mcp_tool("shell", {"command": "ls"}),
    "command": lambda bay: Session(bay, "session-1").command.run("ls"),
    "read_file": lambda bay: Session(bay, "session-1").file_system.read_file("/file"),
}
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "Success": st.booleans() | json_values,
        "Data": json_values,
        "Code": json_values,
        "RequestId": st.text(),
    },
)
bodies = st.binary() | (envelopes | json_values).map(lambda value: json.dumps(value).encode())
statuses = st.sampled_from([200, 204, 301, 400, 401, 404, 429, 500, 502, 503])
headers = st.dictionaries(
    st.sampled_from(["content-encoding", "content-type", "retry-after", "x-acs-retry-after", "location"]),
    st.text(st.characters(codec="ascii", min_codepoint=33)),
)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@some
@example(body=b"", status=503, headers={"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"})
@example(body=b"", status=301, headers={"location": "https://xn--/"})
@example(body=b"", status=301, headers={"location": "http:0"})  # httpx raises an error of its own for this one
@given(body=bodies, status=statuses, headers=headers)
def test_a_call_ends_in_a_result_or_in_an_error_of_ours(
    call: Callable[[AgentBay], Result[Any]], body: bytes, status: int, headers: dict[str, str]
) -> None:
    clock = FakeClock()
    # a stream, since httpx unpacks what it is given as content before anybody asks
    cloud = httpx.MockTransport(lambda request: httpx.Response(status, headers=headers, stream=httpx.ByteStream(body)))
    begin = clock.now
    with AgentBay(KEY, transport=cloud, clock=clock, retry=RetryPolicy(attempts=2)) as bay:
        try:
            result = call(bay)
        except AgentBayError:
            return
        finally:
            assert clock.now - begin <= 120
    assert not result.success or json.loads(body)["Success"] is True or "NotFound" in body.decode()
