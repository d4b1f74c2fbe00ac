"""A training run that can be held: a row of events, with a hand on the brake and on the rate.

A `Run` asks the engine's session for one lap after another and decides between them: what to
record, which weights are the best, what to save, whether to go on. `Trainer.fit` is a loop over its
events.
"""

import math
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_number
from axone.data.examples import Examples
from axone.engines import (
    DEAD_UNITS,
    GRADIENT_NORM,
    Divergence,
    EpochReports,
    Lap,
    Plan,
    RunState,
    Session,
    never,
)
from axone.errors import ConfigurationError, DataError
from axone.interruption import interruption, signal_name
from axone.messages import Message, _, _n, as_message
from axone.parameters import Parameters, Trail
from axone.training.checkpoint import Checkpoint, save_checkpoint
from axone.training.diagnosis import (
    Evidence,
    Finding,
    diagnose_divergence,
    diagnose_validation,
    in_words,
)
from axone.training.diagnosis.evidence import EpochRows
from axone.training.events import EpochCallback, Event, Every, ProgressCallback, RunSettings
from axone.training.result import TrainingResult
from axone.training.scores import Scores
from axone.training.stopping import Plateau, kept_column, score_column

_ASKED = _("it was asked to stop")

_BYTES_OF_TRAIL = 4 * 2**20
"""Of weights and validation predictions that are kept to be looked at together."""

_MOST_EPOCHS_AT_ONCE = 64
"""That are validated together: what a call costs is then a small part of what each of them does."""


class Run:
    """One training run: iterate over it, and it trains.

    Made by `Trainer.start`. `stop`, `pause`, `go_on` and `set_learning_rate` may be called from any
    thread; they take effect after the batch in hand.

    Attributes
    ----------
    state : RunState
        Where it stands.
    history : History
        What every epoch showed.
    on_progress : callable or None
        Told now and then which share of the run is done.
    interrupted : callable
        Asked between batches; True ends the run as Ctrl-C does.
    every : {"step", "epoch", "lap"}
        How often there is an event; it may be changed between two of them.
    lap_steps : int or None
        How many steps a lap may have, so that whoever watches is told in time; as many as nobody
        needs to be asked between if None. With it there is an event after every lap, within an
        epoch too. It may be changed between two events.

    Examples
    --------
    >>> import numpy as np, axone as ax
    >>> X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]); y = np.array([0, 1, 1, 0])
    >>> network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1, "sigmoid"), input_shape=2)
    >>> trainer = ax.Trainer(network, loss="binary_cross_entropy", optimizer=ax.Adam(0.1), seed=1)
    >>> run = trainer.start((X, y), max_epochs=500)
    >>> for event in run:
    ...     if event.history["train_loss"][-1] < 0.1:
    ...         run.stop()
    >>> run.result.stopped_by, run.result.epochs < 500
    ('stopped', True)
    """

    def __init__(
        self,
        plan: Plan,
        engine: str,
        examples: Examples,
        held_out: Examples | None,
        settings: RunSettings,
        begin: Checkpoint,
        first: Parameters,
    ) -> None:
        self.plan, self.engine = plan, engine
        self.recipe = plan.recipe
        self.examples, self.held_out, self.settings = examples, held_out, settings
        self.state: RunState = begin.state
        self.history = begin.history
        self.best, self.best_epoch = begin.best, begin.best_epoch
        self.fingerprint = begin.fingerprint
        self.earlier_seconds = begin.seconds
        self.stopped_by = "max_epochs"
        self._reason: Message | None = None
        self.divergence: Finding | None = None
        # What a diagnosis looks at, besides the history: weights before the first step, and layers.
        self._begin = first
        self._norms, self._dead = EpochRows(), EpochRows()
        self.on_progress: ProgressCallback | None = None
        self.interrupted: Callable[[], bool] = never
        self.every: Every = settings.every
        self.lap_steps: int | None = None
        self._scores = Scores(
            self.recipe.loss, examples, held_out, settings.validation_score, settings.pooled
        )
        self.trail: Trail | None = None
        if held_out is not None:
            room = self._room_of_trail(held_out)
            self.trail = Trail(begin.state.parameters.layout, room, self.recipe.dtype)
        self._one_by_one = False
        self._epoch_start = self.state.parameters.copy()
        # The state is moved in place, so that one view of it shows every event's weights.
        self._weights = self.state.parameters.read_only()
        self._ended = self._begun = False
        # Set by any thread, and read by the one that trains.
        self._stop_words: tuple[str, str] | None = None
        self._pause: threading.Event | None = None
        self._new_rate: float | None = None
        self._save_is_due = self._cannot_save = False
        self._started = self._last_saved = self._last_shown = time.perf_counter()

    def __iter__(self) -> Generator[Event, None, None]:
        """Train, with an event after every step or epoch, as `every` says."""
        self.begin()
        yield from self.go_through(
            self.plan.session(self.state, self.examples, self.settings.max_epochs)
        )

    def begin(self) -> None:
        """Say that somebody goes through the run, as one alone may."""
        if self._begun:
            raise ConfigurationError(_("A run is gone through once: start another one."))
        self._begun = True
        self._started = time.perf_counter()
        self._ended = bool(self.history.epochs) and self._rule_stops()

    def go_through(self, session: Session) -> Iterator[Event]:
        """Go on to the end of a run that has begun, by laps of this session, which is closed."""
        try:
            while self.goes_on():
                event = self._lap(session)
                if event is not None:
                    yield event
        finally:
            session.close()
            self.close()

    def goes_on(self) -> bool:
        """Say whether there is another lap to make; wait while the run is paused."""
        if self._ended or self.state.epoch >= self.settings.max_epochs:
            return False
        self._wait()
        if self._stop_words is not None:
            self._end(*self._stop_words)
        elif self.interrupted():
            signal = signal_name(self.interrupted)
            self._end("interrupted", _("interrupted by {signal}", signal=signal))
        return not self._ended

    def close(self) -> None:
        """Say that nobody goes on with the run, and save it."""
        if not self._ended and self.state.epoch < self.settings.max_epochs:
            self._end("stopped", _("nobody went on with it"))
        self._ended = True
        if self.divergence is None:
            self._save()

    def stop(self, stopped_by: str = "stopped", reason: str = _ASKED) -> None:
        """Ask the run to end after the batch in hand."""
        if self._stop_words is None:
            self._stop_words = stopped_by, reason
        self.go_on()

    def pause(self) -> None:
        """Ask the run to wait, after the batch in hand, until `go_on` or `stop`."""
        if self._pause is None:
            self._pause = threading.Event()

    def go_on(self) -> None:
        """Let a paused run go on."""
        pause, self._pause = self._pause, None
        if pause is not None:
            pause.set()

    def set_learning_rate(self, learning_rate: float) -> None:
        """Train on with another learning rate, which the schedule multiplies as before.

        Raises
        ------
        ConfigurationError
            It is not above 0, or the optimiser finds the length of its steps itself.
        """
        check_number("learning_rate", learning_rate, above=0)
        if not self.recipe.optimizer.stepwise:
            raise ConfigurationError(_("L-BFGS finds the length of its steps itself."))
        self._new_rate = float(learning_rate)

    def to_the_end(self, after_epoch: EpochCallback | None = None) -> TrainingResult:
        """Go through the run; Ctrl-C ends it after the batch in hand.

        Parameters
        ----------
        after_epoch : callable, optional
            Given the history after every epoch; True ends the run.
        """
        # A callback that looks at more than the history is told at which run.
        watch = getattr(after_epoch, "watch", None)
        if watch is not None:
            watch(self)
        with interruption() as pressed:
            self.interrupted = pressed
            for event in self:
                if after_epoch is not None and event.kind == "epoch" and after_epoch(self.history):
                    self.stop("callback", _("a callback asked to stop"))
        return self.result

    @property
    def has_ended(self) -> bool:
        """Whether a rule, a failure or somebody ended it, perhaps before the last epoch."""
        return self._ended

    @property
    def reason(self) -> Message:
        """Why it ended, or will if nothing comes between."""
        if self._reason is None:
            self._reason = epochs_are_done(self.settings.max_epochs)
        return self._reason

    @property
    def seconds(self) -> float:
        """Time spent, over all the pieces of an interrupted run."""
        return self.earlier_seconds + time.perf_counter() - self._started

    @property
    def result(self) -> TrainingResult:
        """What the run leaves, or has come to so far."""
        parameters, epoch = self.state.parameters, self.state.epoch
        if self.divergence is not None:
            parameters, epoch = (
                (self.best, self.best_epoch)
                if self._has_best
                else (self._epoch_start, self.history.epochs)
            )
        elif self.settings.restore_best and self._has_best:
            parameters, epoch = self.best, self.best_epoch
        return TrainingResult(
            (kept := parameters.copy()),
            self.history,
            self.stopped_by,
            self.reason,
            epoch,
            self.state.step,
            self.seconds,
            self.engine,
            self._evidence(kept, epoch),
            self._snapshot(),
        )

    def _evidence(self, kept: Parameters, kept_epoch: int) -> Evidence:
        """Return what a diagnosis of the run is made of, as far as it has come."""
        return Evidence(
            recipe=self.recipe,
            engine=self.engine,
            begin=self._begin,
            end=self.state.parameters.copy(),
            kept=kept,
            history=self.history,
            stopped_by=self.stopped_by,
            kept_epoch=kept_epoch,
            gradient_norms=self._norms.table(),
            dead_shares=self._dead.table(),
            train=self.examples,
            held_out=self.held_out,
            divergence=self.divergence,
        )

    def _lap(self, session: Session) -> Event | None:
        """Make one lap and record it; return what there is to tell."""
        state, steps = self.state, 1 if self.every == "step" else self.lap_steps
        epochs = self.epochs_at_once()
        before = state.copy_to_go_back() if epochs > 1 else None
        with np.errstate(over="ignore", invalid="ignore"):
            lap = session.advance(
                epochs=epochs,
                steps=steps,
                interrupted=self._between_batches,
                trail=self.trail,
            )
            if before is not None and len(lap.reports) and lap.divergence and self.trail is None:
                # The weights are those before the batch that failed. Those of the last epoch that
                # did not are wanted too: so many epochs again, then the failing one by itself.
                state.go_back(before)
                lap = session.advance(epochs=len(lap.reports), interrupted=self._between_batches)
            if not self.record(lap):
                assert before is not None  # noqa: S101 — only of one epoch in many there is doubt
                state.go_back(before)
                self._one_by_one = True
                return self._lap(session)
        if self._save_is_due:
            self._save()
        if steps is not None or len(lap.reports):
            return self._event(lap.reports)
        return None

    def record(self, lap: Lap) -> bool:
        """Take a lap into the history, and decide whether the run ends here.

        Returns
        -------
        bool
            False where nothing was taken, because the validation loss was not finite on the way:
            these epochs are to be made again one by one, to find out after which.
        """
        if len(lap.reports) and not self._after_epochs(lap.reports):
            return False
        if self._ended:
            return True
        if lap.divergence is not None:
            self._diverged(lap.divergence)
        elif lap.converged and self.state.epoch < self.settings.max_epochs:
            self._end("converged", _("the optimizer found no further improvement"))
        return True

    def _end(self, stopped_by: str, reason: str) -> None:
        self.stopped_by, self._ended = stopped_by, True
        self._reason = as_message(reason).coded(stopped_by)

    def _event(self, reports: EpochReports) -> Event:
        state = self.state
        return Event(
            "epoch" if len(reports) else "step",
            state.epoch,
            state.step,
            state.batch,
            self._weights,
            self.history,
            reports,
        )

    def epochs_at_once(self) -> int:
        """Return how many epochs may pass before anybody must be asked."""
        if self.every != "lap" or self._one_by_one:
            return 1
        soonest = [rule.soonest(self.history, self._warmup) for rule in self.settings.stopping]
        room = [] if self.trail is None else [len(self.trail)]
        return min([self.settings.max_epochs, *soonest, *room])

    def _room_of_trail(self, held_out: Examples) -> int:
        """Return how many epochs' weights and validation predictions are kept at a time."""
        if self.settings.every != "lap":
            return 1
        layout, outputs = self.recipe.network.layout, math.prod(self.recipe.network.output_shape)
        numbers = layout.size + layout.buffer_size + len(held_out) * outputs
        room = _BYTES_OF_TRAIL // (numbers * np.dtype(self.recipe.dtype).itemsize)
        return max(1, min(room, _MOST_EPOCHS_AT_ONCE, self.settings.max_epochs))

    @property
    def _warmup(self) -> int:
        return self.settings.warmup_epochs

    @property
    def _has_best(self) -> bool:
        return self.held_out is not None and self.best_epoch > 0

    def _wait(self) -> None:
        """Wait while the run is paused, and take over a changed learning rate."""
        while (pause := self._pause) is not None:
            if self._stop_words is not None or self.interrupted():
                break
            pause.wait(0.1)
        rate, self._new_rate = self._new_rate, None
        if rate is not None:
            self.state.learning_rate = rate

    def _between_batches(self) -> bool:
        """Show progress; say whether the engine is to come back."""
        now = time.perf_counter()
        if self.on_progress is not None and now - self._last_shown > 0.1:
            self._last_shown = now
            steps = self.recipe.steps(len(self.examples))
            self.on_progress(
                (self.state.epoch + self.state.batch / steps) / self.settings.max_epochs
            )
        if self.settings.checkpoint is not None:
            self._save_is_due = now - self._last_saved >= self.settings.checkpoint_seconds
        return (
            self._save_is_due
            or self._stop_words is not None
            or self._pause is not None
            or self._new_rate is not None
            or self.interrupted()
        )

    def _after_epochs(self, reports: EpochReports) -> bool:
        """Record epochs, see whether a rule ends the run; False where they are to be made again."""
        trail = None if self.trail is None else self.trail[: len(reports)]
        scores: dict[str, FloatArray] = {}
        if trail is not None:
            values, scores = self._scores.of_validation(self.plan, trail)
            if not np.isfinite(values).all():
                if len(values) > 1:
                    return False
                self._diverged_in_validation(float(values[0]))
                return True
        columns = self._columns(reports) | scores
        seconds = self.history["seconds"][-1] if self.history.epochs else self.earlier_seconds
        share = (self.seconds - seconds) / len(reports)
        columns["seconds"] = seconds + share * np.arange(1, len(reports) + 1)
        self.history.extend_all({name: column.tolist() for name, column in columns.items()})
        if trail is not None:
            self._keep_best(trail)
        if self.state.epoch < self.settings.max_epochs:
            self._epoch_start = (self.state.parameters if trail is None else trail[-1]).copy()
        self._ended = self._rule_stops()
        return True

    def _columns(self, reports: EpochReports) -> dict[str, FloatArray]:
        """Return the rows of the history that concern training, by column."""
        columns = {
            "epoch": reports.epoch,
            "step": reports.step,
            "learning_rate": reports.learning_rate,
            "train_loss": reports.loss,
            "train_penalty": reports.penalty,
            **self._scores.of_training(reports),
        }
        self._norms.add(reports.gradient_norms)
        self._dead.add(reports.dead_shares)
        if GRADIENT_NORM in self.recipe.measures:
            norms = _by_layer(reports.gradient_norms)
            columns[GRADIENT_NORM] = np.sqrt(np.add.reduce(norms * norms, axis=0))
        if DEAD_UNITS in self.recipe.measures:
            columns[DEAD_UNITS] = np.maximum.reduce(_by_layer(reports.dead_shares), axis=0)
        return columns

    def _keep_best(self, trail: Trail) -> None:
        """Keep the best weights so far, if they are of one of the epochs recorded last."""
        history, best = self.history, max(self.best_epoch, 1)
        before = history.epochs - len(trail)
        if any(isinstance(rule, Plateau) for rule in self.settings.stopping):
            losses, scores = history["validation_loss"], history[score_column(history)]
            for n in range(before, history.epochs):
                unknown = math.isnan(scores[best - 1])  # of a run before, without these rows
                if unknown or (scores[n], -losses[n]) > (scores[best - 1], -losses[best - 1]):
                    best = n + 1
        else:
            best = history.best_epoch(kept_column(self.settings.stopping))
        if best > before:
            self.best, self.best_epoch = trail[best - before - 1].copy(), best

    def _rule_stops(self) -> bool:
        """Ask every rule; remember which one ended the run, and why."""
        for rule in self.settings.stopping:
            if self.history.epochs <= self._warmup:
                return False
            reason = rule.reason(self.history, self._warmup)
            if reason is not None:
                self._end(rule.name, reason)
                return True
        return False

    def _diverged_in_validation(self, loss: float) -> None:
        assert self.held_out is not None  # noqa: S101 — its loss is what is not finite
        self.divergence = diagnose_validation(
            self.plan, self._epoch_start, self.state, self.examples, self.held_out
        )
        self._end("diverged", _("the validation loss became {loss:g}", loss=loss))

    def _diverged(self, divergence: Divergence) -> None:
        self.divergence = diagnose_divergence(
            self.plan, self._epoch_start, self.examples, divergence, self.state.learning_rate
        )
        self._end("diverged", in_words(divergence))

    def _save(self) -> None:
        """Write the checkpoint; where that is not possible the run goes on without."""
        self._last_saved, self._save_is_due = time.perf_counter(), False
        if self.settings.checkpoint is None:
            return
        try:
            save_checkpoint(self._snapshot(), self.settings.checkpoint)
        except DataError as error:
            if not self._cannot_save:
                warnings.warn(
                    _(
                        "The run cannot be saved on its way, and goes on all the same: {error} It "
                        "is tried again.",
                        error=error,
                    ),
                    stacklevel=2,
                )
            self._cannot_save = True

    def _snapshot(self) -> Checkpoint:
        return Checkpoint(
            self.fingerprint, self.state, self.best, self.best_epoch, self.history, self.seconds
        )


def epochs_are_done(epochs: int) -> Message:
    """Say why a run ended that nothing ended before its last epoch."""
    return _n("the one epoch is done", "all {count} epochs are done", epochs).coded("max_epochs")


def _by_layer(per_epoch: FloatArray) -> FloatArray:
    """Return a row a layer: NumPy combines a few long rows much faster than many short ones."""
    return np.ascontiguousarray(per_epoch.T)
