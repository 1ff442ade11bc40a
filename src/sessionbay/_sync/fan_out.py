# Generated from src/sessionbay/_async/fan_out.py by scripts/generate_sync.py. Do not edit.
"""Many sessions at once: pools of them, and a function over many items."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from .._concurrency._sync import Work
    from ..models.creation import CreateSessionFields, CreateSessionParams
    from ..models.map import Progress
    from .api_client import ApiClient
    from .desk import Desk
    from .map import Map
    from .pool import SessionPool
    from .session import Session

T = TypeVar("T")
V = TypeVar("V")


class FanOut:
    """The part of a client that has many sessions at once."""

    _channel: ApiClient
    _desk: Desk

    def pool(
        self,
        min: int = 0,
        max: int = 10,
        *,
        check: str | None = None,
        reset: str | None = None,
        max_age: float | None = None,
        max_uses: int | None = None,
        create_rate: float | None = None,
        params: CreateSessionParams | None = None,
        **fields: Unpack[CreateSessionFields],
    ) -> SessionPool:
        """Keep sessions and lend them out, one user at a time; ``lease`` of the pool gives one.

        Use it as a block: entering makes the first sessions, leaving deletes all of them.

        Args:
            min: How many sessions are made on entering.
            max: How many there are at most; who asks for one more waits for one to come back.
            check: A command that a session must run with success before it is lent out again.
            reset: A command that cleans a session up when it comes back; if it fails, the session is deleted.
            max_age: Seconds after which a session is not lent out again.
            max_uses: How often a session is lent out.
            create_rate: How many sessions are created a second at most, by all processes of this user on this machine
                that say so for the same account; fewer while the cloud answers "too many requests".
            params: What the sessions are to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            The pool, a context manager.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.
            SessionError: On entering: a session could not be created. On leaving: one could not be deleted.

        Example:
            ```python
            with bay.pool(min=1, max=4, reset="rm -rf work") as pool:
                with pool.lease() as session:
                    result = session.command.run("mkdir -p work && echo hello")
                    print(result.output)
            ```
        """
        from .pool import pool

        return pool(
            self,
            params,
            fields,
            least=min,
            most=max,
            check=check,
            reset=reset,
            max_age=max_age,
            max_uses=max_uses,
            create_rate=create_rate,
        )

    def map(
        self,
        work: Work[Session, T, V],
        items: Iterable[T],
        *,
        concurrency: int = 10,
        ordered: bool = False,
        fresh: bool = False,
        create_rate: float | None = None,
        progress: Callable[[Progress], None] | None = None,
        params: CreateSessionParams | None = None,
        **fields: Unpack[CreateSessionFields],
    ) -> Map[T, V]:
        """Call ``work(session, item)`` for every item, each in a session that nobody else uses meanwhile.

        Use it as a block and iterate over it: each result comes as soon as it is there, with its item. However the
        block is left, with ``break``, an exception or a cancellation, the work that is on ends and all sessions are
        deleted. Items are taken as they are needed: they may be endless.

        Args:
            work: What to do; what it raises is the item's error, and its session is not used again.
            items: What to do it with.
            concurrency: How many items are worked on at once, each in its session.
            ordered: Whether results come in the order of the items; those that are early are kept until then.
            fresh: Whether each item gets a session that nothing was done in.
            create_rate: How many sessions are created a second at most; see ``pool``.
            progress: Called at the start, after each result, and at the end; see ``progress_bar``.
            params: What the sessions are to be; or the fields of ``CreateSessionParams`` as keyword arguments.

        Returns:
            The results, a context manager and an iterator of ``Done``.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.
            SessionError: On leaving: a session could not be deleted.

        Example:
            ```python
            def square(session: Session, number: int) -> str:
                return (session.command.run(f"echo $(({number} * {number}))")).output.strip()


            with bay.map(square, range(4), concurrency=2) as results:
                for done in results:
                    print(done.item, done.value)
            ```
        """
        from ..core import validation
        from ..core.errors import SessionError
        from .map import Map, MapRules
        from .pool import pool

        validation.count("concurrency", concurrency, SessionError)
        rules = MapRules(concurrency=concurrency, ordered=ordered, progress=progress)
        uses = 1 if fresh else None
        sessions = pool(self, params, fields, most=concurrency, max_uses=uses, create_rate=create_rate)
        return Map(sessions, work, items, rules)
