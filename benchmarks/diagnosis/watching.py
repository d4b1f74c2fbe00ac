"""What the watcher costs: training with the evidence of a diagnosis kept, and without.

`python -m benchmarks.diagnosis.watching` is the process that measures; `measure_watching` starts it
and reads what it prints.
"""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.opponents import axone_trainer
from benchmarks.timing import calls_lasting
from benchmarks.workloads import WORKLOADS, Workload

NETWORKS = ("iris", "cancer", "digits", "covtype", "fraud", "mnist")

PROCESSES = 7

_TURN = 0.03
"""Seconds that a turn lasts at least."""


@dataclass(frozen=True)
class Watching:
    """What keeping the evidence costs a training.

    Attributes
    ----------
    label : str
        The network, its sizes and its batch.
    epochs : int
    unwatched : float
        Median seconds of a fit without any measures.
    measures : float
        What the measures of a diagnosis add: the median over the rounds, a share of the fit.
    evidence : float
        Seconds of gathering what a run leaves, at its end, a part of every fit.
    diagnosis : float
        Seconds of the diagnosis, which is made when it is first asked for.
    """

    label: str
    epochs: int
    unwatched: float
    measures: float
    evidence: float
    diagnosis: float

    @property
    def whole(self) -> float:
        """What measures and evidence add together, a share of a fit without either."""
        return (self.measures * self.unwatched + self.evidence) / (self.unwatched - self.evidence)


def measure_watching(rounds: int, variant: str) -> list[Watching]:
    """Measure in fresh processes, on one core, and return the median of each figure.

    Where arrays happen to lie makes one process some hundredths faster with the measures, another
    one slower, whatever number of rounds is timed in it: the processes must differ, not the rounds.
    """
    processes = [
        run_confined("benchmarks.diagnosis.watching", ["--rounds", str(rounds)], 1, variant)
        for _ in range(PROCESSES)
    ]
    return [_median([Watching(**each) for each in found]) for found in zip(*processes, strict=True)]


def _median(of_a_network: Sequence[Watching]) -> Watching:
    figures = {
        name: statistics.median(getattr(each, name) for each in of_a_network)
        for name in ("unwatched", "measures", "evidence", "diagnosis")
    }
    return replace(of_a_network[0], **figures)


def watch(workload: Workload, held_out: int, rounds: int) -> Watching:
    """Let both train by turns, and time what a run leaves for its diagnosis.

    Parameters
    ----------
    workload : Workload
    held_out : int
        How many of its rows are for validation.
    rounds : int
    """
    X, y = workload.draw_rows()
    train = X[held_out:], y[held_out:]
    validation = (X[:held_out], y[:held_out]) if held_out else None
    trainer = axone_trainer(workload, "native")

    def fit(trainer: Any) -> Any:
        return trainer.fit(train, validation, max_epochs=workload.epochs)

    watched, unwatched = partial(fit, trainer), partial(fit, replace(trainer, measures=()))
    watched()  # the first touch of memory
    calls = calls_lasting(_TURN, unwatched)
    seconds = _by_turns({"watched": watched, "unwatched": unwatched}, rounds, calls)
    run = trainer.start(train, validation, max_epochs=workload.epochs, every="lap")
    result = run.to_the_end()
    gather = partial(run._evidence, result.parameters, result.best_epoch)
    gathering = _by_turns({"": gather}, rounds, calls_lasting(_TURN / 10, gather))[""]
    started = time.perf_counter()
    len(result.diagnosis)
    return Watching(
        workload.label + (f", {held_out} held out" if held_out else ""),
        workload.epochs,
        statistics.median(seconds["unwatched"]),
        statistics.median(
            more / less - 1
            for more, less in zip(seconds["watched"], seconds["unwatched"], strict=True)
        ),
        statistics.median(gathering),
        time.perf_counter() - started,
    )


def _by_turns(
    works: Mapping[str, Callable[[], object]], rounds: int, calls: int
) -> dict[str, list[float]]:
    """Return seconds of the processor: a few hundredths are looked for, and others work beside."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    turns = list(works)
    for _ in range(rounds):
        gc.collect()
        for name in turns:
            started = time.process_time()
            for _ in range(calls):
                works[name]()
            seconds[name].append((time.process_time() - started) / calls)
        turns.append(turns.pop(0))
    return seconds


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, required=True)
    rounds = parser.parse_args().rounds
    confine_to_cores(1)
    # What imports scikit-learn's learners takes a second the first time, whatever is diagnosed.
    from axone.training.diagnosis.attainable import _learners

    _learners("classification", (1, 1))
    found = []
    for name in NETWORKS:
        for held_out in (0, 40) if name == "iris" else (0,):
            print(f"watching {name}", file=sys.stderr, flush=True)
            found.append(asdict(watch(WORKLOADS[name], held_out, rounds)))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
