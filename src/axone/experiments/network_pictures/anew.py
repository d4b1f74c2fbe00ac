"""A run once more, in memory: for what its folder does not hold of the way that training took.

The experiment of a folder has nothing left open, so that training again takes the same steps.
"""

from dataclasses import dataclass
from pathlib import Path

from axone.arrays import IntArray
from axone.experiments.folder import HISTORY
from axone.experiments.kept_files import history_of
from axone.experiments.preparation import Prepared, prepare
from axone.experiments.results import load_run
from axone.experiments.training import build_trainer, fit
from axone.model import Model
from axone.parameters import Parameters
from axone.training import History, ProgressCallback, Run, Trainer, TrainingResult

_MOST_BYTES = 2**28


@dataclass(frozen=True, eq=False)
class TrainedAnew:
    """A run that was trained once more.

    Attributes
    ----------
    prepared : Prepared
    model : Model
        As the folder keeps it.
    trainer : Trainer
    result : TrainingResult
        Of this training.
    epochs : tuple of int
        After which the weights were kept; 0 is before the first step.
    weights : tuple of Parameters
        Those of these epochs.
    """

    prepared: Prepared
    model: Model
    trainer: Trainer
    result: TrainingResult
    epochs: tuple[int, ...]
    weights: tuple[Parameters, ...]


def train_anew(
    folder: Path, *, most_weights: int = 2, on_progress: ProgressCallback | None = None
) -> TrainedAnew:
    """Train the run of a folder once more, as far as it came, and write nothing.

    Parameters
    ----------
    folder : Path
    most_weights : int, default 2
        How often weights are kept at most, evenly over the epochs: before the first step, and
        after the last one.
    on_progress : callable, optional
        Told now and then which share is done.

    Raises
    ------
    ModelFileError
        It is no folder of a run that came to its end.
    DataError, ConfigurationError
        Its data are gone.
    KeyboardInterrupt
        Ctrl-C.
    """
    experiment, model = load_run(folder)
    prepared = prepare(experiment)
    trainer = build_trainer(prepared)
    most_epochs = prepared.experiment.settings.training.epochs
    if (folder / HISTORY).is_file():
        most_epochs = history_of(folder).epochs
    bytes_each = prepared.network.layout.size * 8
    kept = WeightsByEpoch(max(2, min(most_weights, _MOST_BYTES // bytes_each)), most_epochs)
    result = fit(prepared, trainer, after_epoch=kept, on_progress=on_progress)
    if result.stopped_by == "interrupted":
        raise KeyboardInterrupt
    kept.keep_last()
    return TrainedAnew(
        prepared, model, trainer, result, tuple(kept.weights), tuple(kept.weights.values())
    )


class WeightsByEpoch:
    """Keeps weights before the first step, after some epochs, evenly, and after the last one.

    How many epochs there will be nobody knows: where there are too many, every other one of those
    that were kept is let go, and from there on every other one is kept.

    Parameters
    ----------
    most : int
        Weights to keep, 2 at least.
    epochs : int
        After which the run is to end.

    Attributes
    ----------
    weights : dict of int to Parameters
        By epoch, rising.
    """

    def __init__(self, most: int, epochs: int) -> None:
        self.most, self.epochs, self.every = most, epochs, 1
        self.weights: dict[int, Parameters] = {}

    def watch(self, run: Run) -> None:
        """Take the weights with which a run begins."""
        self.run = run
        self.weights[0] = run.state.parameters.copy()

    def __call__(self, history: History) -> bool:
        """Keep the weights after an epoch if it is its turn; say whether it was the last one."""
        epoch = history.epochs
        if epoch % self.every == 0:
            self.weights[epoch] = self.run.state.parameters.copy()
        # One more comes at the end.
        while len(self.weights) > max(1, self.most - 1):
            self.every *= 2
            self.weights = {n: kept for n, kept in self.weights.items() if n % self.every == 0}
        return epoch >= self.epochs

    def keep_last(self) -> None:
        """Keep the weights with which the run ended."""
        self.weights[self.run.history.epochs] = self.run.state.parameters.copy()


def chosen_epochs(epochs: tuple[int, ...], most: int) -> IntArray:
    """Return the places of at most so many of some epochs, evenly, the first and the last too.

    Examples
    --------
    >>> chosen_epochs((0, 2, 4, 6, 8, 9), 3).tolist()
    [0, 2, 5]
    """
    import numpy as np

    wanted = np.linspace(epochs[0], epochs[-1], min(most, len(epochs)))
    places = np.abs(np.subtract.outer(wanted, np.asarray(epochs))).argmin(axis=1)
    found: IntArray = np.unique(places)
    return found
