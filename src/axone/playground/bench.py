"""The bench: what stands behind the page, and what it may be told to do.

It knows nothing of messages, pipes or pages. Whoever works at it makes lap after lap with `learn`
while `playing` is set, and asks in between.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from math import isfinite
from pathlib import Path
from typing import Any

from axone.checks import check_integer, check_number
from axone.errors import ConfigurationError
from axone.messages import _
from axone.parameters import Parameters
from axone.playground.attempts import Attempt, Moment
from axone.playground.describing import described
from axone.playground.designs import Design, Designer
from axone.playground.sources import Sources
from axone.training import Checkpoint, History, Run, TrainingResult

MOST_UNDONE = 12
"""Designs, each with its run, that can be gone back to."""

MOST_KEPT = 8
"""Runs that are compared."""

_LOOKED_AT = 0.5
"""Seconds over which a speed is measured."""

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
class KeptRun:
    """A run that stays for comparison.

    Attributes
    ----------
    number : int
    name : str
    design : Design
    moment : Moment
    """

    number: int
    name: str
    design: Design
    moment: Moment


@dataclass
class Speed:
    """Epochs a second by the clock, over the last second or so.

    Attributes
    ----------
    per_second : float
        0 until there is something to tell.
    """

    per_second: float = 0.0
    _since: tuple[float, float] | None = None

    def see(self, progress: float) -> None:
        """Be told how many epochs are made by now."""
        now = time.monotonic()
        if self._since is None:
            self._since = now, progress
            return
        seconds, epochs = now - self._since[0], progress - self._since[1]
        if seconds > _LOOKED_AT or not self.per_second:
            self.per_second = epochs / max(seconds, 1e-3)
        if seconds > _LOOKED_AT:
            self._since = now, progress


def sampled(history: History, most: int = 400) -> dict[str, list[float | None]]:
    """Return so many epochs of a history at most, evenly spread and the last among them."""
    epochs = history.epochs
    apart = max(1, -(-epochs // most))
    chosen = sorted({*range(epochs - 1, -1, -apart)})
    return {
        name: [value if isfinite(value := column[n]) else None for n in chosen]
        for name, column in history.items()
    }


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
    pace : float or None
        Epochs a second; as fast as it goes if None.
    looking_back : int or None
        The past epoch whose weights are shown.
    version : int
        Grows with whatever changes what is to be seen.
    kept : list of KeptRun
    asked_about : str or None
        A table that was given and does not say what is to be learnt: the page asks.
    announce_download : callable
        Given a file of the folder and its name; returns what the page fetches it by.
    """

    folder: Path
    sources: Sources = field(default_factory=Sources)
    playing: bool = False
    until: int | None = None
    pace: float | None = None
    looking_back: int | None = None
    version: int = 0
    kept: list[KeptRun] = field(default_factory=list)
    asked_about: str | None = None
    announce_download: Callable[[Path, str], str] | None = None
    _attempt: Attempt | None = None
    _undo: list[Attempt] = field(default_factory=list)
    _redo: list[Attempt] = field(default_factory=list)
    _next_epoch: float = 0.0
    _speed: Speed = field(default_factory=Speed)

    def __post_init__(self) -> None:
        self.designer = Designer(self.sources)
        self._numbers = count(1)

    @property
    def attempt(self) -> Attempt:
        """What is being learnt."""
        if self._attempt is None:
            raise ConfigurationError(_("nothing is designed yet"))
        return self._attempt

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
            check_integer("seed", seed, at_least=0)
            data["seed"] = seed
        design = self.designer.design(data) if seed is not None else self.design
        self._begin(Attempt.of(design))

    def undo(self) -> None:
        """Go back to the design before, and its run as it was."""
        if not self._undo:
            raise ConfigurationError(_("there is nothing to undo"))
        self._redo.append(self.attempt)
        self._show(self._undo.pop())

    def redo(self) -> None:
        """Take an undo back."""
        if not self._redo:
            raise ConfigurationError(_("there is nothing to redo"))
        self._undo.append(self.attempt)
        self._show(self._redo.pop())

    def play(self) -> None:
        """Learn, from now on; at the end of a run so many epochs more."""
        self.look_back(None)
        self.until = None
        if self.attempt.ended is not None and self.run.divergence is None:
            self._attempt = self.attempt.prolonged()
        self.playing = self.attempt.ended is None
        self._next_epoch, self._speed = time.monotonic(), Speed()

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
        """Make one update."""
        self._alone(Attempt.step)

    def epoch(self) -> None:
        """Learn to the end of the epoch in hand."""
        self._alone(Attempt.epoch)

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
        self.pace = None if epochs_per_second is None else float(epochs_per_second)
        self._next_epoch = time.monotonic()

    def look_back(self, epoch: Any) -> None:
        """Show the weights of a past epoch, learning no further; those of now if None."""
        if epoch is not None:
            check_integer("epoch", epoch, at_least=0)
            self.playing = False
        self.looking_back = epoch
        self.version += 1

    def seconds_to_wait(self) -> float:
        """Return how long the next lap is to be waited for: 0 unless a pace is set."""
        if self.pace is None or self.until is not None:
            return 0.0
        return max(0.0, self._next_epoch - time.monotonic())

    def learn(self) -> None:
        """Make a lap of the run, or at a pace an epoch."""
        attempt = self.attempt
        if self.pace is None or self.until is not None:
            attempt.lap(self.until)
        else:
            attempt.epoch()
            self._next_epoch = max(self._next_epoch + 1 / self.pace, time.monotonic() - 0.5)
        self._speed.see(attempt.progress)
        self.version += 1
        if attempt.ended is not None or self.run.state.epoch == self.until:
            self.pause()

    def keep(self, name: Any = None) -> None:
        """Keep the run as it stands, for comparison.

        Raises
        ------
        ConfigurationError
            So many are kept that no more can be told apart.
        """
        if len(self.kept) >= MOST_KEPT:
            raise ConfigurationError(
                _("{most} runs are kept already: drop one of them", most=MOST_KEPT)
            )
        number = next(self._numbers)
        words = (
            name
            if isinstance(name, str) and name.strip()
            else str(_("run {number}", number=number))
        )
        self.kept.append(KeptRun(number, words[:60], self.design, self.attempt.moment()))

    def drop(self, number: Any) -> None:
        """Keep a run no longer."""
        self.kept.remove(self.find_kept(number))

    def go_back_to(self, number: Any) -> None:
        """Take a kept run up again."""
        kept = self.find_kept(number)
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
        first.close()
        self._show(made)

    def find_kept(self, number: Any) -> KeptRun:
        """Return the kept run of a number.

        Raises
        ------
        ConfigurationError
            There is none.
        """
        for run in self.kept:
            if run.number == number:
                return run
        raise ConfigurationError(_("no run {number!r} is kept", number=number))

    def kept_runs(self) -> list[dict[str, Any]]:
        """Describe the kept runs, each with its curves."""
        return [
            {
                "run": kept.number,
                "name": kept.name,
                "design": kept.design.data,
                "epochs": kept.moment.checkpoint.state.epoch,
                "seconds": round(kept.moment.seconds, 3),
                "parameters": kept.design.prepared.network.layout.size,
                "curves": sampled(kept.moment.checkpoint.history),
            }
            for kept in self.kept
        ]

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
            "learning_rate": run.state.learning_rate,
            "pace": self.pace,
            "ended": None if ended is None else str(ended),
            "diverged": run.divergence is not None,
            "looking_back": None if self.looking_back is None else self.shown_epoch(),
            "past": list(attempt.past.epochs),
            "can_undo": bool(self._undo),
            "can_redo": bool(self._redo),
            "seconds": round(attempt.seconds, 3),
            "epochs_per_second": self._speed.per_second,
            "engine": run.engine,
            "version": self.version,
        }

    def _begin(self, attempt: Attempt) -> None:
        """Show an attempt, and let the one before be gone back to."""
        self.asked_about = None
        if self._attempt is not None:
            self._undo.append(self._attempt)
        for forgotten in [*self._redo, *self._undo[:-MOST_UNDONE]]:
            forgotten.close()
        self._redo, self._undo = [], self._undo[-MOST_UNDONE:]
        self._show(attempt)

    def _show(self, attempt: Attempt) -> None:
        self._attempt, self.looking_back, self.until = attempt, None, None
        self.playing = self.playing and attempt.ended is None
        self.version += 1

    def _alone(self, move: Callable[[Attempt], None]) -> None:
        """Make one move, and no more after it."""
        self.look_back(None)
        self.playing = False
        if self.attempt.ended is None:
            move(self.attempt)
        self.version += 1
