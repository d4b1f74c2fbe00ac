"""A preset: a network that is known to be good for a kind of examples, and how it is trained.

It adapts to the shape that it meets, and says of a shape that it cannot take what would fit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from axone.arrays import Shape
from axone.data import Step
from axone.errors import ShapeError
from axone.layers import Dense, Layer
from axone.messages import Listed, Message, _, any_of, listed
from axone.presets.entrance import (
    Entrance,
    as_features,
    as_images,
    as_sequences,
    as_signals,
    is_square,
)

Kind: TypeAlias = Literal["features", "signals", "images", "sequences", "tokens"]
"""What an example is, as `axone.layers.layer` has it."""

KINDS: tuple[Kind, ...] = get_args(Kind)

Settings: TypeAlias = Mapping[str, Any]
"""Keys and values of a table of an experiment file."""

Body: TypeAlias = Callable[[Shape], list[Layer]]
"""The layers between entrance and output, given an example's shape after the entrance."""

Training: TypeAlias = Callable[[int, Shape], Settings]
"""Settings of the table `training`, given how many rows are learnt from, and an example's shape."""

_ENTRANCES = {
    "features": as_features,
    "signals": as_signals,
    "images": as_images,
    "sequences": as_sequences,
}

_AXES: Mapping[Kind, tuple[int, ...]] = {
    "features": (1,),
    "signals": (2,),
    "images": (2, 3),
    "sequences": (2,),
    "tokens": (1,),
}
"""How many axes an example of each kind has; a grey image may leave its channel out."""

_OF_CLASSES = ("class_weight", "label_smoothing")
"""Settings that a regression has none of."""

_FEW_ROWS, _MANY_ROWS = 1000, 20000


@dataclass(frozen=True)
class Preset:
    """A network by name, for examples of some kinds.

    Attributes
    ----------
    name : str
        As it is typed: ``"fcn-1d"``.
    reads : {"features", "signals", "images", "sequences"}
        What its own layers read; what stands before them turns the other kinds into it.
    takes : tuple of str
        The kinds of examples that it takes.
    summary : Message
        What it is, in a line.
    source : str
        Whose it is.
    body : callable
        From an example's shape, as its own layers read it, to those layers but the last.
    recipe : callable
        From the number of training rows and an example's shape to settings of the table `training`.
    least : int
        Positions along every axis of an example that its windows need.
    gives_back : bool
        Whether it ends in its own inputs, and not in classes or numbers.

    Examples
    --------
    >>> from axone.presets import PRESETS
    >>> [type(layer).__name__ for layer in PRESETS["gru"].layers((25, 12), 9)]
    ['Recurrent', 'Dropout', 'Dense']
    """

    name: str
    reads: Kind
    takes: tuple[Kind, ...]
    summary: Message
    source: str
    body: Body
    recipe: Training
    least: int = 1
    gives_back: ClassVar[bool] = False

    def layers(
        self,
        shape: Shape,
        outputs: int,
        *,
        kind: Kind | None = None,
        activation: str = "softmax",
        vocabulary: int | None = None,
    ) -> list[Layer]:
        """Return every layer, the output layer too, for examples of that shape.

        Parameters
        ----------
        shape : tuple of int
            Of one example.
        outputs : int
            Classes, or numbers to predict.
        kind : str, optional
            What the examples are; by default what the preset reads.
        activation : str, default "softmax"
            Of the output layer; ``"identity"`` for numbers.
        vocabulary : int, optional
            How many tokens there are; for tokens only.

        Raises
        ------
        ShapeError
            It cannot take such examples.
        """
        kind = kind or self.reads
        if not self.fits(kind, shape):
            raise ShapeError(obstacle(self, kind, shape))
        return self._layers(kind, shape, outputs, activation, vocabulary)

    def _layers(
        self, kind: Kind, shape: Shape, outputs: int, activation: str, vocabulary: int | None
    ) -> list[Layer]:
        """Return every layer for examples that the preset takes."""
        entrance, inner = self._entrance(kind, shape, vocabulary)
        return [*entrance, *self.body(inner), *self._head(outputs, activation)]

    def _head(self, outputs: int, activation: str) -> list[Layer]:
        """Return what ends the network."""
        return [Dense(outputs, activation)]

    def _entrance(self, kind: Kind, shape: Shape, vocabulary: int | None) -> Entrance:
        return _ENTRANCES[self.reads](kind, shape, vocabulary)

    def fits(self, kind: Kind, shape: Shape) -> bool:
        """Whether the preset takes examples of that kind and shape.

        Examples
        --------
        >>> from axone.presets import PRESETS
        >>> PRESETS["lenet"].fits("images", (28, 28)), PRESETS["lenet"].fits("images", (8, 8))
        (True, False)
        """
        if kind not in self.takes or len(shape) not in _AXES[kind] or min(shape) < 1:
            return False
        if self.reads == "images" and kind == "features" and not is_square(shape[0]):
            return False
        _layers, inner = self._entrance(kind, shape, 1)
        return min(positions_of(self.reads, inner)) >= self.least

    def features(self, reader: Step | None) -> Step | None:
        """Return a step of preprocessing that its layers need after the usual ones, if they do.

        Parameters
        ----------
        reader : Step or None
            How rows became examples.
        """
        del reader
        return None

    def training(
        self, rows: int, task: str = "classification", shape: Shape | None = None
    ) -> Settings:
        """Return how it is trained, under the keys of an experiment's table `training`.

        Parameters
        ----------
        rows : int
            How many are learnt from.
        task : {"classification", "regression"}
        shape : tuple of int, optional
            Of an example; without it nothing is said that depends on it.
        """
        settings = self.recipe(rows, shape or ())
        if task == "classification":
            return settings
        return {key: value for key, value in settings.items() if key not in _OF_CLASSES}

    def validation(self, rows: int) -> float | None:
        """Return the share of the rows that is held out to be watched; None for the usual one.

        A run of a fixed course needs no rows to tell it when to end. Of few rows every one teaches
        more than it tells; of many a small share tells enough.
        """
        if "stopping" not in self.training(rows):
            return None
        if rows < _FEW_ROWS:
            return 0.0
        return 0.1 if rows < _MANY_ROWS else 0.05


def positions_of(kind: Kind, shape: Shape) -> Shape:
    """Return the axes of an example along which neighbours are neighbours.

    Examples
    --------
    >>> positions_of("signals", (6, 100)), positions_of("images", (1, 28, 28))
    ((100,), (28, 28))
    """
    return shape[1:] if kind in ("signals", "images") else shape[:1]


def word_of(kind: Kind) -> Message:
    """Return what a kind of examples is called, with the axes of one."""
    return _WORDS[kind]


_WORDS: Mapping[Kind, Message] = {
    "features": _("features (features,)"),
    "signals": _("signals (channels, length)"),
    "images": _("images (channels, height, width)"),
    "sequences": _("sequences (length, features)"),
    "tokens": _("tokens (length,)"),
}


def obstacle(preset: Preset, kind: Kind, shape: Shape) -> Message:
    """Say why a preset does not fit examples of that kind and shape, and what would."""
    from axone.presets import PRESETS

    alike = (other for other in PRESETS.values() if other.gives_back == preset.gives_back)
    others = listed(other.name for other in alike if other.fits(kind, shape))
    return _("{cause}. {remedy}", cause=_cause(preset, kind, shape), remedy=_remedy(others))


def _remedy(others: Listed) -> Message:
    if others:
        return _("These would fit: {names}.", names=others)
    return _("No preset takes such a shape: give examples of another, or network.layers.")


def _cause(preset: Preset, kind: Kind, shape: Shape) -> Message:
    if preset.reads == "images" and kind == "features" and not is_square(shape[0]):
        return _(
            "the preset {name} takes images; {count} features are the pixels of no square",
            name=preset.name,
            count=shape[0],
        )
    if kind in preset.takes and len(shape) in _AXES[kind]:
        return _(
            "the windows of the preset {name} need at least {least} positions along each axis, "
            "which {kind} of shape {shape} do not have",
            name=preset.name,
            least=preset.least,
            kind=word_of(kind),
            shape=shape,
        )
    return _(
        "the preset {name} takes {takes}; these are {kind} of shape {shape}",
        name=preset.name,
        takes=any_of(word_of(taken) for taken in preset.takes),
        kind=word_of(kind),
        shape=shape,
    )
