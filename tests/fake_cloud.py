"""A fake cloud that returns prepared responses: slow, wrong, or none."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

import httpx

Answer = httpx.Response | Exception | Callable[[], httpx.Response]

KEY = "akm-canary-key"


class FakeCloud(httpx.MockTransport):
    """Answers each request with the next of the answers prepared for its action; the last one stays.

    Speaks AgentBay's wire; ``requests`` holds the actions in order.
    """

    def __init__(self, **answers: Answer | Sequence[Answer]) -> None:
        super().__init__(self._answer)
        self._answers = {action: list(_several(answer)) for action, answer in answers.items()}
        self.requests: list[str] = []
        self.forms: list[dict[str, str]] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        action = request.url.params["Action"]
        self.requests.append(action)
        self.forms.append(dict(parse_qsl(request.content.decode())))
        prepared = self._answers[action]
        answer = prepared.pop(0) if len(prepared) > 1 else prepared[0]
        if isinstance(answer, Exception):
            raise answer
        made = answer if isinstance(answer, httpx.Response) else answer()
        return httpx.Response(made.status_code, headers=made.headers, content=made.content)


def _several(answer: Answer | Sequence[Answer]) -> Sequence[Answer]:
    return answer if isinstance(answer, Sequence) else [answer]


def yes(data: Any = None, **fields: Any) -> httpx.Response:
    """Return an answer that grants."""
    envelope = {"Success": True, "Code": "ok", "RequestId": "REQ-1", "HttpStatusCode": 200, **fields}
    return httpx.Response(200, json=envelope | ({} if data is None else {"Data": data}))


def no(code: str, message: str = "because", status: int = 200) -> httpx.Response:
    """Return an answer that refuses; a status of 400 or more is the gateway's."""
    envelope: dict[str, Any] = {"Code": code, "Message": message, "RequestId": "REQ-2"}
    return httpx.Response(status, json=envelope if status >= 400 else {"Success": False, **envelope})


def status(word: str) -> httpx.Response:
    """Return GetSession's, and GetSessionDetail's, answer for a session in this state."""
    return yes({"SessionId": "session-1", "Status": word})


GONE = no("InvalidMcpSession.NotFound", "  Resource [McpSession] is not found.", status=400)


def session_data(**fields: Any) -> dict[str, Any]:
    """Return a session as CreateMcpSession answers it."""
    tools = json.dumps([{"name": "shell", "server": "wuying_shell"}])
    return {"SessionId": "session-1", "Success": True, "ToolList": tools, **fields}
