"""What each state of a session means for a change of it: one table, by which every wait for a session decides."""

from collections.abc import Mapping
from typing import Literal

from .polling import Verdict, is_gone, is_transient
from .result import Result

Change = Literal["pause", "resume", "delete"]
Step = Literal["done", "request", "resume", "wait", "settle", "fail"]
"""What follows from a state.

- ``done``: The change is complete.
- ``request``: The change has not begun: send the request.
- ``resume``: The same, but the service takes the request from a running session only.
- ``wait``: The change is in progress.
- ``settle``: Another change is in progress: wait for its end, then send the request.
- ``fail``: The change will not happen any more.
"""

ENDED: Mapping[str, Step] = {"DELETING": "fail", "DELETED": "fail", "FINISH": "fail"}
"""The states of a session that ends: it leaves them only to be gone."""
STEPS: Mapping[Change, Mapping[str, Step]] = {
    "pause": {"RUNNING": "request", "PAUSING": "wait", "PAUSED": "done", "RESUMING": "settle", **ENDED},
    "resume": {"RUNNING": "done", "PAUSING": "settle", "PAUSED": "request", "RESUMING": "wait", **ENDED},
    "delete": {
        "RUNNING": "request",
        "PAUSING": "settle",
        "PAUSED": "resume",
        "RESUMING": "settle",
        "DELETING": "wait",
        "DELETED": "done",
        "FINISH": "done",
    },
}
"""The step for each change and state. Any other state fails a pause or resume; a deletion waits."""


def waiting_steps(status: str) -> Mapping[str, Step]:
    """Return the steps of a wait for a state, without a request. A session that ends does not reach another state."""
    if ENDED.get(status) and status != "DELETING":
        return {"DELETING": "settle", "DELETED": "done", "FINISH": "done"}
    return {**ENDED, status: "done"}


class Transition:
    """A change of a session's state, or a wait for one. Decides by the table what each look at the state means.

    A start state is "pending" right after an accepted request. Seen twice in a row after the change had begun, it means
    that the service gave the change up. After a refused request it means that the request can be repeated, once.

    Attributes:
        last_state: The last state that was seen.
    """

    def __init__(self, steps: Mapping[str, Step], otherwise: Step = "fail") -> None:
        self.last_state = ""
        self._steps: Mapping[str, Step] = steps
        self._otherwise: Step = otherwise
        self._refusals = 0
        self._listed: Step | None = None
        self.record_request(accepted=True)

    @classmethod
    def of(cls, change: Change) -> "Transition":
        """Return a requested change."""
        return cls(STEPS[change], "wait" if change == "delete" else "fail")

    @classmethod
    def waiting_for(cls, status: str) -> "Transition":
        """Return a wait for a state."""
        return cls(waiting_steps(status), "settle")

    def record_request(self, *, accepted: bool) -> None:
        """Record the response to a request."""
        self._accepted = accepted
        self._refusals += not accepted
        self._has_begun = self._has_settled = False
        self._returns = 0

    def evaluate(self, look: Result[str]) -> Verdict:
        """Return what a look at the state means for the wait."""
        if not look.success:
            if is_gone(look) and self._steps.get("FINISH") == "done":
                return "done"
            return "pending" if is_transient(look) else "refused"
        self.last_state = look.data or ""
        step = self._step(self.last_state)
        if step == "done":
            return "done"
        if step == "fail":
            return "failed"
        if step == "request" or step == "resume":
            return self._evaluate_start(step)
        self._has_begun |= step == "wait"
        self._has_settled |= step == "settle"
        self._returns = 0
        return "pending"

    def _evaluate_start(self, step: Step) -> Verdict:
        """Return what it means that the change has not begun, or was given up."""
        if self._has_settled or (not self._accepted and (step == "resume" or self._refusals == 1)):
            return "request"
        if not self._accepted:
            return "refused"
        self._returns += self._has_begun
        return "failed" if self._returns > 1 else "pending"

    def is_conclusive(self, state: str) -> bool:
        """Return whether a state from a list needs no direct look, though the list may lag.

        A list that shows the change in progress shows its end, too, unless it lags by more than a pause and a resume.
        """
        previous, self._listed = self._listed, self._step(state)
        if self._listed in ("request", "resume"):
            return self._accepted and not (self._has_begun or self._has_settled)
        return self._listed in ("wait", "settle") or (self._listed == "done" and previous == "wait")

    def _step(self, state: str) -> Step:
        return self._steps.get(state, self._otherwise)
