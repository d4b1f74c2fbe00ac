"""The pictures of a run on small images or signals: its data, its mistakes, what its network sees.

Examples are drawn as they came, before scaling; the network is asked with what it takes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from axone.arrays import FloatArray, IntArray
from axone.data import Dataset
from axone.data.parts import name_of_part
from axone.experiments.preparation import Part, Prepared
from axone.explanation.feature_maps import feature_maps
from axone.explanation.saliency import saliency
from axone.layers import BatchNorm, Convolution
from axone.messages import Message, _, shorten
from axone.metrics import predicted_labels
from axone.model import Model, class_probabilities
from axone.network import Network
from axone.plots import (
    plot_class_means,
    plot_confused_images,
    plot_confused_signals,
    plot_feature_maps,
    plot_image_grid,
    plot_image_predictions,
    plot_image_saliency,
    plot_kernels,
    plot_label_histogram,
    plot_signal_grid,
    plot_signal_means,
    plot_signal_saliency,
    save_figure,
)
from axone.plots.classes import verdict

_PLOTTED_PIXELS = 4096
_SAMPLE_IMAGES, _SAMPLE_SIGNALS, _PREDICTED, _EXPLAINED = 50, 20, 12, 12
_SAMPLE_OF_CHANNELS, _EXPLAINED_OF_CHANNELS = 12, 6
"""Examples in a picture, and those of signals of several channels, which are higher."""


def kind_of_pictures(dataset: Dataset) -> Literal["images", "signals"] | None:
    """Return what a data set's examples are drawn as; None where they are not drawn."""
    if dataset.is_image:
        shape = dataset.X.shape[1:]
        drawable = len(shape) == 2 or (len(shape) == 3 and shape[0] in (1, 3))
        return "images" if drawable and np.prod(shape) <= _PLOTTED_PIXELS else None
    return "signals" if dataset.kind in ("signals", "sequences") else None


def draw_examples(prepared: Prepared, model: Model, name: str, part: Part, folder: Path) -> None:
    """Draw what fits the run: its data, its answers and mistakes, what its network sees.

    Of several networks the first is drawn. Kernels are those of a convolution that reads the
    examples themselves, feature maps those of networks with layers that have them, and saliency is
    drawn of every network.

    Parameters
    ----------
    name : str
        Of the part: "test", "validation" or "train".
    part : Part
        The rows that answers are drawn of, one at least.
    """
    _draw_data(prepared, folder)
    _draw_kernels(prepared.dataset, model, folder)
    seen = _seen(prepared, model, name, part)
    if seen is not None:
        _draw_answers(prepared, model, name, seen, folder)
        _draw_feature_maps(model, seen, folder)
        _draw_saliency(prepared.dataset, model, seen, folder)


def _draw_data(prepared: Prepared, folder: Path) -> None:
    """Draw a sample, the mean example of each class, and how many each has."""
    dataset = prepared.dataset
    kind = kind_of_pictures(dataset)
    if kind is None or dataset.task != "classification":
        return
    examples, labels, names = _as_drawn(dataset, dataset.X), dataset.y, dataset.class_names
    if kind == "images":
        words = [names[label] for label in labels[:_SAMPLE_IMAGES]]
        title = _("{name}, the first {images}", name=dataset.name, images=len(words))
        grid = plot_image_grid(examples[:_SAMPLE_IMAGES], words, title=title)
        means = plot_class_means(examples, labels, names)
    else:
        lone = examples.shape[1] == 1
        rows = _in_turn(labels, _SAMPLE_SIGNALS if lone else _SAMPLE_OF_CHANNELS)
        channels = _channel_names(dataset, examples.shape[1])
        grid = plot_signal_grid(
            examples[rows],
            [names[label] for label in labels[rows]],
            channel_names=channels,
            title=_("{name}, signals of each class", name=dataset.name),
            columns=len(names) if len(names) in (3, 5) else 4,
        )
        means = plot_signal_means(examples, labels, names, channel_names=channels)
    save_figure(grid, folder / "samples.png")
    save_figure(means, folder / "class_means.png")
    save_figure(plot_label_histogram(labels, names), folder / "label_histogram.png")


def _draw_answers(prepared: Prepared, model: Model, name: str, seen: "_Seen", folder: Path) -> None:
    """Draw what the model makes of some examples, and the classes that it confuses most."""
    dataset, names, y = prepared.dataset, model.target.class_names, seen.part.y
    if seen.kind == "images" and _is_own_test(prepared, name):
        rows = slice(0, _PREDICTED)
        figure = plot_image_predictions(
            seen.examples[rows], seen.probabilities[rows], names, y[rows]
        )
        save_figure(figure, folder / "image_predictions.png")
    if not seen.wrong.any():
        return
    title = _(
        "{name}, the worst mistakes of the {part} rows", name=dataset.name, part=name_of_part(name)
    )
    answers = (seen.examples, y, seen.probabilities, names)
    channels = _channel_names(dataset, seen.examples.shape[1])
    figure = (
        plot_confused_images(*answers, title=title)
        if seen.kind == "images"
        else plot_confused_signals(*answers, channel_names=channels, title=title)
    )
    save_figure(figure, folder / "mistakes.png")


def _draw_kernels(dataset: Dataset, model: Model, folder: Path) -> None:
    convolution = _reading_convolution(model.network)
    if convolution is not None:
        weight = model.parameters[f"{convolution}.weight"]
        names = _channel_names(dataset, weight.shape[1])
        save_figure(plot_kernels(weight, channel_names=names), folder / "kernels.png")


@dataclass(frozen=True, eq=False)
class _Seen:
    """Rows as people see them, as the network does, and what it made of them.

    Attributes
    ----------
    kind : {"images", "signals"}
    examples : array of m images, or of m signals (channels, length)
    part : Part
        The same rows as the network takes them.
    probabilities : array of shape (m, K)
    captions : list of str
        The answer and how sure it is.
    """

    kind: Literal["images", "signals"]
    examples: NDArray[Any]
    part: Part
    probabilities: FloatArray
    captions: list[Message]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which rows are predicted wrongly."""
        return np.asarray(predicted_labels(self.probabilities) != self.part.y)


def _seen(prepared: Prepared, model: Model, name: str, part: Part) -> _Seen | None:
    """Return the rows of a part of classes; None where its examples are not drawn."""
    dataset = prepared.dataset
    kind = kind_of_pictures(dataset)
    if kind is None or model.target.task != "classification":
        return None
    own = _is_own_test(prepared, name)
    source = dataset.X_test if own else dataset.X
    assert source is not None  # noqa: S101 — as `_is_own_test` has seen
    rows = np.arange(len(source)) if part.numbers is None else part.numbers
    probabilities = class_probabilities(model.forward(part.X, part.mask))
    names = [shorten(known, 12) for known in model.target.class_names]
    captions = [
        _("{answer}, {share:.0%}", answer=verdict(names, int(p.argmax()), int(y))[0], share=p.max())
        for p, y in zip(probabilities, part.y, strict=True)
    ]
    return _Seen(kind, _as_drawn(dataset, source[rows]), part, probabilities, captions)


def _is_own_test(prepared: Prepared, name: str) -> bool:
    """Whether a part is the test set that the source brings itself."""
    shared = prepared.experiment.settings.data.test
    return name == "test" and prepared.dataset.X_test is not None and shared is None


def _as_drawn(dataset: Dataset, X: Any) -> NDArray[Any]:
    """Return examples with their channels first."""
    array = np.asarray(X)
    return array.swapaxes(1, 2) if dataset.kind == "sequences" else array


def _channel_names(dataset: Dataset, channels: int) -> tuple[str, ...]:
    """Return what the source calls so many channels; nothing where it names something else."""
    names = dataset.feature_names
    return names if len(names) == channels else ()


def _in_turn(labels: IntArray, most: int) -> IntArray:
    """Return rows of every class in turn, the first of each, then the second, and so on."""
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels)
    begins = np.repeat(np.cumsum(counts) - counts, counts)
    rank = np.empty(len(labels), dtype=np.intp)
    rank[order] = np.arange(len(labels)) - begins
    return np.lexsort((labels, rank))[:most]


def _reading_convolution(network: Network) -> int | None:
    """Return the place of the first convolution, if no layer mixes the channels before it."""
    for position, layer in enumerate(network.layers):
        if isinstance(layer, Convolution):
            return position
        if network.layout.by_layer[position] and not isinstance(layer, BatchNorm):
            return None
    return None


def _draw_feature_maps(model: Model, seen: _Seen, folder: Path) -> None:
    mask = None if seen.part.mask is None else seen.part.mask[0]
    maps = feature_maps(model.network, model.parameters, seen.part.X[0], mask)
    axes = 3 if seen.kind == "images" else 2
    fitting = {found.label: found.array for found in maps if found.array.ndim == axes}
    if not fitting:
        return
    title = _("What the layers make of an example ({answer})", answer=seen.captions[0])
    figure = plot_feature_maps(seen.examples[0], fitting, title=title)
    save_figure(figure, folder / "feature_maps.png")


def _draw_saliency(dataset: Dataset, model: Model, seen: _Seen, folder: Path) -> None:
    tall = seen.kind == "signals" and seen.examples.shape[1] > 1
    rows = _in_turn(seen.part.y, _EXPLAINED_OF_CHANNELS if tall else _EXPLAINED)
    shown, examples = seen.part.rows(rows), seen.examples[rows]
    gradients = saliency(model.network, model.parameters, shown.X, mask=shown.mask)
    if not np.isfinite(gradients).all():
        return
    # Inputs may be the same numbers on other axes.
    gradients = _as_drawn(dataset, gradients).reshape(examples.shape)
    channels = _channel_names(dataset, examples.shape[1])
    captions, right = [seen.captions[row] for row in rows], (~seen.wrong[rows]).tolist()
    figure = (
        plot_image_saliency(examples, gradients, captions, right)
        if seen.kind == "images"
        else plot_signal_saliency(examples, gradients, captions, right, channel_names=channels)
    )
    save_figure(figure, folder / "saliency.png")
