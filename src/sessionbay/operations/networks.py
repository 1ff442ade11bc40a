"""Networks. AgentBay only."""

from dataclasses import replace

from pydantic import Field

from ..core.operation import Operation
from ..core.polling import PollOutcome, Verdict, is_transient
from ..core.wire_model import NullableStr, Wire
from ..models.networks import NetworkResult, NetworkStatusResult


class CreateNetworkRequest(Wire):
    """With an id, the cloud returns a new token of that network."""

    login_region_id: str | None = None
    network_id: str | None = None


class NetworkAnswer(Wire):
    network_id: NullableStr = ""
    network_token: str = Field(min_length=1, repr=False)


class NetworkRef(Wire):
    network_id: str


class NetworkStatusAnswer(Wire):
    online: bool | None = None


CREATE_NETWORK = Operation(
    action="CreateNetwork",
    agb=None,
    request=CreateNetworkRequest,
    answer=NetworkAnswer,
    result=NetworkResult,
    fields=lambda answer: {"data": answer.network_token, "network_id": answer.network_id},
)
DESCRIBE_NETWORK = Operation(
    action="DescribeNetwork",
    agb=None,
    request=NetworkRef,
    answer=NetworkStatusAnswer,
    result=NetworkStatusResult,
    fields=lambda answer: {"data": bool(answer.online)},
    idempotent=True,
)


def is_online(seen: NetworkStatusResult) -> Verdict:
    """Return what a look at a network means for the wait until it is online."""
    if not seen.success:
        return "pending" if is_transient(seen) else "refused"
    return "done" if seen.data else "pending"


def online_result(outcome: PollOutcome[NetworkStatusResult], network_id: str, timeout: float) -> NetworkStatusResult:
    """Return the result of a wait."""
    last = NetworkStatusResult() if outcome.last is None else outcome.last
    if outcome.verdict != "timeout":
        return last
    reason = outcome.reason()
    message = f"network {network_id} is not online after {timeout:g} s" + (f": {reason}" if reason else "")
    return replace(last, success=False, data=None, timed_out=True, error_message=message, code="")
