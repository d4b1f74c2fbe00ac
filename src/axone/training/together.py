"""Runs of one shape that advance together in a population, each until its own rules end it.

The runs decide between laps as they do alone: what to record, which weights are the best, whether
to go on. A seat that becomes free goes to the next who waits.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from axone.engines import Population, Seat
from axone.training.run import Run

Name = TypeVar("Name")


def go_through_together(
    population: Population,
    next_run: Callable[[], tuple[Name, Run] | None],
    interrupted: Callable[[], bool],
) -> Iterator[tuple[Name, Run | None]]:
    """Take one run after another into the population, and give each back when it has ended.

    Parameters
    ----------
    population : Population
        With all its seats free.
    next_run : callable
        Gives a name and a run that nobody has begun; None if there are no more. Other threads may
        take from the same runs.
    interrupted : callable
        Asked between steps; True ends all runs there, and none is begun any more.

    Yields
    ------
    name, run
        The run is None where its numbers became not finite: alone it will find out why.
    """
    seated: dict[Seat, tuple[Name, Run]] = {}
    while True:
        while population.has_room and not interrupted() and (chosen := next_run()) is not None:
            name, run = chosen
            run.interrupted = interrupted
            run.begin()
            seat = population.seat(run.plan, run.state, run.examples, run.settings.max_epochs)
            seated[seat] = name, run
        if not seated:
            return
        turns = {seat: (run.epochs_at_once(), run.trail) for seat, (_, run) in seated.items()}
        laps = population.advance(turns, interrupted)
        for seat, lap in laps.items():
            name, run = seated[seat]
            is_recorded = False
            if lap is not None:
                with np.errstate(over="ignore", invalid="ignore"):
                    is_recorded = run.record(lap)
                if is_recorded and run.goes_on():
                    continue
                run.close()
            population.leave(seat)
            del seated[seat]
            yield name, run if is_recorded else None
