"""What a source of data comes to: a `Dataset` of arrays or of a table, and a line about one.

Nothing here reads a file. Every reader of this room ends in `make_array_dataset` or in a table's
`dataset_from_frame`, so that a dataset is held to the same rules wherever it came from.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from axone.arrays import IntArray, Shape
from axone.data.positions import lengths_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from axone.data.files import FileFacts
    from axone.data.reading import ReadTable
    from axone.data.steps import Step

Task: TypeAlias = Literal["classification", "regression"]

TaskChoice: TypeAlias = Literal["auto", "classification", "regression"]

ExampleKind: TypeAlias = Literal[
    "table", "features", "signals", "sequences", "images", "tokens", "text"
]
"""What an example is: a row of a table or of an array's columns, a signal (channels, length), a
sequence (length, features), an image (height, width) or (channels, height, width), token numbers
(length,), or a text."""

Rows: TypeAlias = Union[NDArray[Any], "DataFrame"]
"""Examples before preprocessing: an array `(m, …)` or a pandas frame of m rows."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples and their targets, checked, not yet split or scaled.

    Parameters
    ----------
    name : str
        What the source is called: ``"iris"``, or the file's name without its ending.
    X : ndarray of shape (m, …) or pandas.DataFrame
        The examples, finite; a frame for tables, whose cells may be missing.
    y : ndarray
        Labels 0 … K−1 in int64 for classification; float64 `(m,)` or `(m, n_targets)` for
        regression.
    task : {"classification", "regression"}
        What is to be learnt.
    X_test, y_test : optional
        The test set that the source brings itself.
    feature_names : tuple of str
        One for each column of `X`; may be empty.
    target_name : str
        The column of the table that became `y`; empty for arrays.
    class_names : tuple of str
        The K names of the labels; empty for regression.
    class_values : tuple of str
        The same classes as the source writes them, which may be numbers.
    target_names : tuple of str
        Names of the columns of `y` in regression; may be empty.
    source : str
        What `load_dataset` finds it by again: its name, or the absolute path of its file.
    notes : tuple of str
        Decisions that were taken on the way, in plain words.
    read : ReadTable or None
        How the cells of a table were read.
    facts : FileFacts or None
        How the file of a table was read.
    kind : ExampleKind, optional
        What the examples are; by default what their shape says. Of signals and sequences NaN marks
        what is not there, as `axone.data.positions` has it, of tokens `PADDING`.
    reader : Step, optional
        How image files, sounds or texts so far became such rows, and new ones will: the first step
        of models.
    groups : ndarray of int, shape (m,), optional
        Whom or what each row is of: a person, a machine. No group is ever in two parts.
    spans : ndarray of int, shape (m, 2), optional
        When each row's target begins and ends, the end not included, for rows in an order of time:
        parts and folds are then cut in that order.
    """

    name: str
    X: Rows
    y: NDArray[Any]
    task: Task
    X_test: Rows | None = None
    y_test: NDArray[Any] | None = None
    feature_names: tuple[str, ...] = ()
    target_name: str = ""
    class_names: tuple[str, ...] = ()
    class_values: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()
    read: "ReadTable | None" = None
    facts: "FileFacts | None" = None
    kind: ExampleKind = None  # type: ignore[assignment]  # what the shape says, from the start
    reader: "Step | None" = None
    groups: IntArray | None = None
    spans: IntArray | None = None

    def __post_init__(self) -> None:
        if self.kind is None:
            object.__setattr__(self, "kind", kind_of_examples(self.X))

    @property
    def is_image(self) -> bool:
        """Whether `X` holds pixels: bytes with at least two axes besides that of the examples."""
        return bool(self.X.ndim >= 3 and isinstance(self.X, np.ndarray) and self.X.dtype == "uint8")

    @property
    def is_table(self) -> bool:
        """Whether `X` is a pandas frame, to be encoded before a network can take it."""
        return not isinstance(self.X, np.ndarray)

    @property
    def lengths(self) -> IntArray | None:
        """How many positions of each training row are there, (m,); None where there are none."""
        if self.kind in ("signals", "sequences"):
            return lengths_of(self.X, self.kind)  # type: ignore[arg-type]
        if self.kind == "tokens":
            return np.asarray((self.X >= 0).sum(axis=1))
        if self.kind == "text":
            return np.array([len(text) for text in np.asarray(self.X).tolist()])
        return None


def kind_of_examples(X: Any) -> ExampleKind:
    """Return what examples are by their shape.

    Three axes are signals, of bytes grey images; four are images.
    """
    if hasattr(X, "columns"):
        return "table"
    if isinstance(X, np.ndarray) and X.dtype.kind == "U":
        return "text"
    axes = np.ndim(X) if isinstance(X, np.ndarray) else _axes_of_rows(X)
    if axes == 4:
        return "images"
    if axes == 3:
        return "images" if getattr(X, "dtype", None) == np.uint8 else "signals"
    return "features"


def channels_stand_last(shape: Shape) -> bool:
    """Tell whether the axes of images (m, …) look like height, width and channels, in that order.

    A side of more than four pixels is no colour channel, and one of one, three or four may be the
    channels.
    """
    return len(shape) == 4 and min(shape[1:3]) > 4 and shape[3] in (1, 3, 4)


def _axes_of_rows(X: Any) -> int:
    """Return how many axes a sequence of rows has, which may be of unlike lengths."""
    try:
        return 1 + max((np.ndim(row) for row in X), default=0)
    except (TypeError, ValueError):
        return 2


@dataclass(frozen=True)
class DatasetInfo:
    """A line of the list of datasets, known without loading any.

    Parameters
    ----------
    name : str
        What `load_dataset` is given.
    task : {"classification", "regression", ""}
        Empty for a table, where it depends on the target.
    rows : int or None
        Training rows; None where only reading the file would tell.
    features : str
        The shape of one example: ``"4"``, ``"28 × 28"``, ``"15 columns"``.
    classes : int or None
        None for regression, and where the file does not say.
    where : {"built in", "generated", "data home", "download"}
        Where it would come from.
    """

    name: str
    task: Literal["classification", "regression", ""]
    rows: int | None
    features: str
    classes: int | None
    where: Literal["built in", "generated", "data home", "download"]
