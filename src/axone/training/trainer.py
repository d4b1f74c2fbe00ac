"""The training loop: epochs, validation, stopping rules, best weights, checkpoints, interruptions.

The `Trainer` leaves every equation to the engine's program and decides only, after each epoch,
what to record, what to save and whether to go on.
"""

import json
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from axone.arrays import DType, FloatArray
from axone.checks import check_integer
from axone.engines import (
    Divergence,
    EpochReports,
    Outcome,
    Program,
    Recipe,
    RunState,
    compile_recipe,
)
from axone.errors import ConfigurationError, DataError, ShapeError
from axone.losses import LOSSES, Loss, prepare_weights
from axone.metrics import epoch_scores, r_squared, total_squares
from axone.network import Network
from axone.optimizers import LBFGS, OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.registry import plain
from axone.schedules import SCHEDULES, Schedule
from axone.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from axone.training.diagnosis import Diagnosis, diagnose_divergence
from axone.training.history import History
from axone.training.interruption import interruption
from axone.training.stopping import NoImprovement, Plateau, StoppingRule, score_column

Rows = tuple[Any, Any] | tuple[Any, Any, Any]
"""(X, y), or (X, y, weights of the rows)."""

EpochCallback = Callable[[History], bool | None]
"""Called after every epoch with the history so far; True ends the run."""

ValidationScore = Callable[[Parameters, FloatArray], float]
"""Given the weights and their predictions for the validation rows: how good they are, more is
better."""

ProgressCallback = Callable[[float], None]
"""Called now and then with the share of the run's epochs that is done, batches counted."""


@dataclass(frozen=True)
class TrainingResult:
    """What a run leaves.

    Attributes
    ----------
    parameters : Parameters
        The best weights if there was validation data (and `restore_best`), else the last ones.
    history : History
    stopped_by : str
        "max_epochs", the name of a stopping rule, "converged" (L-BFGS), "callback", "interrupted"
        or "diverged".
    reason : str
        The same as a sentence.
    best_epoch : int
        The epoch of `parameters`.
    steps : int
        Updates made.
    seconds : float
    engine : str
    diagnosis : Diagnosis or None
        Of a diverged run.
    final : Checkpoint
        Where the run stood at its end, the optimiser's memory included: another `fit` takes it as
        `start_from`.
    """

    parameters: Parameters
    history: History
    stopped_by: str
    reason: str
    best_epoch: int
    steps: int
    seconds: float
    engine: str
    diagnosis: Diagnosis | None
    final: Checkpoint

    @property
    def epochs(self) -> int:
        """Epochs completed."""
        return self.history.epochs


class Trainer:
    """Trains a network.

    Parameters
    ----------
    network : Network
    loss : str, mapping or Loss
    optimizer : str, mapping or Optimizer, default "adam"
    batch_size : int, default 32
        Small batches make more steps an epoch, which small networks need.
    schedule : str, mapping or Schedule, default "constant"
    l1, l2 : float, default 0
        Penalties λ₁/m·Σ|W| and λ₂/(2m)·ΣW².
    clip_value, clip_norm : float, optional
    dtype : {"float32", "float64"}, default "float32"
    engine : str, default "auto"
        "native", "reference", or the faster of the two that can run the network.
    threads : int, optional
        Of the compiled engine, which by default takes several only where they are faster. How many
        there are changes no result.
    seed : int, default 0
        Decides initial weights, shuffles, masks and noise.
    shuffle : bool, default True

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]); y = np.array([0, 1, 1, 0])
    >>> network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1, "sigmoid"), input_shape=2)
    >>> trainer = ax.Trainer(network, loss="binary_cross_entropy", optimizer=ax.Adam(0.1), seed=1)
    >>> result = trainer.fit((X, y), max_epochs=200)
    >>> (network.predict(result.parameters, X)[:, 0] > 0.5).astype(int).tolist()
    [0, 1, 1, 0]
    """

    def __init__(
        self,
        network: Network,
        *,
        loss: Loss | str | Mapping[str, Any],
        optimizer: Optimizer | LBFGS | str | Mapping[str, Any] = "adam",
        batch_size: int = 32,
        schedule: Schedule | str | Mapping[str, Any] = "constant",
        l1: float = 0.0,
        l2: float = 0.0,
        clip_value: float | None = None,
        clip_norm: float | None = None,
        dtype: DType = "float32",
        engine: str = "auto",
        threads: int | None = None,
        seed: int = 0,
        shuffle: bool = True,
    ) -> None:
        self.recipe = Recipe(
            network=network,
            loss=LOSSES.resolve(loss),
            optimizer=OPTIMIZERS.resolve(optimizer),
            batch_size=batch_size,
            schedule=SCHEDULES.resolve(schedule),
            penalty=Penalty(l1, l2),
            clipping=Clipping(clip_value, clip_norm),
            dtype=dtype,
            seed=seed,
            shuffle=shuffle,
        )
        compiled = compile_recipe(self.recipe, engine, threads)
        self.program: Program = compiled.program
        self.engine = compiled.engine
        self.engine_reason = compiled.reason

    def fit(
        self,
        train: Rows,
        validation: Rows | None = None,
        *,
        max_epochs: int = 100,
        stopping: Sequence[StoppingRule] = (),
        warmup_epochs: int = 0,
        restore_best: bool = True,
        initial: Parameters | None = None,
        start_from: Checkpoint | None = None,
        validation_score: ValidationScore | None = None,
        after_epoch: EpochCallback | None = None,
        on_progress: ProgressCallback | None = None,
        checkpoint: Path | str | None = None,
        checkpoint_seconds: float = 5.0,
        resume: bool = False,
    ) -> TrainingResult:
        """Train until a rule, the last epoch or Ctrl-C ends it.

        Parameters
        ----------
        train, validation : (X, y) or (X, y, weights)
            Examples as the network takes them, already scaled.
        max_epochs : int
        stopping : sequence of StoppingRule
        warmup_epochs : int
            Epochs during which no rule stops the run.
        restore_best : bool
            Return the weights of the best validation score (if a `Plateau` rule watches it, equal
            scores ranked by loss), else of the best validation loss.
        initial : Parameters, optional
            Weights to start from, not changed; drawn from the seed if left out.
        start_from : Checkpoint, optional
            Go on from where another run ended, its `TrainingResult.final`, which this run takes
            over: weights, the optimiser's memory, history and best weights. `max_epochs` and
            `warmup_epochs` count the epochs of both.
        validation_score : callable, optional
            Computes the column ``validation_score`` in place of the usual scores.
        after_epoch, on_progress : callable, optional
        checkpoint : path, optional
            Where to save the run, at most every `checkpoint_seconds`, when interrupted and at the
            end.
        resume : bool
            Continue from that file: the same bits as if never stopped.

        Raises
        ------
        DataError, ShapeError, ConfigurationError
            Data that do not fit the network, rules that need validation data.
        """
        check_integer("max_epochs", max_epochs, at_least=1)
        check_integer("warmup_epochs", warmup_epochs, at_least=0)
        data = self._prepare(train, "training")
        held_out = None if validation is None else self._prepare(validation, "validation")
        for rule in stopping:
            if held_out is None and rule.watches_validation:
                raise ConfigurationError(
                    f"The stopping rule {rule.name!r} watches validation data: there are none. "
                    "Give validation rows, or leave the rule out."
                )
        run = _Run(self, data, held_out, max_epochs, stopping, warmup_epochs)
        run.restore_best, run.after_epoch, run.on_progress = restore_best, after_epoch, on_progress
        run.validation_score = validation_score
        run.checkpoint_path = None if checkpoint is None else Path(checkpoint)
        run.checkpoint_seconds = checkpoint_seconds
        run.begin(initial, start_from, resume)
        return run.finish()

    def _prepare(self, rows: Rows, part: str) -> "_Data":
        network, dtype = self.recipe.network, self.recipe.dtype
        X = network.check_examples(rows[0])
        y = np.atleast_1d(rows[1])
        if len(X) != len(y):
            raise ShapeError(f"{part}: {len(X)} rows in X, but {len(y)} targets.")
        if len(X) == 0:
            raise DataError(f"{part}: there are no rows.")
        X = np.ascontiguousarray(X, dtype=dtype)
        target = self.recipe.loss.prepare(y, network.output_shape, dtype)
        for name, array in (("X", X), ("y", target)):
            if not np.isfinite(array).all():
                raise DataError(f"{part}: {name} holds NaN or infinite numbers.")
        weight = None
        if len(rows) == 3 and rows[2] is not None:
            weight = prepare_weights(rows[2], len(X), dtype, where=f"{part}: ")
        return _Data(X, target, weight)


@dataclass(frozen=True)
class _Data:
    """Rows ready for the engine."""

    X: FloatArray
    target: FloatArray
    weight: FloatArray | None


class _Run:
    """One call of `fit`: its state, what it records, how it ends."""

    restore_best: bool = True
    validation_score: ValidationScore | None = None
    after_epoch: EpochCallback | None = None
    on_progress: ProgressCallback | None = None
    checkpoint_path: Path | None = None
    checkpoint_seconds: float = 5.0

    def __init__(
        self,
        trainer: Trainer,
        data: _Data,
        held_out: _Data | None,
        max_epochs: int,
        stopping: Sequence[StoppingRule],
        warmup_epochs: int,
    ) -> None:
        self.trainer = trainer
        self.program = trainer.program
        self.recipe = trainer.recipe
        self.data, self.held_out = data, held_out
        self.max_epochs, self.stopping, self.warmup = max_epochs, stopping, warmup_epochs
        self.history = History()
        self.best_epoch = 0
        self.stopped_by, self.reason = "max_epochs", f"all {max_epochs} epochs are done"
        self.diagnosis: Diagnosis | None = None
        self.paused = self.ended = False
        if self.recipe.loss.task == "regression":
            self.spread = total_squares(data.target)
        self.earlier_seconds = 0.0
        self.started = self.last_saved = self.last_shown = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Time spent, over all the pieces of an interrupted run."""
        return self.earlier_seconds + time.perf_counter() - self.started

    def begin(
        self, initial: Parameters | None, start_from: Checkpoint | None, resume: bool
    ) -> None:
        """Set up the state, fresh, from an earlier run or from the checkpoint."""
        recipe = self.recipe
        if start_from is not None:
            recipe.network.check_parameters(start_from.state.parameters)
            self._continue(start_from)
            return
        if initial is None:
            initial = recipe.network.initialize(recipe.seed, recipe.dtype)
        recipe.network.check_parameters(initial)
        self.state: RunState = self.program.start(initial.astype(recipe.dtype))
        self.best = self.state.parameters.copy()
        self.epoch_start = self.best
        # L-BFGS starts again: its memory lies within SciPy, and the same start gives the same bits.
        if resume and not isinstance(recipe.optimizer, LBFGS):
            self._resume()

    def _resume(self) -> None:
        if self.checkpoint_path is None:
            raise ConfigurationError("To resume a run, name the checkpoint file it left.")
        self._continue(load_checkpoint(self.checkpoint_path, self.state, self.fingerprint()))

    def _continue(self, saved: Checkpoint) -> None:
        self.state, self.history = saved.state, saved.history
        self.best, self.best_epoch = saved.best, saved.best_epoch
        self.epoch_start = self.state.parameters.copy()
        self.earlier_seconds = saved.seconds

    def finish(self) -> TrainingResult:
        """Run to the end and gather the result."""
        if self.history.epochs and self._stop_reason():
            return self._result()
        with interruption() as pressed, np.errstate(over="ignore", invalid="ignore"):
            outcome = self._run(pressed)
            if isinstance(outcome, Divergence) and self.diagnosis is None:
                self._diverged(outcome)
            elif pressed() and self.state.epoch < self.max_epochs:
                self.stopped_by, self.reason = "interrupted", "interrupted by Ctrl-C"
            elif self.stopped_by == "max_epochs" and self.state.epoch < self.max_epochs:
                self.stopped_by = "converged"
                self.reason = "the optimizer found no further improvement"
        if self.diagnosis is None:
            self._save()
        return self._result()

    def _run(self, pressed: Callable[[], bool]) -> Outcome:
        """Let the program train, with a pause whenever a checkpoint is due, even in mid-epoch."""
        while True:
            self.paused = False
            epochs = self._epochs_at_once()
            outcome = self.program.run_epochs(
                self.state,
                self.data.X,
                self.data.target,
                self.data.weight,
                self.max_epochs,
                lambda reports: self._after_epochs(reports) or self._epochs_at_once() != epochs,  # noqa: B023
                lambda: self._between_batches(pressed()),
                epochs,
            )
            done = self.ended or self.state.epoch >= self.max_epochs
            if outcome is not None or pressed() or done:
                return outcome
            if self.paused:
                self._save()
            elif self._epochs_at_once() == epochs:
                return None

    def _epochs_at_once(self) -> int:
        """Return how many epochs may pass before anybody must be asked."""
        if self.held_out is not None or self.after_epoch is not None:
            return 1
        soonest = [rule.soonest(self.history, self.warmup) for rule in self.stopping]
        return min([self.max_epochs, *soonest])

    def _result(self) -> TrainingResult:
        parameters, epoch = self.state.parameters, self.state.epoch
        if self.diagnosis is not None:
            parameters, epoch = (
                (self.best, self.best_epoch)
                if self._has_best
                else (self.epoch_start, self.history.epochs)
            )
        elif self.restore_best and self._has_best:
            parameters, epoch = self.best, self.best_epoch
        return TrainingResult(
            parameters.copy(),
            self.history,
            self.stopped_by,
            self.reason,
            epoch,
            self.state.step,
            self.seconds,
            self.trainer.engine,
            self.diagnosis,
            self._snapshot(""),
        )

    @property
    def _has_best(self) -> bool:
        return self.held_out is not None and self.best_epoch > 0

    def _between_batches(self, pressed: bool) -> bool:
        now = time.perf_counter()
        if self.on_progress is not None and now - self.last_shown > 0.1:
            self.last_shown = now
            steps = -(-len(self.data.X) // self.recipe.batch_size)
            self.on_progress((self.state.epoch + self.state.batch / steps) / self.max_epochs)
        # SciPy's L-BFGS cannot be paused: it would forget the curvature it has learnt.
        if self.checkpoint_path is not None and not isinstance(self.recipe.optimizer, LBFGS):
            self.paused = now - self.last_saved >= self.checkpoint_seconds
        return pressed or self.paused

    def _after_epochs(self, reports: EpochReports) -> bool:
        """Record epochs; return whether the run ends here."""
        columns = self._columns(reports)
        value = columns.get("validation_loss", [0.0])[-1]
        if not np.isfinite(value):
            self._diverged(Divergence(int(reports.epoch[-1]), 1, np.arange(1), value))
            self.ended = True
            return True
        self.history.extend(columns)
        self._keep_best()
        if self.state.epoch < self.max_epochs:
            self.epoch_start = self.state.parameters.copy()
        self.ended = self._stop_reason()
        if self.after_epoch is not None and self.after_epoch(self.history) and not self.ended:
            self.stopped_by, self.reason, self.ended = "callback", "a callback asked to stop", True
        return self.ended

    def _columns(self, reports: EpochReports) -> dict[str, list[float]]:
        """Return the rows of the history, by column; validation rows are only met one at a time."""
        seconds = self.history["seconds"][-1] if self.history.epochs else self.earlier_seconds
        columns = {
            "epoch": reports.epoch,
            "step": reports.step,
            "learning_rate": reports.learning_rate,
            "train_loss": reports.loss,
            "train_penalty": reports.penalty,
            **self._train_scores(reports),
            "gradient_norm": np.linalg.norm(reports.gradient_norms, axis=1),
            "dead_units": reports.dead_shares.max(axis=1),
            **self._validation_scores(),
            "seconds": np.linspace(seconds, self.seconds, len(reports) + 1)[1:],
        }
        return {name: np.asarray(column).tolist() for name, column in columns.items()}

    def _train_scores(self, reports: EpochReports) -> dict[str, FloatArray]:
        if self.recipe.loss.task == "regression":
            return {"train_r2": r_squared(reports.hits, self.spread)}
        return {"train_accuracy": reports.hits[:, 0] / reports.rows}

    def _validation_scores(self) -> dict[str, list[float]]:
        if self.held_out is None:
            return {}
        held_out = self.held_out
        value, prediction = self.program.evaluate(
            self.state.parameters, held_out.X, held_out.target, held_out.weight
        )
        if not np.isfinite(value):
            return {"validation_loss": [value]}
        if self.validation_score is not None:
            score = float(self.validation_score(self.state.parameters, prediction))
            return {"validation_loss": [value], "validation_score": [score]}
        scores = epoch_scores(self.recipe.loss, prediction, held_out.target)
        named = {f"validation_{name}": [number] for name, number in scores.items()}
        return {"validation_loss": [value], **named}

    def _keep_best(self) -> None:
        if self.held_out is None:
            return
        history, epoch = self.history, self.history.epochs
        if any(isinstance(rule, Plateau) for rule in self.stopping):
            losses, scores = history["validation_loss"], history[score_column(history)]
            best = max(self.best_epoch, 1) - 1
            better = (scores[-1], -losses[-1]) > (scores[best], -losses[best])
        else:
            better = history.best_epoch(self._kept) == epoch
        if better or self.best_epoch == 0:
            self.best, self.best_epoch = self.state.parameters.copy(), epoch

    @property
    def _kept(self) -> str:
        """The column whose best weights come back."""
        watched = [r.watched for r in self.stopping if isinstance(r, NoImprovement)]
        columns = (w for w in watched if isinstance(w, str) and w.startswith("validation_"))
        return next(columns, "validation_loss")

    def _stop_reason(self) -> bool:
        """Ask every rule; remember which one ended the run, and why."""
        for rule in self.stopping:
            if self.history.epochs <= self.warmup:
                return False
            reason = rule.reason(self.history, self.warmup)
            if reason is not None:
                self.stopped_by, self.reason = rule.name, reason
                return True
        return False

    def _diverged(self, divergence: Divergence) -> None:
        optimizer = self.recipe.optimizer
        rate = 1.0 if isinstance(optimizer, LBFGS) else optimizer.learning_rate
        self.stopped_by = "diverged"
        self.reason = f"the loss became {divergence.loss:g}"
        self.diagnosis = diagnose_divergence(
            self.program, self.epoch_start, self.data.X, self.data.target, divergence, rate
        )

    def _save(self) -> None:
        self.last_saved = time.perf_counter()
        if self.checkpoint_path is None:
            return
        save_checkpoint(self._snapshot(self.fingerprint()), self.checkpoint_path)

    def _snapshot(self, fingerprint: str) -> Checkpoint:
        return Checkpoint(
            fingerprint, self.state, self.best, self.best_epoch, self.history, self.seconds
        )

    def fingerprint(self) -> str:
        """Identify the recipe and the data, the number of epochs apart."""
        recipe = self.recipe
        settings = {
            "network": recipe.network.to_data(),
            "loss": plain(recipe.loss),
            "optimizer": plain(recipe.optimizer),
            "schedule": plain(recipe.schedule),
            "batch_size": recipe.batch_size,
            "penalty": [recipe.penalty.l1, recipe.penalty.l2],
            "clipping": [recipe.clipping.value, recipe.clipping.norm],
            "dtype": recipe.dtype,
            "seed": recipe.seed,
            "shuffle": recipe.shuffle,
            "engine": self.trainer.engine,
            "data": [_checksum(self.data), self.held_out and _checksum(self.held_out)],
        }
        return f"{zlib.crc32(json.dumps(settings, sort_keys=True, default=plain).encode()):08x}"


def _checksum(data: _Data) -> list[Any]:
    """Summarise rows by their shape and the bytes of at most a thousand of them."""
    step = max(1, len(data.X) // 1000)
    arrays = [data.X, data.target] + ([] if data.weight is None else [data.weight])
    sums = [zlib.crc32(np.ascontiguousarray(array[::step]).tobytes()) for array in arrays]
    return [list(data.X.shape), *sums]
