"""What a run tells, and how it is told to go: events, callbacks and the settings of one run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from axone.arrays import FloatArray
from axone.engines import DEAD_UNITS, GRADIENT_NORM, EpochReports
from axone.parameters import Parameters
from axone.training.history import History
from axone.training.stopping import StoppingRule

EpochCallback = Callable[[History], bool | None]
"""Called after every epoch with the history so far; True ends the run."""

ValidationScore = Callable[[Parameters, FloatArray], float]
"""Given the weights and their predictions for the validation rows: how good they are, more is
better."""

ProgressCallback = Callable[[float], None]
"""Called now and then with the share of the run's epochs that is done, batches counted."""

Every = Literal["step", "epoch", "lap"]
"""How often a run tells: after every step, after every epoch, or after as many epochs in a row as
nobody needs to be asked between, which is fastest."""


class Event(NamedTuple):
    """Where a run stands, after a step or after an epoch.

    Attributes
    ----------
    kind : {"step", "epoch"}
    epoch, step : int
        Epochs completed, and updates made in all.
    batch : int
        Batches completed of the epoch begun; 0 after an epoch.
    parameters : Parameters
        The weights as they are, not to be written to. They move on with the run: copy what is to
        stay.
    history : History
        Of every epoch so far; it grows with the run.
    reports : EpochReports
        What the engine reported since the event before.
    """

    kind: Literal["step", "epoch"]
    epoch: int
    step: int
    batch: int
    parameters: Parameters
    history: History
    reports: EpochReports

    @property
    def measures(self) -> dict[str, FloatArray]:
        """What the recipe measures, (n_layers,) each, at the last step of the epoch.

        Empty after a step within an epoch.
        """
        reports = self.reports
        named = {GRADIENT_NORM: reports.gradient_norms, DEAD_UNITS: reports.dead_shares}
        return {name: table[-1] for name, table in named.items() if table.size}


@dataclass(frozen=True)
class RunSettings:
    """How a run is to go, apart from what is trained and on which rows; see `Trainer.start`."""

    max_epochs: int
    stopping: tuple[StoppingRule, ...] = ()
    warmup_epochs: int = 0
    restore_best: bool = True
    validation_score: ValidationScore | None = None
    checkpoint: Path | None = None
    checkpoint_seconds: float = 5.0
    every: Every = "epoch"
    pooled: bool = False
