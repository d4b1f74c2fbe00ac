"""Two trees of Axone by turns: whether a change has made training slower.

``python -m benchmarks.revisions OLD`` measures the Axone in the folder OLD (a checkout with its
compiled engine built, or what ``pip install --target OLD`` made) against the one in use. Each tree
has a process of its own on the same core; they fit in turns, a request on stdin and an answer on
stdout, so that what else the machine does falls on both alike. ``AXONE_ISA=avx2`` measures that
variant of both. The workloads are those of `python -m benchmarks`, and fits so short that what
surrounds training is most of them.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import ROOT, confine_to_cores, processor_name
from benchmarks.workloads import LEARNING_RATE, WORKLOADS

if TYPE_CHECKING:
    from benchmarks.workloads import Rows, Workload

Task = Callable[[], object]

_SMALL = "iris"
_REPEATED = 200
"""Times that a task around training is made, which by itself is over in tens of microseconds."""


def main() -> None:
    """Measure what was asked and print a table."""
    arguments = _parse_arguments()
    if arguments.serve:
        _serve()
        return
    names = arguments.tasks or [*WORKLOADS, *_AROUND]
    with _Tree(arguments.old or _in_use()) as old, _Tree(_in_use()) as new:
        print(f"{processor_name()}, {old.variant} against {new.variant}, one core, µs")
        print(f"{'':<24}{'old':>11}{'new':>11}{'minima':>9}{'median of ratios':>18}")
        for name in names:
            _compare(name, old, new, arguments.rounds)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.revisions", description=__doc__)
    parser.add_argument("old", type=_home_of_axone, nargs="?", help="by default the same")
    parser.add_argument("--tasks", nargs="+", choices=[*WORKLOADS, *_AROUND], metavar="TASK")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _home_of_axone(given: str) -> Path:
    """Return the folder from which the package is imported."""
    for home in (Path(given).resolve() / "src", Path(given).resolve()):
        if (home / "axone" / "__init__.py").is_file():
            return home
    raise argparse.ArgumentTypeError(f"there is no Axone in {given}")


def _in_use() -> Path:
    found = find_spec("axone")
    if found is None or found.origin is None:
        raise SystemExit("Axone is not installed here.")
    return Path(found.origin).resolve().parent.parent


def _compare(name: str, old: "_Tree", new: "_Tree", rounds: int) -> None:
    for tree in (old, new):
        tree.seconds(name)  # the warm-up
    before, after = [], []
    for turn in range(rounds):
        for tree in (old, new) if turn % 2 else (new, old):
            (before if tree is old else after).append(tree.seconds(name))
    ratios = [b / a for a, b in zip(before, after, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(
        f"{name:<24}{min(before) * 1e6:>11.2f}{min(after) * 1e6:>11.2f}"
        f"{min(after) / min(before):>9.3f}{f'{middle:.3f} ({low:.2f}-{high:.2f})':>18}",
        flush=True,
    )


class _Tree:
    """A process that imports Axone from one tree and times what it is asked to."""

    def __init__(self, home: Path) -> None:
        paths = os.pathsep.join((str(home), str(ROOT)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.revisions", "--serve"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        hello = self._answer()
        self.variant: str = hello["variant"]
        if Path(hello["imported"]).resolve() != home / "axone":
            raise RuntimeError(f"Axone was imported from {hello['imported']}, not from {home}.")

    def __enter__(self) -> "_Tree":
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def seconds(self, name: str) -> float:
        """Have a task done and return what it took: of a workload, the seconds of a step."""
        assert self._process.stdin is not None
        print(name, file=self._process.stdin, flush=True)
        return float(self._answer()["seconds"])

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("A measuring process ended; what it had to say is on stderr.")
        return json.loads(line)


def _serve() -> None:
    confine_to_cores(1)
    import axone as ax

    engine: Any = ax.get_engine("native")
    assert ax.__file__ is not None
    hello = {"variant": engine.variant, "imported": str(Path(ax.__file__).parent)}
    print(json.dumps(hello), flush=True)
    tasks: dict[str, tuple[Task, int]] = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in tasks:
            tasks[name] = _fits(WORKLOADS[name]) if name in WORKLOADS else _around(name)
        task, count = tasks[name]
        start = time.perf_counter()
        task()
        print(json.dumps({"seconds": (time.perf_counter() - start) / count}), flush=True)


def _fits(workload: "Workload") -> tuple[Task, int]:
    rows = workload.draw_rows()
    return (lambda: _trainer(workload).fit(rows, max_epochs=workload.epochs)), workload.steps


def _trainer(workload: "Workload") -> Any:
    import axone as ax

    *hidden, outputs = workload.sizes[1:]
    network = ax.Network(
        *(ax.Dense(units, "relu") for units in hidden),
        ax.Dense(outputs, "softmax"),
        input_shape=workload.sizes[0],
    )
    return ax.Trainer(
        network,
        loss="categorical_cross_entropy",
        optimizer=ax.Adam(LEARNING_RATE),
        batch_size=workload.batch_size,
        engine="native",
        threads=1,
    )


def _around(name: str) -> tuple[Task, int]:
    workload = WORKLOADS[_SMALL]
    rows, trainer = workload.draw_rows(), _trainer(workload)
    task, count = _AROUND[name](workload, trainer, rows), _REPEATED

    def repeated() -> None:
        for _ in range(count):
            task()

    if name in _WHOLE_FITS:
        return task, workload.epochs
    return repeated, count


def _make_a_trainer(workload: "Workload", trainer: Any, rows: "Rows") -> Task:
    return lambda: _trainer(workload)


def _fit_one_epoch(workload: "Workload", trainer: Any, rows: "Rows") -> Task:
    return lambda: trainer.fit(rows, max_epochs=1)


def _fit_with_validation(workload: "Workload", trainer: Any, rows: "Rows") -> Task:
    return lambda: trainer.fit(rows, rows, max_epochs=workload.epochs)


def _fit_with_a_callback(workload: "Workload", trainer: Any, rows: "Rows") -> Task:
    return lambda: trainer.fit(rows, max_epochs=workload.epochs, after_epoch=lambda _: False)


_AROUND = {
    "make-a-trainer": _make_a_trainer,
    "fit-one-epoch": _fit_one_epoch,
    "epoch-with-validation": _fit_with_validation,
    "epoch-with-a-callback": _fit_with_a_callback,
}
"""Of iris, whose epoch of fifteen steps is over in thirty microseconds."""

_WHOLE_FITS = ("epoch-with-validation", "epoch-with-a-callback")


if __name__ == "__main__":
    main()
