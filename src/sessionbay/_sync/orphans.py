# Generated from src/sessionbay/_async/orphans.py by scripts/generate_sync.py. Do not edit.
"""Finds and deletes orphaned sessions: those of this package, which their reserved labels identify."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from .._concurrency._sync import Clock, run_for_each
from ..core import reserved_labels, validation
from ..core.errors import AgentBayError, EngineEndedError, SessionError
from ..models.orphans import OrphanedSession, ReapResult
from ..models.sessions import SessionEntry
from .session import Session


@dataclass(frozen=True)
class OrphanFilter:
    """Selects orphaned sessions; ``labels`` include this package's own mark."""

    labels: Mapping[str, str]
    older_than: float | None

    @classmethod
    def of(cls, attempt: str | None, labels: Mapping[str, str] | None, older_than: float | None) -> "OrphanFilter":
        """Return the filter; raise SessionUsageError if it selects every session."""
        if attempt is None and not labels and older_than is None:
            raise SessionError.usage("reap() needs a filter: pass attempt=, labels= or older_than=")
        selected = validation.labels(labels, SessionError) if labels else {}
        if attempt is not None:
            selected |= {reserved_labels.ATTEMPT: validation.text("attempt", attempt, SessionError)}
        if older_than is not None:
            older_than = validation.seconds("older_than", older_than, SessionError, zero=True)
        return cls({**selected, reserved_labels.MINE: "1"}, older_than)

    def matches(self, labels: Mapping[str, str], age: float | None) -> bool:
        """Return whether a session with these labels and this age is selected."""
        is_old = self.older_than is None or (age is not None and age >= self.older_than)
        return is_old and self.labels.items() <= labels.items()


@dataclass
class OrphanSearch:
    """One run of ``reap``; ``attach`` returns the session of an id."""

    attach: Callable[[str], Session]
    clock: Clock
    filter: OrphanFilter
    dry_run: bool
    orphans: list[OrphanedSession] = field(default_factory=list[OrphanedSession])

    def run(self, entries: Iterator[SessionEntry]) -> ReapResult:
        """Check each listed session, and delete those that the filter selects."""
        run_for_each(self._reap, [entry.session_id for entry in entries])
        errors = [f"{orphan.session_id}: {orphan.error}" for orphan in self.orphans if orphan.error]
        return ReapResult(success=not errors, data=tuple(self.orphans), error_message="; ".join(errors))

    def _reap(self, session_id: str) -> None:
        session = self.attach(session_id)
        orphan = OrphanedSession(session_id)
        try:
            result = session.get_labels(reserved=True)
            if not result.success:
                return  # it is gone by now, or belongs to another account
            labels = result.unwrap()
            age = reserved_labels.age(labels, self.clock.time())
            if not self.filter.matches(labels, age):
                return
            orphan = OrphanedSession(session_id, labels.get(reserved_labels.ATTEMPT, ""), age)
            if not self.dry_run:
                deleted = session.delete()
                orphan = replace(orphan, deleted=deleted.success, error=deleted.error_message)
        except EngineEndedError:
            raise
        except AgentBayError as exc:
            orphan = replace(orphan, error=str(exc))
        self.orphans.append(orphan)
