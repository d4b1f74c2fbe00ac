"""What stands before a preset's own layers, so that they meet the axes that they read.

Each function returns those layers, and the shape of an example after them.
"""

import math
from typing import TypeAlias

from axone.arrays import Shape
from axone.errors import ConfigurationError
from axone.layers import Embedding, Flatten, Layer, Reshape, Transpose
from axone.messages import _

_SMALLEST_EMBEDDING, _LARGEST_EMBEDDING = 8, 64

Entrance: TypeAlias = tuple[list[Layer], Shape]


def as_features(kind: str, shape: Shape, vocabulary: int | None) -> Entrance:
    """Everything side by side."""
    before: list[Layer] = []
    if kind == "tokens":
        embedding, shape = as_sequences(kind, shape, vocabulary)
        before += embedding
    if len(shape) > 1:
        before.append(Flatten())
    return before, (math.prod(shape),)


def as_images(kind: str, shape: Shape, vocabulary: int | None) -> Entrance:
    """Grey images have one channel; features whose number is a square are grey images too."""
    del vocabulary
    if kind == "features":
        side = math.isqrt(shape[0])
        shape = (side, side)
        return [Reshape((1, *shape))], (1, *shape)
    return ([Reshape((1, *shape))], (1, *shape)) if len(shape) == 2 else ([], shape)


def as_signals(kind: str, shape: Shape, vocabulary: int | None) -> Entrance:
    """Features are a signal of one channel, and the features of a sequence are channels."""
    if kind == "features":
        return [Reshape((1, *shape))], (1, *shape)
    if kind == "signals":
        return [], shape
    before, shape = as_sequences(kind, shape, vocabulary)
    return [*before, Transpose()], shape[::-1]


def as_sequences(kind: str, shape: Shape, vocabulary: int | None) -> Entrance:
    """Tokens are looked up, and the channels of a signal are the features of a sequence."""
    if kind == "tokens":
        if vocabulary is None:
            raise ConfigurationError(_("Say how many tokens there are: vocabulary=…."))
        size = embedding_size(vocabulary)
        return [Embedding(vocabulary, size)], (*shape, size)
    return ([Transpose()], shape[::-1]) if kind == "signals" else ([], shape)


def is_square(number: int) -> bool:
    """Tell whether so many features may be the pixels of a square."""
    return math.isqrt(number) ** 2 == number


def embedding_size(vocabulary: int) -> int:
    """Return how many numbers stand for a token: the power of two nearest below 4·vocabulary^½.

    Examples
    --------
    >>> embedding_size(28), embedding_size(5000)
    (16, 64)
    """
    wanted = 2 ** int(math.log2(4 * math.sqrt(max(vocabulary, 1))))
    return min(max(wanted, _SMALLEST_EMBEDDING), _LARGEST_EMBEDDING)
