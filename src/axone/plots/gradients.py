"""What the pictures of gradients share: their checks, and the colour of a caption."""

from collections.abc import Sequence

import numpy as np

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _
from axone.plots.style import theme


def checked_gradients(
    examples: FloatArray,
    gradients: FloatArray,
    captions: Sequence[object],
    right: Sequence[bool] | None,
) -> None:
    """Refuse gradients that are not those of the examples, and captions that are not theirs.

    Raises
    ------
    ShapeError
        Not one gradient for each number, or one caption for each example.
    DataError
        The gradients are not finite.
    """
    if examples.shape != gradients.shape:
        raise ShapeError(
            _(
                "the gradients have shape {gradients} and the examples {examples}: give one for "
                "each number of an example.",
                gradients=gradients.shape,
                examples=examples.shape,
            )
        )
    for words in (captions, captions if right is None else right):
        if len(words) != len(examples):
            raise ShapeError(
                _(
                    "{examples} examples need as many captions and truths, not {found}.",
                    examples=len(examples),
                    found=len(words),
                )
            )
    if not np.isfinite(gradients).all():
        raise DataError(_("gradients must be finite: has the training diverged?"))


def color_of(right: Sequence[bool] | None, number: int) -> str:
    """Return the colour of a caption: green where the answer is right, vermilion where not."""
    if right is None:
        return theme().ink
    return theme().green if right[number] else theme().vermilion
