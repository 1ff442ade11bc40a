"""How fast things may be started. Pure: the clock, and the place where several processes agree, are the caller's."""

SLOWER = 0.7  # what is left of the rate after "too many requests", at most once a second
FASTER = 0.25  # starts a second that each one that went well gives back


class AdaptiveRate:
    """``rate`` starts a second, evenly; fewer after "too many requests", and more again, up to ``most``."""

    def __init__(self, rate: float, most: float | None = None) -> None:
        self._most = rate if most is None else most
        self._allowed = rate
        self._slowed_at = float("-inf")

    @property
    def gap(self) -> float:
        """The seconds between two starts, as things stand."""
        return 1 / self._allowed

    def note(self, now: float, *, throttled: bool) -> None:
        """Take note of how a start went."""
        if not throttled:
            self._allowed = min(self._most, self._allowed + FASTER)
        elif now - self._slowed_at >= 1:
            self._allowed *= SLOWER
            self._slowed_at = now
