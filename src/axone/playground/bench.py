"""The bench: what stands behind the page, and what it may be told to do.

It knows nothing of messages, pipes or pages. Whoever works at it makes lap after lap with `learn`
while `playing` is set, and asks in between.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from axone.checks import check_integer, check_number, check_seed
from axone.errors import ConfigurationError
from axone.messages import _
from axone.parameters import Parameters
from axone.playground.attempts import Attempt, Moment
from axone.playground.describing import described
from axone.playground.designs import Design, Designer
from axone.playground.kept import KeptRuns
from axone.playground.pace import Pace, Speed
from axone.playground.sources import Sources
from axone.playground.undoing import Attempts
from axone.training import Checkpoint, History, Run, TrainingResult

FIRST: Mapping[str, Any] = {
    "data": {
        "source": "spirals",
        "options": {"rows": 600, "noise": 0.1},
        "validation": 0.25,
        "test": 0.0,
    },
    "network": {
        "hidden_layers": [
            {"name": "dense", "units": 8, "activation": "tanh"},
            {"name": "dense", "units": 8, "activation": "tanh"},
        ]
    },
    "training": {"optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 16},
    "seed": 0,
}
"""What the page shows where nothing was asked for: two spirals, which no line parts."""


@dataclass(eq=False)
class Bench:
    """The state behind the page.

    Parameters
    ----------
    folder : Path
        The session's own, for what is written.
    sources : Sources, optional
        What the page may load.

    Attributes
    ----------
    playing : bool
    until : int or None
        After which epoch it pauses by itself.
    pace : Pace
    looking_back : int or None
        The past epoch whose weights are shown.
    version : int
        Grows with whatever changes what is to be seen.
    kept : KeptRuns
    asked_about : str or None
        A table that was given and does not say what is to be learnt: the page asks.
    announce_download : callable
        Given a file of the folder and its name; returns what the page fetches it by.
    """

    folder: Path
    sources: Sources = field(default_factory=Sources)
    playing: bool = False
    until: int | None = None
    pace: Pace = field(default_factory=Pace)
    looking_back: int | None = None
    version: int = 0
    kept: KeptRuns = field(default_factory=KeptRuns)
    asked_about: str | None = None
    announce_download: Callable[[Path, str], str] | None = None
    _attempts: Attempts = field(default_factory=Attempts)
    _speed: Speed = field(default_factory=Speed)

    def __post_init__(self) -> None:
        self.designer = Designer(self.sources)

    @property
    def attempt(self) -> Attempt:
        """What is being learnt."""
        if self._attempts.shown is None:
            raise ConfigurationError(_("nothing is designed yet"))
        return self._attempts.shown

    @property
    def design(self) -> Design:
        """What it is."""
        return self.attempt.design

    @property
    def run(self) -> Run:
        """Its training, as far as it has come."""
        return self.attempt.run

    def parameters(self) -> Parameters:
        """Return a copy of the weights that are shown: as they are, or of the past epoch."""
        if self.looking_back is None:
            return self.attempt.weights()
        return self.attempt.past.nearest(self.looking_back)[1].copy()

    def shown_epoch(self) -> int:
        """Return after how many epochs the weights that are shown were there."""
        if self.looking_back is None:
            return self.run.state.epoch
        return self.attempt.past.nearest(self.looking_back)[0]

    def history(self) -> History:
        """Return what every epoch showed."""
        return self.run.history

    def result(self) -> TrainingResult:
        """Return what the run has come to."""
        return self.run.result

    def set_design(self, data: Any) -> dict[str, Any]:
        """Begin with another design; the one before can be gone back to.

        Raises
        ------
        RefusedDesignError
            It cannot be carried out: everything stays as it was.
        """
        self._begin(Attempt.of(self.designer.design(data)))
        return self.designed()

    def reset(self, seed: int | None = None) -> None:
        """Begin again with the same design, under another seed if one is given."""
        data = dict(self.design.data)
        if seed is not None:
            check_seed(seed)
            data["seed"] = seed
        design = self.designer.design(data) if seed is not None else self.design
        self._begin(Attempt.of(design))

    def undo(self) -> None:
        """Go back to the design before, and its run as it was."""
        self._attempts.undo()
        self._shown_anew()

    def redo(self) -> None:
        """Take an undo back."""
        self._attempts.redo()
        self._shown_anew()

    def play(self) -> None:
        """Learn, from now on; at the end of a run so many epochs more."""
        self.look_back(None)
        self.until = None
        if self.attempt.ended is not None and self.run.divergence is None:
            self._attempts.replace(self.attempt.prolonged())
        self.playing = self.attempt.ended is None
        self._speed = Speed()
        self.pace.begin()

    def pause(self) -> None:
        """Learn no further."""
        self.playing, self.until = False, None
        self.version += 1

    def play_until(self, epoch: int) -> None:
        """Learn to the end of an epoch as fast as it goes, and pause there."""
        self.play()
        self.until = epoch
        self.playing = self.playing and self.run.state.epoch < epoch

    def step(self) -> None:
        """Make one update, and no more after it."""
        self.look_back(None)
        self.playing, self.until = False, None
        if self.attempt.ended is None:
            self.attempt.step()

    def epoch(self, within: float = inf) -> None:
        """Learn to the end of the epoch in hand.

        Parameters
        ----------
        within : float, optional
            Seconds that this may take: an epoch that needs more ends later, as if it was played.
        """
        self.look_back(None)
        self.playing = False
        if self.attempt.ended is not None:
            return
        self.play_until(self.run.state.epoch + 1)
        until = time.monotonic() + within
        while self.playing and time.monotonic() < until:
            self.learn()

    def turn(self, learning_rate: Any) -> None:
        """Learn on with another learning rate.

        Raises
        ------
        ConfigurationError
            It is not above 0, or the optimiser finds the length of its steps itself.
        """
        check_number("learning_rate", learning_rate, above=0, at_most=1e6)
        self.attempt.turn(float(learning_rate))
        self.version += 1

    def set_pace(self, epochs_per_second: Any) -> None:
        """Learn so many epochs a second; as many as there can be if None."""
        if epochs_per_second is not None:
            check_number("epochs_per_second", epochs_per_second, above=0, at_most=1e6)
        self.pace.per_second = None if epochs_per_second is None else float(epochs_per_second)
        self.pace.begin()

    def look_back(self, epoch: Any) -> None:
        """Show the weights of a past epoch, learning no further; those of now if None."""
        if epoch is not None:
            check_integer("epoch", epoch, at_least=0)
            self.playing = False
        self.looking_back = epoch
        self.version += 1

    def seconds_to_wait(self) -> float:
        """Return how long the next lap is to be waited for: 0 unless a pace is set."""
        return 0.0 if self.until is not None else self.pace.seconds_to_wait()

    def learn(self) -> None:
        """Make a lap of the run; at a pace it ends with the epoch in hand at the latest."""
        attempt, state = self.attempt, self.run.state
        paced = self.pace.per_second is not None and self.until is None
        attempt.lap(state.epoch + 1 if paced else self.until)
        if not state.batch:
            self.pace.epoch_ended()
        self._speed.see(attempt.progress)
        self.version += 1
        if attempt.ended is not None or state.epoch == self.until:
            self.pause()

    def go_back_to(self, number: Any) -> None:
        """Take a kept run up again."""
        kept = self.kept.find(number)
        self._begin(Attempt.from_moment(kept.design, kept.moment))

    def take_up(self, checkpoint: Checkpoint, past: Mapping[int, Parameters]) -> None:
        """Stand where a run of this design was left, its weights of past epochs with it."""
        first = self.attempt
        rate = checkpoint.state.learning_rate
        turned = () if rate == first.run.state.learning_rate else ((0, rate),)
        made = Attempt.from_moment(self.design, Moment(checkpoint, turned, checkpoint.seconds))
        made.past = first.past
        known = {checkpoint.state.epoch: made.weights(), **past}
        for epoch in sorted(known):
            made.past.keep(epoch, known[epoch])
        self._attempts.replace(made)
        self._shown_anew()

    def designed(self) -> dict[str, Any]:
        """Describe the design, its data and its network."""
        return described(self.design)

    def state(self) -> dict[str, Any]:
        """Describe where the run stands."""
        attempt, run = self.attempt, self.run
        ended = attempt.ended
        return {
            "running": self.playing,
            "epoch": run.state.epoch,
            "step": run.state.step,
            "batch": run.state.batch,
            "steps_of_epoch": attempt.steps_of_epoch,
            "epochs": run.settings.max_epochs,
            "learning_rate": attempt.learning_rate,
            "pace": self.pace.per_second,
            "ended": None if ended is None else str(ended),
            "diverged": run.divergence is not None,
            "looking_back": None if self.looking_back is None else self.shown_epoch(),
            "past": list(attempt.past.epochs),
            "can_undo": self._attempts.can_undo,
            "can_redo": self._attempts.can_redo,
            "seconds": round(attempt.seconds, 3),
            "epochs_per_second": self._speed.per_second,
            "engine": run.engine,
            "version": self.version,
        }

    def _begin(self, attempt: Attempt) -> None:
        """Show an attempt, and let the one before be gone back to."""
        self.asked_about = None
        self._attempts.begin(attempt)
        self._shown_anew()

    def _shown_anew(self) -> None:
        """Look at an attempt that has just taken the place of another one, as it is now."""
        self.looking_back, self.until = None, None
        self.playing = self.playing and self.attempt.ended is None
        self.version += 1
