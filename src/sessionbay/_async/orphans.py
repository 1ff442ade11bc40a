"""Finding and deleting what was left over: only sessions that this package made, by the labels that it gave them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .._concurrency._async import run_for_each
from ..core import reserved_labels, validation
from ..core.errors import AgentBayError, SessionError
from ..models.orphans import OrphanedSession, ReapResult
from .session import AsyncSession

if TYPE_CHECKING:
    from .client import AsyncClient


@dataclass(frozen=True)
class OrphanFilter:
    """Which left-overs are meant; ``labels`` holds the mark of this package too."""

    labels: Mapping[str, str]
    older_than: float | None

    @classmethod
    def of(cls, attempt: str | None, labels: Mapping[str, str] | None, older_than: float | None) -> "OrphanFilter":
        """Return what a caller means; raise when that could be everything."""
        if attempt is None and not labels and older_than is None:
            raise SessionError.usage("say what to reap: attempt=, labels= or older_than=")
        found = validation.labels(labels, SessionError) if labels else {}
        if attempt is not None:
            found |= {reserved_labels.ATTEMPT: validation.text("attempt", attempt, SessionError)}
        if older_than is not None:
            older_than = validation.seconds("older_than", older_than, SessionError, zero=True)
        return cls({**found, reserved_labels.MINE: "1"}, older_than)

    def means(self, labels: Mapping[str, str], age: float | None) -> bool:
        """Return whether a session with these labels, of this age, is meant."""
        old = self.older_than is None or (age is not None and age >= self.older_than)
        return old and self.labels.items() <= labels.items()


@dataclass
class AsyncOrphanSearch:
    """One round of ``reap``."""

    client: "AsyncClient"
    wanted: OrphanFilter
    dry_run: bool
    found: list[OrphanedSession] = field(default_factory=list[OrphanedSession])

    async def run(self) -> ReapResult:
        """Look at each session that the list names, and delete those that are meant."""
        ids = [entry.session_id async for entry in self.client.iter_sessions(labels=self.wanted.labels)]
        await run_for_each(self._look_at, ids)
        errors = [f"{one.session_id}: {one.error}" for one in self.found if one.error]
        return ReapResult(success=not errors, data=tuple(self.found), error_message="; ".join(errors))

    async def _look_at(self, session_id: str) -> None:
        session = AsyncSession(self.client, session_id)
        left = OrphanedSession(session_id)
        try:
            answer = await session.get_labels(reserved=True)
            if not answer.success:
                return  # it is gone meanwhile, or not ours to look at
            labels = answer.unwrap()
            age = reserved_labels.age(labels, self.client._channel.clock.time())
            if not self.wanted.means(labels, age):
                return
            left = OrphanedSession(session_id, labels.get(reserved_labels.ATTEMPT, ""), age)
            if not self.dry_run:
                deleted = await session.delete()
                left = replace(left, deleted=deleted.success, error=deleted.error_message)
        except AgentBayError as exc:
            left = replace(left, error=str(exc))
        self.found.append(left)
