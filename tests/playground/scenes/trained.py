"""A bench that trains at once: what conditions and questions ask of one, and no loop around it."""

import copy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axone.experiments.training import learnt_rows, stopping_rules
from axone.parameters import Parameters
from axone.playground.designs import Design, Designer
from axone.playground.sources import Sources
from axone.training import History, Run, TrainingResult


class TrainedBench:
    """A design with a run of it, so many epochs long."""

    def __init__(self, design: Mapping[str, Any], epochs: int = 0) -> None:
        self.sources = Sources()
        self.folder = Path(tempfile.gettempdir())
        self._designer = Designer(self.sources)
        self._earlier: list[Design] = []
        self._begin(self._designer.design(design))
        self.train(epochs)

    def _begin(self, design: Design) -> None:
        self.design, prepared = design, design.prepared
        training = prepared.experiment.settings.training
        held_out = "validation" in prepared.parts
        assert training.stopping is not None
        self.run: Run = design.trainer.start(
            learnt_rows(prepared, "train"),
            learnt_rows(prepared, "validation") if held_out else None,
            max_epochs=training.epochs,
            stopping=stopping_rules(training.stopping),
            warmup_epochs=training.stopping.warmup_epochs,
            restore_best=training.restore_best,
        )
        self._events = iter(self.run)

    def set_design(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Begin anew with another design."""
        design = self._designer.design(data)
        self._earlier.append(self.design)
        self._begin(design)
        return {"design": copy.deepcopy(design.data)}

    def undo(self) -> None:
        """Go back to the design before."""
        self._begin(self._earlier.pop())

    def train(self, epochs: int) -> None:
        """Go on for some epochs, or to the end of the run."""
        for _epoch in range(epochs):
            if next(self._events, None) is None:
                break

    def parameters(self) -> Parameters:
        """Return a copy of the weights."""
        return self.run.state.parameters.copy()

    def shown_epoch(self) -> int:
        """Return the epoch that is looked at."""
        return self.run.state.epoch

    def history(self) -> History:
        """Return what every epoch showed."""
        return self.run.history

    def result(self) -> TrainingResult:
        """Return what the run has come to."""
        return self.run.result
