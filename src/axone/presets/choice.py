"""Which preset: by its name, or by what the examples are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from axone.arrays import Shape
from axone.errors import UnknownNameError
from axone.messages import _
from axone.presets.preset import Kind, Preset

if TYPE_CHECKING:
    from axone.data import Dataset

CHOSEN: Mapping[Kind, str] = {
    "images": "cnn",
    "signals": "resnet-1d",
    "sequences": "gru",
    "tokens": "gru",
}
"""What is taken where nothing was asked for; features keep the network of tables."""


def find_preset(name: str, where: str = "") -> Preset:
    """Return the preset of that name, whatever its case.

    Raises
    ------
    UnknownNameError
        There is none.
    """
    from axone.presets import PRESETS

    found = PRESETS.get(name.strip().lower().replace("_", "-"))
    if found is None:
        raise UnknownNameError(_("preset"), name, PRESETS, where=where)
    return found


def preset_for(kind: Kind, shape: Shape, rows: int) -> Preset | None:
    """Return the preset that is chosen for such examples where nothing was asked for.

    Parameters
    ----------
    kind : str
        What an example is.
    shape : tuple of int
        Of one example.
    rows : int
        How many there are to learn from.

    Returns
    -------
    Preset or None
        None for features, and where no preset takes the shape.

    Examples
    --------
    >>> preset_for("images", (28, 28), 60000).name
    'cnn'
    >>> preset_for("features", (4,), 150)
    """
    del rows
    name = CHOSEN.get(kind)
    if name is None:
        return None
    preset = find_preset(name)
    return preset if preset.fits(kind, shape) else None


def kind_of(dataset: "Dataset") -> Kind:
    """Return what the examples of a dataset are to a network."""
    return _AS_READ.get(dataset.kind, dataset.kind)  # type: ignore[arg-type]


def shape_of(dataset: "Dataset") -> Shape:
    """Return the shape of an example as it is before preprocessing; of a text, its characters."""
    lengths = dataset.lengths
    if dataset.kind == "text" and lengths is not None:
        return (int(lengths.max(initial=0)),)
    return tuple(dataset.X.shape[1:])


_AS_READ: Mapping[str, Kind] = {"table": "features", "text": "tokens"}
"""What the examples become of which a network reads no such kind."""
