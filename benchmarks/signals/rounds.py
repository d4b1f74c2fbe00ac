"""Times whole fits by turns, in one process on some cores, as `benchmarks.rounds` does.

Before that all train some steps of the same rows in the same order, and must come to the same
losses. `python -m benchmarks.signals.rounds` is the process; `measure_signals` starts it and reads
what it prints.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from benchmarks.limits import Limits, measure_limits
from benchmarks.machine import confine_to_cores, run_confined
from benchmarks.rounds import process_arguments, process_parser, time_compiled
from benchmarks.signals.opponents import SIGNAL_OPPONENTS, Program
from benchmarks.signals.workloads import SIGNAL_WORKLOADS, SignalWorkload
from benchmarks.timing import seconds_by_turns

_TOLERANCE = 5e-4
"""Of losses, relative: many times what roundings make of them in twelve steps."""


@dataclass(frozen=True)
class SignalRounds:
    """Everything measured with one number of threads.

    Attributes
    ----------
    threads : int
    variant : str
    seconds : dict
        Of a step, one figure a round: by workload, then by opponent.
    limits : Limits or None
        None without a compiler.
    compiled : dict of str to float
        Seconds of a step within Axone's compiled engine, by workload, if it takes part.
    """

    threads: int
    variant: str
    seconds: dict[str, dict[str, list[float]]]
    limits: Limits | None
    compiled: dict[str, float] = field(default_factory=dict)


def measure_signals(
    workloads: Sequence[str],
    opponents: Sequence[str],
    *,
    threads: int,
    variant: str,
    rounds: int,
    quick: bool,
) -> SignalRounds:
    """Measure in a fresh process; see `SignalRounds`."""
    arguments = process_arguments(workloads, opponents, threads, variant, rounds, quick=quick)
    data = run_confined("benchmarks.signals.rounds", arguments, threads, variant)
    return SignalRounds(**{**data, "limits": Limits.from_json(data["limits"])})


def time_workload(
    workload: SignalWorkload, opponents: Sequence[str], rounds: int
) -> dict[str, list[float]]:
    """Let the opponents that can train it fit by turns; return the seconds of a step.

    Raises
    ------
    RuntimeError
        One of them learns something else than the others: its time would mean nothing.
    """
    rows, weights = workload.draw_rows(), workload.draw_weights()
    able = [name for name in opponents if SIGNAL_OPPONENTS[name].can_train(workload)]
    programs = {name: SIGNAL_OPPONENTS[name].prepare(workload, rows, weights) for name in able}
    losses = losses_of_the_able(workload.label, programs)
    require_same_losses(losses)
    fits = {name: programs[name].fit for name in losses}
    for fit in fits.values():
        fit()  # the warm-up: compilation, thread pools, first touch of memory
    return {
        name: [each / workload.steps for each in seconds]
        for name, seconds in seconds_by_turns(fits, rounds).items()
    }


def losses_of_the_able(label: str, programs: Mapping[str, Program]) -> dict[str, Sequence[float]]:
    """Return the first losses of each; a peer that breaks down over them is left out, and told.

    PyTorch's compiler, of 2.13, makes a max-pool's backward pass that reads out of its bounds with
    AVX2, and says so: the figures of all others would be lost with it.
    """
    losses = {}
    for name, program in programs.items():
        try:
            losses[name] = program.first_losses()
        except RuntimeError as error:
            if name == "axone":
                raise
            told = str(error).strip().splitlines()[-1:]
            print(f"{label}: {name} is left out: {''.join(told)}", file=sys.stderr, flush=True)
    return losses


def require_same_losses(losses: Mapping[str, Sequence[float]]) -> None:
    """Refuse losses of every epoch that differ by more than roundings.

    Raises
    ------
    RuntimeError
    """
    (first, expected), *others = losses.items()
    for name, found in others:
        for ours, theirs in zip(expected, found, strict=True):
            if abs(ours - theirs) > _TOLERANCE * abs(ours):
                raise RuntimeError(
                    f"{name} does not learn what {first} learns: losses {list(found)}, "
                    f"not {list(expected)}."
                )


def main() -> None:
    """Measure, with progress on stderr, and print the figures as JSON."""
    arguments = process_parser().parse_args()
    confine_to_cores(arguments.threads)
    workloads = {name: SIGNAL_WORKLOADS[name] for name in arguments.workloads.split(",")}
    opponents, rounds = arguments.opponents.split(","), arguments.rounds
    threads, variant = arguments.threads, arguments.variant
    limits = measure_limits(workloads.values(), threads, variant)
    seconds, compiled = {}, {}
    for name, workload in workloads.items():
        print(f"{variant}, {threads} thread(s): {workload.label}", file=sys.stderr, flush=True)
        trained = workload.shortened() if arguments.quick else workload
        seconds[name] = time_workload(trained, opponents, rounds)
        if "axone" in opponents:
            from benchmarks.signals.with_axone import trainer

            compiled[name] = time_compiled(trainer(workload), workload.draw_rows(), rounds)
    print(json.dumps(asdict(SignalRounds(threads, variant, seconds, limits, compiled))))


if __name__ == "__main__":
    main()
