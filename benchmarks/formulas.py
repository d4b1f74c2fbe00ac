"""What a formula costs: whole training steps with activations by name and written as formulas.

`python -m benchmarks.formulas` is the process that measures; `measure_formulas` starts it and reads
what it prints.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.opponents import axone_trainer
from benchmarks.timing import calls_lasting, seconds_by_turns
from benchmarks.workloads import WORKLOADS, Workload

if TYPE_CHECKING:
    from axone import Trainer

FORMULAS = {
    "relu": "max(0, z)",
    "leaky_relu": "where(z > 0, z, 0.01*z)",
    "silu": "z * sigmoid(z)",
    "gelu_tanh": "0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3)))",
    "softplus": "log(1 + exp(z))",
}
"""Activations that have a name, and what they are."""

_NETWORKS = ("iris", "digits", "digits-wide", "fraud", "mnist")

_TURN = 0.03
"""Seconds that a turn lasts at least: long beside what else the machine does."""


@dataclass(frozen=True)
class FormulaSteps:
    """Seconds of a step, a figure a round, by workload, by activation, by "name" and "formula"."""

    variant: str
    seconds: dict[str, dict[str, dict[str, list[float]]]]


def measure_formulas(*, variant: str, rounds: int) -> FormulaSteps:
    """Measure in a fresh process, on one core."""
    arguments = ["--variant", variant, "--rounds", str(rounds)]
    return FormulaSteps(**run_confined("benchmarks.formulas", arguments, 1, variant))


def time_pair(workload: Workload, name: str, rounds: int) -> dict[str, list[float]]:
    """Let both train by turns; return the seconds of a step of each."""
    rows = workload.draw_rows()
    trainers = {
        "name": axone_trainer(workload, "native", activation=name),
        "formula": axone_trainer(workload, "native", activation=FORMULAS[name]),
    }

    def fit(trainer: "Trainer") -> None:
        trainer.fit(rows, max_epochs=workload.epochs)

    fits = {way: partial(fit, trainer) for way, trainer in trainers.items()}
    calls = calls_lasting(_TURN, fits["name"])
    fits["formula"]()  # the first touch of memory
    return {
        way: [seconds / workload.steps for seconds in each]
        for way, each in seconds_by_turns(fits, rounds, dict.fromkeys(fits, calls)).items()
    }


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--variant", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    arguments = parser.parse_args()
    confine_to_cores(1)
    seconds: dict[str, dict[str, dict[str, list[float]]]] = {}
    for network in _NETWORKS:
        print(f"{arguments.variant}: formulas of {network}", file=sys.stderr, flush=True)
        # A few epochs are a turn: activations cost the same in each.
        workload = WORKLOADS[network].shortened()
        seconds[network] = {name: time_pair(workload, name, arguments.rounds) for name in FORMULAS}
    print(json.dumps(asdict(FormulaSteps(arguments.variant, seconds))))


if __name__ == "__main__":
    main()
