"""A rate that adapts to throttling. Pure: the caller brings the clock."""

DECREASE = 0.7  # factor after a throttled call, applied at most once a second
INCREASE = 0.25  # starts a second that each accepted call adds


class AdaptiveRate:
    """A rate of starts a second: a throttled start lowers it, an accepted one raises it again up to ``limit``."""

    def __init__(self, rate: float, limit: float | None = None) -> None:
        self._limit = rate if limit is None else limit
        self._rate = rate
        self._lowered_at = float("-inf")

    @property
    def interval(self) -> float:
        """The present interval between two starts in seconds."""
        return 1 / self._rate

    def record(self, now: float, *, throttled: bool) -> None:
        """Adapt the rate to the outcome of a start."""
        if not throttled:
            self._rate = min(self._limit, self._rate + INCREASE)
        elif now - self._lowered_at >= 1:
            self._rate *= DECREASE
            self._lowered_at = now
