"""What a person watching several trainings sees: a line a training, then how far they lie apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from axone.cli.console import output, print_wrapped, share_bar, tell
from axone.cli.screen import plan
from axone.data.parts import name_of_part
from axone.messages import Message, _, _n, formatted
from axone.score_names import name_of_score

if TYPE_CHECKING:
    from axone.experiments import Prepared, RunResult
    from axone.experiments.cross_validation import CrossValidation, Fold
    from axone.experiments.measuring import Scores
    from axone.experiments.repeating import Repeats
    from axone.experiments.spread import Spread

_TOLD = ("accuracy", "f1_macro", "r2", "rmse", "loss")
"""The scores of a line, where a training has them."""


@dataclass
class SeveralScreen:
    """A line a training as it ends, a bar below, a table at the end."""

    shown: bool
    title: Message
    console: Console = field(default_factory=output)

    def __enter__(self) -> "SeveralScreen":
        self._progress = share_bar(self.console, shown=self.shown)
        self._task = self._progress.add_task(str(self.title), total=1.0)
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def on_prepared(self, prepared: "Prepared") -> None:
        """Say what will be done."""
        if self.shown:
            for text in plan(prepared):
                print_wrapped(self.console, text)
            self.console.print()

    def begin(self, heading: Message) -> None:
        """Print what comes now."""
        if self.shown:
            self.console.print()
            tell(self.console, heading, style="bold")

    def on_progress(self, share: float) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=share)

    def on_fold(self, fold: "Fold") -> None:
        """Tell of a fold."""
        name = _("Fold {number}", number=fold.number)
        self._tell_line(name, fold.scores, fold.epochs, fold.seconds)

    def on_run(self, result: "RunResult") -> None:
        """Tell of a run."""
        name = _("Seed {seed}", seed=result.metrics["seed"])
        part = list(result.prepared.parts)[-1]
        training = result.training
        self._tell_line(name, result.metrics[part], training.epochs, training.seconds)

    def _tell_line(self, name: Message, scores: "Scores", epochs: int, seconds: float) -> None:
        if self.shown:
            tell(
                self.console,
                _(
                    "{name}: {scores}; {epochs}, {seconds:.2f} s",
                    name=name,
                    scores=in_a_line(scores),
                    epochs=_n("{count:,} epoch", "{count:,} epochs", epochs),
                    seconds=seconds,
                ),
            )

    def on_folds(self, found: "CrossValidation") -> None:
        """Print how far the folds lie apart."""
        if not self.shown or not found.folds:
            return
        self.console.print()
        self.console.print(spread_table(found.spreads))
        self.console.print()
        if found.right is not None:
            right, of = found.right
            tell(
                self.console,
                _(
                    "Right: {right:,} of {of:,}, each scored by a network that has not seen it.",
                    right=right,
                    of=of,
                ),
            )
        for note in found.notes:
            tell(self.console, note)

    def on_repeats(self, found: "Repeats") -> None:
        """Print how far the seeds lie apart, on the rows that say most about new data."""
        if not self.shown or not found.runs:
            return
        part = found.parts[-1]
        seeds = f"{found.seeds[0]} … {found.seeds[-1]}" if len(found.seeds) > 1 else found.seeds[0]
        self.console.print()
        heading = _("{part} rows, seeds {seeds}", part=name_of_part(part), seeds=seeds)
        tell(self.console, heading, style="bold")
        self.console.print(spread_table(found.spreads(part)))
        self.console.print()


def in_a_line(scores: "Scores") -> str:
    """Return the scores that say most in a few words."""
    found = [(name, scores[name]) for name in _TOLD if name in scores]
    shown = [
        f"{name_of_score(name)} {_('not finite') if value is None else formatted(value, '.4g')}"
        for name, value in found
    ]
    if scores.get("right") is not None:
        shown.append(f"{formatted(scores['right'], ',')}/{formatted(scores['of'], ',')}")
    return ", ".join(shown)


def spread_table(spreads: Mapping[str, "Spread | None"]) -> Table:
    """Lay scores out with a row each: mean, standard deviation, lowest, highest."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("")
    for title in (_("mean"), _("deviation"), _("min"), _("max")):
        table.add_column(str(title), justify="right")
    for score, spread in spreads.items():
        name = str(name_of_score(score))
        if spread is None:
            table.add_row(name, str(_("not finite")))
            continue
        numbers = (spread.mean, spread.deviation, spread.minimum, spread.maximum)
        table.add_row(name, *(str(formatted(number, ".4g")) for number in numbers))
    return table
