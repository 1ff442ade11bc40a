"""The contexts of a session."""

from dataclasses import dataclass, field

from ..api_errors import ApiError
from .mount import Mount, covers
from .sync_task import Mode, SyncTask


@dataclass(eq=False)
class Mounts:
    """The contexts of one session, and the last copy of each kind."""

    bindings: list[Mount] = field(default_factory=list[Mount])
    tasks: dict[tuple[str, str, Mode], SyncTask] = field(default_factory=dict[tuple[str, str, Mode], SyncTask])

    def select(self, context_id: str | None, path: str | None, mode: str | None) -> list[SyncTask]:
        """Return the matching copies; without a path, those that no later copy of a folder supersedes."""
        filters = (context_id, path, mode)
        tasks = [
            task
            for key, task in self.tasks.items()
            if all(wanted in (None, "", value) for wanted, value in zip(filters, key, strict=True))
        ]
        return tasks if path else [task for task in tasks if not any(other.supersedes(task) for other in tasks)]

    def add(self, bindings: list[Mount]) -> None:
        """Bind contexts: all of them, or none if a path is taken."""
        taken = [bound.parts for bound in self.bindings if not bound.internal]
        for binding in bindings:
            for other in taken:
                if binding.covers(other) or covers(other, binding.parts):
                    message = f"A context is bound to {binding.path}, above or below it: use another path."
                    raise ApiError("PathAlreadyBound", message, status=409)
            taken.append(binding.parts)
        self.bindings += bindings
