"""How long the publisher waits for what; all in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Times in seconds.

    Attributes:
        timeout: for one request, from connecting to the end of the answer.
        first_wait: after the first failure, a random time up to this; twice that after the next.
        longest_wait: the most that these grow to.
        poll: how often the outbox is looked at besides `wake`: what other processes added.
        lease: how long a process that died keeps others from a session; above `timeout`.
    """

    timeout: float = 10.0
    first_wait: float = 0.5
    longest_wait: float = 30.0
    poll: float = 1.0
    lease: float = 20.0

    def __post_init__(self) -> None:
        if self.lease <= self.timeout:
            raise ValueError("lease must be above timeout, or two processes send at once")

    def wait(self, failures: int) -> float:
        """The most to wait after so many failures in a row, from 0."""
        # A float's exponent ends at 1024.
        return min(self.longest_wait, self.first_wait * 2.0 ** min(failures, 64))
