"""Times whole fits by turns, in one process on a given number of cores.

Every round lets each opponent fit once, and the next round begins with another of them, so that
what else the machine does falls on all alike. `python -m benchmarks.rounds` is the process;
`measure_rounds` starts it and reads what it prints.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from benchmarks.limits import Limits, measure_limits
from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.opponents import OPPONENTS, axone_trainer
from benchmarks.timing import seconds_by_turns
from benchmarks.workloads import WORKLOADS, Workload

if TYPE_CHECKING:
    from axone.training import Trainer
    from benchmarks.workloads import Rows

_SHORTEST_COMPILED = 0.05


@dataclass(frozen=True)
class Timing:
    """What the rounds of one workload and opponent gave.

    Attributes
    ----------
    workload, opponent : str
    seconds : list of float
        Of a step, one figure a round: a whole fit divided by its steps.
    accuracy : float
        On the training rows after the last fit: the work was done.
    """

    workload: str
    opponent: str
    seconds: list[float]
    accuracy: float


@dataclass(frozen=True)
class Rounds:
    """Everything measured with one number of threads.

    Attributes
    ----------
    threads : int
    variant : str
    timings : list of Timing
    limits : Limits or None
        None without a compiler, or if they were not asked for.
    compiled : dict of str to float
        Seconds of a step within Axone's compiled engine, by workload; empty without limits to hold
        them against.
    """

    threads: int
    variant: str
    timings: list[Timing]
    limits: Limits | None
    compiled: dict[str, float] = field(default_factory=dict)


def measure_rounds(
    workloads: Sequence[str],
    opponents: Sequence[str],
    *,
    threads: int,
    variant: str,
    rounds: int,
    quick: bool,
    with_limits: bool,
) -> Rounds:
    """Measure in a fresh process; see `Rounds`."""
    arguments = process_arguments(workloads, opponents, threads, variant, rounds, quick=quick)
    arguments += ["--limits"] if with_limits else []
    data = run_confined("benchmarks.rounds", arguments, threads, variant)
    limits = Limits.from_json(data["limits"])
    timings = [Timing(**timing) for timing in data["timings"]]
    return Rounds(threads, variant, timings, limits, data["compiled"])


def time_workload(workload: Workload, opponents: Sequence[str], rounds: int) -> list[Timing]:
    """Let the opponents fit by turns.

    Raises
    ------
    RuntimeError
        One of them made another number of steps than the others: its time would mean nothing.
    """
    rows = workload.draw_rows()
    fits = {name: OPPONENTS[name].prepare(workload, rows) for name in opponents}
    accuracies = {}
    for name, fit in fits.items():
        fitted = fit()  # the warm-up: compilation, thread pools, first touch of memory
        if fitted.steps != workload.steps:
            raise RuntimeError(f"{name} made {fitted.steps} steps instead of {workload.steps}.")
        accuracies[name] = float((fitted.predict(rows[0]) == rows[1]).mean())
    return [
        Timing(workload.name, name, [fit / workload.steps for fit in seconds], accuracies[name])
        for name, seconds in seconds_by_turns(fits, rounds).items()
    ]


def time_compiled(trainer: "Trainer", rows: "Rows", rounds: int) -> float:
    """Return the median seconds of a step of the compiled engine, Python left out.

    Whole epochs in one call of a session, as many as take a twentieth of a second.
    """
    plan, epochs = trainer.plan, 1
    state = plan.start(trainer.network.initialize(0, "float32"))
    session = plan.session(state, trainer.examples(rows), 10**6)
    steps = len(rows[0]) // trainer.batch_size
    seconds: list[float] = []
    while len(seconds) < rounds:
        start = time.perf_counter()
        session.advance(epochs=epochs)
        taken = time.perf_counter() - start
        if taken > _SHORTEST_COMPILED:
            seconds.append(taken / (epochs * steps))
        else:
            epochs *= 2
    session.close()
    return statistics.median(seconds)


def process_arguments(
    workloads: Sequence[str],
    opponents: Sequence[str],
    threads: int,
    variant: str,
    rounds: int,
    *,
    quick: bool,
) -> list[str]:
    """Return what a process that times whole fits is told, as `process_parser` reads it."""
    return [
        *("--workloads", ",".join(workloads), "--opponents", ",".join(opponents)),
        *("--threads", str(threads), "--variant", variant, "--rounds", str(rounds)),
        *(["--quick"] if quick else []),
    ]


def process_parser() -> argparse.ArgumentParser:
    """Return the reader of `process_arguments`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workloads", required=True)
    parser.add_argument("--opponents", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    return parser


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    parser = process_parser()
    parser.add_argument("--limits", action="store_true")
    arguments = parser.parse_args()
    confine_to_cores(arguments.threads)
    workloads = [WORKLOADS[name] for name in arguments.workloads.split(",")]
    threads, variant = arguments.threads, arguments.variant
    limits = measure_limits(workloads, threads, variant) if arguments.limits else None
    timings = []
    for workload in workloads:
        print(f"{variant}, {threads} thread(s): {workload.label}", file=sys.stderr, flush=True)
        trained = workload.shortened() if arguments.quick else workload
        timings += time_workload(trained, arguments.opponents.split(","), arguments.rounds)
    compiled = {}
    if limits is not None and "axone" in arguments.opponents.split(","):
        compiled = {
            each.name: time_compiled(
                axone_trainer(each, "native"), each.draw_rows(), arguments.rounds
            )
            for each in workloads
        }
    print(json.dumps(asdict(Rounds(threads, variant, timings, limits, compiled))))


if __name__ == "__main__":
    main()
