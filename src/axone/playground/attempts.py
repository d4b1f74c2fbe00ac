"""An attempt: a design and its run as far as it has come, which waits wherever it is left.

The run is Axone's own, gone through lap by lap. How long a lap is follows from how long laps take,
so that who watches is told in time and the engine is hardly ever interrupted.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from axone.arrays import FloatArray
from axone.errors import ConfigurationError
from axone.experiments.training import fit_settings
from axone.messages import Message, _
from axone.parameters import Parameters
from axone.playground.designs import Design
from axone.playground.limits import MOST_EPOCHS
from axone.playground.past import Past
from axone.training import Checkpoint, Event, History, Run
from axone.training.fingerprint import checksum_of_rows

LAP_SECONDS = 0.008
"""Of a lap: there are two of them in the time of a frame, sixty of which make a second."""

_FASTER, _SLOWER = 2.0, 0.25
"""By how much a lap may grow and shrink from one to the next."""

_LONGEST_LAP = 10_000_000

_BYTES_OF_NUMBER = 32
"""Of a history: Python's number, and its place in a list."""


@dataclass(frozen=True)
class Moment:
    """Where a run stood.

    Attributes
    ----------
    checkpoint : Checkpoint
    turned : tuple of (int, float)
        As of `Attempt`.
    seconds : float
    """

    checkpoint: Checkpoint
    turned: tuple[tuple[int, float], ...]
    seconds: float


@dataclass
class Attempt:
    """A design being learnt.

    Attributes
    ----------
    design : Design
    run : Run
    past : Past
        Weights of epochs that are over.
    turned : list of (int, float)
        After how many steps the learning rate was turned by hand, and to what.
    flow : array of shape (n_layers,) or None
        The gradient's norm in each layer at the last step that was measured.
    seconds : float
        Spent learning.
    """

    design: Design
    run: Run
    past: Past
    turned: list[tuple[int, float]] = field(default_factory=list)
    flow: FloatArray | None = None
    seconds: float = 0.0
    _events: Generator[Event, None, None] | None = None
    _lap_steps: float = 1.0

    @classmethod
    def of(cls, design: Design, **settings: Any) -> "Attempt":
        """Begin with a design: nothing is learnt yet.

        Parameters
        ----------
        design : Design
        **settings
            Of `Trainer.start`, in place of the design's.
        """
        chosen: dict[str, Any] = {**fit_settings(design.prepared), "every": "lap", **settings}
        run = design.trainer.start(**chosen)
        weights = run.state.parameters
        past = Past(weights.vector.nbytes + weights.buffers.nbytes)
        past.keep(run.state.epoch, weights.copy())
        made = cls(design, run, past, _events=iter(run))
        if run.state.epoch >= run.settings.max_epochs:
            made.close()
        return made

    @classmethod
    def from_moment(
        cls, design: Design, moment: Moment, max_epochs: int | None = None
    ) -> "Attempt":
        """Go on from a moment of another run of the same design.

        Parameters
        ----------
        design : Design
        moment : Moment
        max_epochs : int, optional
            Of both runs; the design's if left out.
        """
        settings: dict[str, Any] = {"start_from": moment.checkpoint, "initial": None}
        if max_epochs is not None:
            settings["max_epochs"] = max_epochs
        made = cls.of(design, **settings)
        made.turned, made.seconds = list(moment.turned), moment.seconds
        if made.turned:
            made.run.set_learning_rate(made.turned[-1][1])
        return made

    def moment(self) -> Moment:
        """Return where the run stands, to be gone on from whatever becomes of it."""
        run = self.run
        checkpoint = Checkpoint(
            run.fingerprint,
            run.state.copy(),
            run.best.copy(),
            run.best_epoch,
            History(run.history),
            run.seconds,
        )
        return Moment(checkpoint, tuple(self.turned), self.seconds)

    def prolonged(self) -> "Attempt":
        """Return an attempt that goes on after the last epoch, for as many as the design has.

        Raises
        ------
        ConfigurationError
            There are as many as a page keeps.
        """
        own = self.design.prepared.experiment.settings.training.epochs
        more = min(self.run.settings.max_epochs + own, MOST_EPOCHS)
        if more <= self.run.state.epoch:
            raise ConfigurationError(
                _("a run on the page has at most {most:,} epochs", most=MOST_EPOCHS)
            )
        made = self.from_moment(self.design, self.moment(), more)
        made.past = self.past
        return made

    @property
    def ended(self) -> Message | None:
        """Why it does not go on; None while it could."""
        return self.run.reason if self._events is None else None

    @property
    def progress(self) -> float:
        """Epochs, the one begun by its share."""
        state = self.run.state
        return state.epoch + state.batch / max(self.steps_of_epoch, 1)

    @property
    def steps_of_epoch(self) -> int:
        """Updates that an epoch makes."""
        return self.run.recipe.steps(len(self.run.examples))

    def lap(self, until: int | None = None) -> None:
        """Learn for about `LAP_SECONDS`, to the end of an epoch wherever that comes before.

        Parameters
        ----------
        until : int, optional
            The epoch at whose end the lap ends at the latest.
        """
        run, length = self.run, self._length()
        if until is not None:
            length = max(1, min(length, until * self.steps_of_epoch - self._steps_done))
        run.every, run.lap_steps = "lap", length
        began, step = time.perf_counter(), run.state.step
        self._go(began)
        taken, made = time.perf_counter() - began, run.state.step - step
        if made and taken > 0:
            factor = min(max(LAP_SECONDS * made / taken / self._lap_steps, _SLOWER), _FASTER)
            self._lap_steps = min(max(self._lap_steps * factor, 1.0), _LONGEST_LAP)

    @property
    def _steps_done(self) -> int:
        return self.run.state.epoch * self.steps_of_epoch + self.run.state.batch

    def _length(self) -> int:
        """Return how many steps the next lap has: no longer than wanted, but whole epochs."""
        wanted, of_epoch = max(1, round(self._lap_steps)), self.steps_of_epoch
        left = of_epoch - self.run.state.batch
        return wanted if wanted <= left else left + (wanted - left) // of_epoch * of_epoch

    def step(self) -> None:
        """Make one update."""
        self.run.every = "step"
        self._go(time.perf_counter())

    def turn(self, learning_rate: float) -> None:
        """Learn on with another learning rate; see `Run.set_learning_rate`."""
        self.run.set_learning_rate(learning_rate)
        step = self.run.state.step
        if self.turned and self.turned[-1][0] == step:
            # A slider that is drawn between two steps turns it once.
            self.turned.pop()
        self.turned.append((step, float(learning_rate)))

    @property
    def learning_rate(self) -> float:
        """That of the next step, before the schedule: the run takes it over as it goes on."""
        return self.turned[-1][1] if self.turned else self.run.state.learning_rate

    def close(self) -> None:
        """Let the engine go."""
        events, self._events = self._events, None
        if events is not None:
            events.close()

    def weights(self) -> Parameters:
        """Return a copy of the weights as they are."""
        return self.run.state.parameters.copy()

    def fingerprint(self) -> str:
        """Return what tells this run from others, as `Trainer.start` marks a checkpoint with it."""
        rows = [self.run.examples, *([] if self.run.held_out is None else [self.run.held_out])]
        return self.design.trainer.fingerprint([checksum_of_rows(each) for each in rows])

    @property
    def bytes_of_run(self) -> int:
        """About how much memory the run takes, its rows not counted."""
        run = self.run
        remembered = sum(slot.nbytes for slot in run.state.slots.values())
        # As they are, at the beginning, after the last epoch, and the best.
        weights = 4 * self.past.bytes_of_one
        seen = run.history.epochs * len(run.history) * _BYTES_OF_NUMBER
        return self.past.bytes + remembered + weights + seen

    def _go(self, began: float) -> None:
        """Take one event, and keep of it what is looked at later."""
        if self._events is None:
            return
        event = next(self._events, None)
        self.seconds += time.perf_counter() - began
        if event is None:
            self._events = None
            return
        if "gradient_norm" in (measures := event.measures):
            self.flow = measures["gradient_norm"]
        state = self.run.state
        if not state.batch and self.past.is_due(state.epoch):
            self.past.keep(state.epoch, self.weights())
        if self.run.divergence is not None or not self._goes_on():
            self.close()

    def _goes_on(self) -> bool:
        """Say whether there is another event to come, so that the end is known when it is there."""
        return self.run.state.epoch < self.run.settings.max_epochs and not self.run.has_ended
