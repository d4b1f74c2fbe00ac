"""What the check of a scene looks at: a design, and how far its run has come.

Scores of training and validation rows stand in the history; those of test rows are worked out when
a condition asks for them, with the weights that are shown.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from axone.activations import Identity
from axone.experiments.preparation import Prepared
from axone.experiments.training import learnt_rows
from axone.layers import Dense, Layer, Residual
from axone.metrics import epoch_scores
from axone.playground.bench import Bench
from axone.registry import name_of, plain
from axone.training import History


@dataclass(frozen=True)
class Progress:
    """A design with its run, as conditions ask about it.

    Attributes
    ----------
    bench : Bench
    findings : collection of str, or None
        Codes of what the diagnosis finds; None while it is being worked out.
    """

    bench: Bench
    findings: Collection[str] | None = None

    @property
    def prepared(self) -> Prepared:
        """The experiment with nothing left open."""
        return self.bench.design.prepared

    @cached_property
    def epoch(self) -> int:
        """The epoch whose weights are shown."""
        return self.bench.shown_epoch()

    @cached_property
    def history(self) -> History:
        """What every epoch showed."""
        return self.bench.history()

    def score(self, part: str, name: str) -> float | None:
        """Return a score or the loss of a part at the epoch shown; None where there is none.

        Parameters
        ----------
        part : {"train", "validation", "test"}
        name : str
            "accuracy", "recall", "f1", "r2" or "loss".
        """
        if self.epoch == 0:
            return None
        if part == "test":
            return self._test_scores.get(name)
        column = self.history.get(f"{part}_{name}")
        return None if column is None else float(column[min(self.epoch, len(column)) - 1])

    @cached_property
    def _test_scores(self) -> Mapping[str, float]:
        if "test" not in self.prepared.parts:
            return {}
        bench = self.bench
        rows = bench.design.trainer.examples(learnt_rows(self.prepared, "test"))
        loss, answers = bench.run.plan.evaluate(bench.parameters(), rows)
        return {"loss": loss, **epoch_scores(self.prepared.loss, answers, rows.target)}

    @property
    def hidden(self) -> Sequence[Layer]:
        """The layers before the output layer."""
        return self.prepared.network.layers[:-1]

    @cached_property
    def hidden_units(self) -> int:
        """Units of the hidden dense layers."""
        return sum(layer.units for layer in every(self.hidden) if isinstance(layer, Dense))

    @cached_property
    def hidden_layers(self) -> int:
        """How many layers learn something before the output layer does."""
        last = len(self.prepared.network.layers) - 1
        return sum(position < last for position in self.prepared.network.layout.learning)

    @property
    def parameters(self) -> int:
        """How many numbers the network learns."""
        return self.prepared.network.layout.size

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of the hidden layers, as files name them."""
        return frozenset(name_of(layer) for layer in every(self.hidden))

    @cached_property
    def activations(self) -> frozenset[str]:
        """The activations of the hidden layers, as files name them."""
        functions = (getattr(layer, "function", None) for layer in every(self.hidden))
        return frozenset(
            name_of(function)
            for function in functions
            if function is not None and not isinstance(function, (Identity, str))
        )

    def setting(self, key: str) -> Any:
        """Return a setting of the experiment as plain data, by its key: "training.batch_size"."""
        found: Any = self.prepared.experiment.settings
        for part in key.split("."):
            found = getattr(found, part)
        return plain(found)


def every(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Go through layers and those within them."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from every((*layer.layers, *layer.shortcut))
        else:
            yield layer
