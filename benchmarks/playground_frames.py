"""`python -m benchmarks.playground_frames`: what a frame of the playground costs, part by part.

The page asks for sixty frames a second of a network that trains beside them, on the same cores: a
frame of 60 units and 10,000 rows is to take 3 ms of one core at most.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from axone.experiments import Experiment
from axone.experiments.preparation import prepare
from axone.playground.frames import encode
from axone.playground.views import PARTS, Stage, View, frame_arrays
from axone.training import History
from benchmarks.formats import table_of
from benchmarks.timing import best_seconds

_EPOCHS = 1000

CASES = {
    "60 units, 10,000 rows": ("spirals", {"hidden": [20, 20, 20], "activation": "tanh"}, 10_000),
    "8 units, 1,000 rows": ("spirals", {"hidden": [8], "activation": "tanh"}, 1000),
    "60 units, numbers": ("calculator", {"hidden": [20, 20, 20]}, 10_000),
}
"""By name: the set, its network, its rows."""


def milliseconds_by_part(source: str, network: dict[str, object], rows: int) -> dict[str, float]:
    """Return what each part of a frame takes alone, and what all take together."""
    settings = {"data": {"options": {"rows": rows}}, "network": network}
    prepared = prepare(Experiment.from_source(source, settings))
    stage = Stage.of(prepared, View.from_data({"parts": list(PARTS)}, prepared))
    parameters = stage.plan.initialize()
    epochs = [float(epoch) for epoch in range(1, _EPOCHS + 1)]
    history = History({"epoch": epochs, "train_loss": epochs, "validation_loss": epochs})
    norms = parameters.vector[: len(prepared.network.layers)]

    def paint(parts: tuple[str, ...]) -> bytes:
        arrays = frame_arrays(stage, parameters, history, 0, None, norms, parts=parts, fresh=False)
        return encode(1, {}, arrays)

    shown = [part for part in PARTS if part not in stage.left_out]
    found = {part: 1e3 * best_seconds(lambda part=part: paint((part,))) for part in shown}
    found["all"] = 1e3 * best_seconds(lambda: paint(PARTS))
    found["kB"] = len(paint(PARTS)) / 1e3
    return found


def main() -> None:
    """Print the table."""
    found = {name: milliseconds_by_part(*case) for name, case in CASES.items()}
    columns = [*PARTS[:-1], "all", "kB"]
    rows = [
        [name, *(f"{parts[column]:.2f}" if column in parts else "" for column in columns)]
        for name, parts in found.items()
    ]
    print(table_of(["ms of a frame", *columns], rows))


if __name__ == "__main__":
    main()
