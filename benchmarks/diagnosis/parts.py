"""What the settings of the scenarios are put together from: optimisers, layers, first weights."""

from typing import Any

Settings = dict[str, Any]


def by(name: str, learning_rate: float, **more: Any) -> Settings:
    """Return an optimiser."""
    return {"name": name, "learning_rate": learning_rate, **more}


def sgd(learning_rate: float) -> Settings:
    """Return plain gradient descent in batches."""
    return by("sgd", learning_rate)


def adam(learning_rate: float) -> Settings:
    """Return Adam."""
    return by("adam", learning_rate)


def normal(standard_deviation: float) -> Settings:
    """Return first weights that are drawn from a normal distribution."""
    return {"name": "normal", "standard_deviation": standard_deviation}


def constant(value: float) -> Settings:
    """Return first weights that are all the same."""
    return {"name": "constant", "value": value}


def layer(name: str, **settings: Any) -> Settings:
    """Return a layer."""
    return {"name": name, **settings}


def dense(units: int, activation: str = "relu", **settings: Any) -> Settings:
    """Return a dense layer."""
    return layer("dense", units=units, activation=activation, **settings)


def classes(count: int, **settings: Any) -> Settings:
    """Return the output layer of a classification."""
    return dense(count, "softmax", **settings)


def numbers(count: int = 1, **settings: Any) -> Settings:
    """Return the output layer of a regression."""
    return dense(count, "identity", **settings)


def conv1d(channels: int, kernel_size: int = 5, activation: str = "relu", **more: Any) -> Settings:
    """Return a convolution along a signal."""
    settings = {"kernel_size": kernel_size, "activation": activation, "padding": "same", **more}
    return layer("conv1d", channels=channels, **settings)


def conv2d(channels: int, activation: str = "relu", **more: Any) -> Settings:
    """Return a 3×3 convolution."""
    settings = {"kernel_size": 3, "activation": activation, "padding": "same", **more}
    return layer("conv2d", channels=channels, **settings)


def recurrent(cell: str, units: int, **more: Any) -> Settings:
    """Return a recurrent layer that gives what is left at its last step."""
    return layer("recurrent", cell={"name": cell, "units": units, **more}, last=True)


IMAGE_OF_DIGITS = layer("reshape", shape=[1, 8, 8])
"""The 64 features of digits as the image that they are."""
FLATTEN = layer("flatten")
POOL_1D, POOL_2D = layer("max_pool", size=2), layer("max_pool", size=2)
MEAN = layer("global_pool", function="average")

CNN_OF_DIGITS = [IMAGE_OF_DIGITS, conv2d(8), POOL_2D, conv2d(16), FLATTEN, classes(10)]
