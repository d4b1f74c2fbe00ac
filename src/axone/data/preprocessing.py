"""All that happens to examples before a network sees them, fitted once and kept with the model.

A row of steps: the first takes rows as they come, of a table or of an array; those after it work on
arrays of one shape. A new step is a file with a `Step` and a line in `STEPS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from axone.arrays import BoolArray, DType, FloatArray, Shape
from axone.data.beginnings import Beginnings
from axone.data.characters import Characters
from axone.data.dataset import ExampleKind, kind_of_examples
from axone.data.encoded import EncodedTable
from axone.data.encoding import TableEncoder
from axone.data.frames import is_frame
from axone.data.numbers import NumericRows, Reshaping
from axone.data.pictures import Pictures
from axone.data.plain_data import PlainData, read_data
from axone.data.reading import ColumnChoice, ReadTable
from axone.data.robust import RobustBins
from axone.data.scaling import SCALINGS, Scaler, Scaling
from axone.data.series_windows import SeriesWindows
from axone.data.signals import Signals
from axone.data.sounds import Sounds
from axone.data.steps import ExampleLayout, Step
from axone.data.tokens import PADDING, Tokens
from axone.data.window_features import WindowFeatures
from axone.errors import ModelFileError, ShapeError
from axone.messages import _, listed

TargetScaler: TypeAlias = Scaler
"""Regression targets are scaled as features are: ``Standard().fit(y)``, then `inverse`."""

STEPS: dict[str, type[Step]] = {
    "table": TableEncoder,
    "numbers": NumericRows,
    "signals": Signals,
    "sounds": Sounds,
    "windows": SeriesWindows,
    "window_features": WindowFeatures,
    "pictures": Pictures,
    "tokens": Tokens,
    "characters": Characters,
    "beginnings": Beginnings,
    "scaling": Scaler,
    "robust": RobustBins,
    "shape": Reshaping,
}
"""Every step by the name that model files call it."""

_NAMES = {step: name for name, step in STEPS.items()}


@dataclass(frozen=True)
class Preprocessing:
    """From examples as they come to the network's inputs.

    Parameters
    ----------
    steps : tuple of Step
        In the order in which they are taken.

    Attributes
    ----------
    layout : ExampleLayout
        What the network is given.

    Raises
    ------
    ShapeError
        The steps do not fit together.
    """

    steps: tuple[Step, ...]
    layout: ExampleLayout = field(init=False, compare=False)

    def __post_init__(self) -> None:
        layout = None
        for step in self.steps:
            layout = step.after(layout)
        if layout is None:
            raise ShapeError(
                _("Preprocessing needs a step that takes rows as they come: give one.")
            )
        object.__setattr__(self, "layout", layout)

    @classmethod
    def fit(
        cls,
        X_train: Any,
        scaling: str | Mapping[str, Any] | Scaling = "standard",
        *,
        columns: Mapping[str, ColumnChoice] | None = None,
        missing: Sequence[str] = (),
        read: ReadTable | None = None,
        feature_names: Sequence[str] = (),
        kind: ExampleKind | None = None,
        reader: Step | None = None,
    ) -> "Preprocessing":
        """Learn categories and statistics from the training rows, and from no others.

        Parameters
        ----------
        X_train : ndarray of shape (m, …), or pandas or polars frame
            The training rows.
        scaling : str, mapping or Scaling, default "standard"
            A row of `SCALINGS`; "standard" because gradient descent wants features of like size.
        columns : mapping of str to str, optional
            What a table's columns are, as `TableEncoder.fit` takes it.
        missing : sequence of str, optional
            Marks of missing cells, as `TableEncoder.fit` takes them.
        read : ReadTable, optional
            What was decided about the cells of the whole table, of which these rows are a part.
        feature_names : sequence of str, optional
            Names of an array's columns; a table has its own.
        kind : str, optional
            `Dataset.kind`, what an array's examples are; by default what its shape says.
        reader : Step, optional
            `Dataset.reader`: how files, or texts, became these rows.

        Raises
        ------
        DataError
            The rows cannot be encoded or scaled.
        """
        return cls._learnt(
            X_train,
            scaling,
            columns=columns,
            missing=missing,
            read=read,
            feature_names=feature_names,
            kind=kind,
            reader=reader,
        )[0]

    @classmethod
    def _learnt(
        cls,
        X_train: Any,
        scaling: str | Mapping[str, Any] | Scaling = "standard",
        *,
        columns: Mapping[str, ColumnChoice] | None = None,
        missing: Sequence[str] = (),
        read: ReadTable | None = None,
        feature_names: Sequence[str] = (),
        kind: ExampleKind | None = None,
        reader: Step | None = None,
    ) -> tuple["Preprocessing", EncodedTable | None]:
        """Return what was learnt, and a table's rows as they were encoded on the way."""
        chosen = SCALINGS.resolve(scaling)
        if is_frame(X_train):
            encoder = (
                TableEncoder.fit(X_train, columns, missing)
                if read is None
                else TableEncoder.fit_read(X_train, read)
            )
            encoded = encoder.encode(X_train)
            return cls((encoder, chosen.fit_table(encoded, encoder.scaled))), encoded
        kind = kind or kind_of_examples(X_train)
        if kind == "text":
            return cls((Characters.fit(X_train),)), None
        if kind == "tokens":
            return cls((reader or Tokens.fit(X_train, PADDING),)), None
        if kind in ("signals", "sequences"):
            signals = reader or Signals.fit(X_train, tuple(feature_names), kind)
            positions = signals.after(None).positions
            assert positions is not None  # noqa: S101 — as it says of both kinds
            inputs, mask = signals.transform(X_train), signals.mask(X_train)
            return cls((signals, chosen.fit_positions(inputs, mask, positions))), None
        numbers = reader or NumericRows.fit(X_train, tuple(feature_names))
        scaler = chosen.fit(numbers.transform(X_train), is_image=kind == "images")
        return cls((numbers, scaler)), None

    @classmethod
    def fit_transform(
        cls, X_train: Any, dtype: DType = "float32", **settings: Any
    ) -> tuple["Preprocessing", FloatArray]:
        """Learn as `fit` does, and return the training rows as `transform` gives them.

        Parameters
        ----------
        X_train : ndarray of shape (m, …), or pandas or polars frame
        dtype : {"float32", "float64"}, default "float32"
        **settings
            See `fit`.
        """
        learnt, encoded = cls._learnt(X_train, **settings)
        if encoded is None:
            return learnt, learnt.transform(X_train, dtype)
        scaler = learnt.scaler
        assert scaler is not None  # noqa: S101 — what was encoded is scaled
        return learnt, scaler.transform_table(encoded, dtype)

    @classmethod
    def fit_robust(
        cls,
        table: Any,
        *,
        columns: Mapping[str, ColumnChoice] | None = None,
        missing: Sequence[str] = (),
        most_bins: int = 16,
        random: np.random.Generator | None = None,
    ) -> "Preprocessing":
        """Learn a table's categories, medians and bins, as the tabular estimators do.

        Parameters
        ----------
        table : pandas or polars frame
            The training rows.
        columns : mapping of str to str, optional
            What columns are, as `TableEncoder.fit` takes it.
        missing : sequence of str, optional
            Marks of missing cells, as `TableEncoder.fit` takes them.
        most_bins : int, default 16
            Bins of an amount; 0 for none.
        random : numpy.random.Generator, optional
            Chooses the rows that statistics are taken from, where there are many.
        """
        encoder = TableEncoder.fit(table, columns, missing)
        matrix = encoder.transform(table)
        chance = np.random.default_rng(0) if random is None else random
        return cls((encoder, RobustBins.fit(matrix, encoder.scaled, most_bins, chance)))

    @property
    def encoder(self) -> TableEncoder | None:
        """The step that encodes tables, in models of tables."""
        return next((step for step in self.steps if isinstance(step, TableEncoder)), None)

    @property
    def scaler(self) -> Scaler | None:
        """The step that scales, where there is one."""
        return next((step for step in self.steps if isinstance(step, Scaler)), None)

    @property
    def feature_shape(self) -> Shape:
        """The shape of one example as the network gets it."""
        return self.layout.shape

    @property
    def vocabulary(self) -> int | None:
        """How many tokens there are; None where examples are no tokens."""
        first = self.steps[0]
        return first.vocabulary if isinstance(first, Tokens | Characters | Beginnings) else None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns that a table of new rows is to have; for arrays possibly none."""
        first = self.steps[0]
        if isinstance(first, TableEncoder | NumericRows | Signals):
            return first.names
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about a table's columns, in plain words."""
        return () if self.encoder is None else self.encoder.notes

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the network's inputs where they are a row of columns."""
        return self.layout.names

    def transform(self, X: Any, dtype: DType = "float32") -> FloatArray:
        """Make network inputs of examples.

        Parameters
        ----------
        X : ndarray, or pandas or polars frame
            As the first step takes it: see `TableEncoder.transform`, `NumericRows.transform`.
        dtype : {"float32", "float64"}, default "float32"
            The run's type. Tokens stay whole numbers.

        Returns
        -------
        ndarray of shape (m, *feature_shape)

        Raises
        ------
        ShapeError
            An array of another width or shape.
        DataError
            Columns are lacking; cells are NaN, infinite or no numbers.
        """
        mask = self.mask(X)
        steps = list(self.steps)
        if [*map(type, steps[:2])] == [TableEncoder, Scaler]:
            # The matrix between the two would be the largest thing of all.
            encoder, scaler = steps[:2]
            X = scaler.transform_table(encoder.encode(X), dtype)  # type: ignore[attr-defined]
            steps = steps[2:]
        for step in steps:
            X = step.transform(X, dtype)
        if self.layout.tokens:
            return X
        inputs = np.asarray(X, dtype=dtype)
        if mask is not None:
            # What stands there counts for nothing: it is the same in every file of results.
            axis = 1 if self.layout.positions == 0 else inputs.ndim - 1
            np.moveaxis(inputs, axis, 1)[~mask] = 0
        return inputs

    def mask(self, X: Any) -> BoolArray | None:
        """Return which positions of rows are there, (m, length); None where all are.

        Parameters
        ----------
        X : array of examples
            As `transform` takes it.
        """
        return None if self.layout.positions is None else self.steps[0].mask(X)

    def to_data(self) -> Any:
        """Write as what JSON can hold."""
        return {"steps": [{"name": _NAMES[type(s)], **s.to_data()} for s in self.steps]}

    @classmethod
    def from_data(cls, data: object) -> "Preprocessing":
        """Read what `to_data` wrote.

        Raises
        ------
        ModelFileError
            It is anything else, or its parts do not fit together.
        """
        given = read_data(_PreprocessingData, data, _("preprocessing"))
        steps: list[Step] = []
        for described in given.steps:
            name, fields = described.get("name"), dict(described)
            if not isinstance(name, str) or name not in STEPS:
                raise ModelFileError(
                    _(
                        "The preprocessing in this model file is damaged: the name of a step is "
                        "{name!r}; known are {steps}. Save or fetch the model again.",
                        name=name,
                        steps=listed(STEPS),
                    )
                )
            del fields["name"]
            steps.append(STEPS[name].from_data(fields))
        try:
            return cls(tuple(steps))
        except ShapeError as error:
            raise ModelFileError(
                _(
                    "The preprocessing in this model file is damaged: {error}. Save or fetch "
                    "the model again.",
                    error=error,
                )
            ) from error


@dataclass(frozen=True)
class _PreprocessingData(PlainData):
    steps: tuple[dict[str, Any], ...]
