"""What is seen only in a fresh process: peak memory, and what starting costs.

`python -m benchmarks.processes memory|startup OPPONENT` is the process; the two functions start it
and read what it prints.
"""

import argparse
import importlib
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass, replace

from benchmarks.machine import confine_to_cores, peak_memory, run_confined
from benchmarks.opponents import OPPONENTS
from benchmarks.workloads import WORKLOADS


@dataclass(frozen=True)
class Memory:
    """Largest resident memory in bytes: with imports and rows in place, and after one epoch."""

    before_fit: int
    after_fit: int


@dataclass(frozen=True)
class Startup:
    """Seconds to import the library, NumPy included, and of the first and the second fit."""

    imports: float
    first_fit: float
    second_fit: float

    @property
    def first_fit_extra(self) -> float:
        """What the first fit costs beyond the second: lazy imports, compilation, thread pools."""
        return self.first_fit - self.second_fit


def measure_memory(opponent: str) -> Memory:
    """Train one epoch of the mnist workload in a fresh process on one core."""
    return Memory(**run_confined("benchmarks.processes", ["memory", opponent], 1))


def measure_startup(opponent: str, repetitions: int) -> Startup:
    """Start as many fresh processes on one core and return the medians of each figure."""
    runs = [
        Startup(**run_confined("benchmarks.processes", ["startup", opponent], 1))
        for _ in range(repetitions)
    ]
    # The excess is a difference within a run: its median is kept, over the second fit's median.
    second = statistics.median(run.second_fit for run in runs)
    return Startup(
        statistics.median(run.imports for run in runs),
        second + statistics.median(run.first_fit_extra for run in runs),
        second,
    )


def _observe_memory(opponent: str) -> Memory:
    workload = replace(WORKLOADS["mnist"], epochs=1)
    fit = OPPONENTS[opponent].prepare(workload, workload.draw_rows())
    before = peak_memory()
    fit()
    return Memory(before, peak_memory())


def _observe_startup(opponent: str) -> Startup:
    start = time.perf_counter()
    for module in OPPONENTS[opponent].modules:
        importlib.import_module(module)
    imports = time.perf_counter() - start
    # Few epochs: what is looked for is the difference of two fits, not lost in long ones.
    workload = replace(WORKLOADS["iris"], epochs=10)
    rows = workload.draw_rows()
    start = time.perf_counter()
    fit = OPPONENTS[opponent].prepare(workload, rows)
    fit()
    first = time.perf_counter() - start
    start = time.perf_counter()
    fit()
    return Startup(imports, first, time.perf_counter() - start)


def main() -> None:
    """Observe this process and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("memory", "startup"))
    parser.add_argument("opponent", choices=OPPONENTS)
    arguments = parser.parse_args()
    confine_to_cores(1)
    print(f"{arguments.what}: {arguments.opponent}", file=sys.stderr, flush=True)
    observe = _observe_memory if arguments.what == "memory" else _observe_startup
    print(json.dumps(asdict(observe(arguments.opponent))))


if __name__ == "__main__":
    main()
