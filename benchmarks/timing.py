"""How the benchmarks take time: by turns, or as the best of several repetitions.

By turns, what else the machine does falls on all alike: that compares. The best of several
repetitions says what code can do, whatever the machine does beside it.
"""

import gc
import time
from collections.abc import Callable, Mapping
from typing import TypeAlias

Work: TypeAlias = Callable[[], object]
"""What is timed: it has done the work when it returns."""

_SHORTEST_REPETITION = 0.002
_REPETITIONS = 9


def seconds_by_turns(
    works: Mapping[str, Work], rounds: int, calls: Mapping[str, int] | None = None
) -> dict[str, list[float]]:
    """Let all work once a round, the next round beginning with another of them.

    Parameters
    ----------
    works : mapping of str to callable
        Warmed up: compilation, thread pools and the first touch of memory are no part of a turn.
    rounds : int
    calls : mapping of str to int, optional
        How often each works in a turn; once, unless it says otherwise.

    Returns
    -------
    dict of str to list of float
        Seconds of one call, one figure a round.
    """
    calls = dict.fromkeys(works, 1) if calls is None else calls
    seconds: dict[str, list[float]] = {name: [] for name in works}
    turns = list(works)
    for _ in range(rounds):
        for name in turns:
            gc.collect()
            seconds[name].append(_seconds(works[name], calls[name]) / calls[name])
        turns.append(turns.pop(0))
    return seconds


def best_seconds(work: Work) -> float:
    """Return the best of several repetitions, each of calls enough to be timed."""
    calls = calls_lasting(_SHORTEST_REPETITION, work)
    return min(_seconds(work, calls) for _ in range(_REPETITIONS)) / calls


def calls_lasting(shortest: float, work: Work) -> int:
    """Return how many calls, a power of two, last so many seconds at least."""
    calls = 1
    while _seconds(work, calls) < shortest:
        calls *= 2
    return calls


def _seconds(work: Work, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return time.perf_counter() - start
