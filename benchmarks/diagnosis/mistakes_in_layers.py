"""Runs whose layers begin, or come, where nothing is learnt."""

from functools import partial

from benchmarks.diagnosis.drawn import (
    BARS,
    CURVES,
    WAVES,
    drawn,
    groups,
    memories,
)
from benchmarks.diagnosis.parts import (
    CNN_OF_DIGITS,
    FLATTEN,
    adam,
    by,
    classes,
    constant,
    conv1d,
    conv2d,
    dense,
    normal,
    numbers,
    recurrent,
    sgd,
)
from benchmarks.diagnosis.scenarios import scenario

_vanishing = partial(scenario, "vanishing_gradients", activation="sigmoid")
VANISHING_GRADIENTS = (
    _vanishing("digits", "8 sigmoid layers", hidden=[32] * 8, optimizer=sgd(0.05), epochs=30),
    _vanishing("moons", "7 sigmoid layers", hidden=[32] * 7, optimizer=sgd(0.05), epochs=30),
    _vanishing("iris", "6 sigmoid layers", hidden=[32] * 6, optimizer=sgd(0.05), epochs=30),
    _vanishing(
        "breast_cancer", "10 sigmoid layers", hidden=[20] * 10, optimizer=sgd(0.1), epochs=40
    ),
    _vanishing(
        "california_housing", "8 sigmoid layers", hidden=[32] * 8, optimizer=sgd(0.05), epochs=5
    ),
    scenario(
        "vanishing_gradients",
        "digits",
        "8 tanh layers begun at 0.02",
        hidden=[32] * 8,
        activation="tanh",
        initializer=normal(0.02),
        optimizer=sgd(0.05),
        epochs=20,
    ),
    scenario(
        "vanishing_gradients",
        "wine",
        "8 ReLU layers begun at 0.01",
        hidden=[24] * 8,
        initializer=normal(0.01),
        optimizer=sgd(0.05),
        epochs=40,
    ),
    scenario(
        "vanishing_gradients",
        WAVES,
        "7 sigmoid convolutions",
        layers=[*[conv1d(8, 3, "sigmoid")] * 7, FLATTEN, classes(3)],
        optimizer=by("momentum", 0.05),
        epochs=15,
    ),
)

_exploding = partial(scenario, "exploding_gradients")
EXPLODING_GRADIENTS = (
    *(
        _exploding(
            data,
            f"5 layers begun at {size:g}",
            hidden=[64] * 5,
            initializer=normal(size),
            optimizer=sgd(0.01),
            epochs=10,
        )
        for data, size in (
            ("digits", 1.0),
            ("california_housing", 1.0),
            ("iris", 1.5),
            ("moons", 1.0),
            ("diabetes", 1.0),
        )
    ),
    _exploding(
        "breast_cancer",
        "8 layers begun at 0.5",
        hidden=[64] * 8,
        activation="identity",
        initializer=normal(0.5),
        optimizer=sgd(0.01),
        epochs=10,
    ),
    _exploding(
        "digits",
        "6 layers begun at 0.5, adam",
        hidden=[128] * 6,
        initializer=normal(0.5),
        optimizer=adam(1e-4),
        epochs=5,
    ),
    _exploding(
        drawn("groups", groups, 800, 12, 4, seed=16, distance=4.0),
        "5 SiLU layers begun at 0.7, rmsprop",
        hidden=[100] * 5,
        initializer=normal(0.7),
        activation="silu",
        optimizer=by("rmsprop", 1e-4),
        epochs=8,
    ),
    _exploding(
        BARS,
        "4 convolutions begun at 1",
        layers=[*[conv2d(16, initializer=normal(1.0))] * 4, FLATTEN, classes(3)],
        optimizer=sgd(0.01),
        epochs=8,
    ),
    _exploding(
        CURVES,
        "5 layers begun uniformly in ±1.5",
        hidden=[50] * 5,
        activation="leaky_relu",
        initializer={"name": "uniform", "limit": 1.5},
        optimizer=by("momentum", 0.01),
        epochs=10,
    ),
)

_dead = partial(scenario, "dead_units")


def _with_biases(value: float, output: object) -> list[object]:
    return [dense(32, bias_initializer=constant(value)), dense(16), output]


DEAD_UNITS = (
    _dead("iris", "biases begun at −10", layers=_with_biases(-10.0, classes(3)), epochs=10),
    _dead("digits", "biases begun at −20", layers=_with_biases(-20.0, classes(10)), epochs=10),
    _dead("moons", "biases begun at −5", layers=_with_biases(-5.0, classes(2)), epochs=10),
    _dead(
        "california_housing",
        "biases begun at −20",
        layers=_with_biases(-20.0, numbers()),
        epochs=5,
    ),
    _dead("digits", "sgd 3", optimizer=sgd(3.0), epochs=10),
    _dead("wine", "adam 1", optimizer=adam(1.0), epochs=20),
    _dead("breast_cancer", "adam 1", hidden=[32] * 3, optimizer=adam(1.0), epochs=20),
    _dead(
        "digits",
        "a CNN by momentum 2",
        layers=CNN_OF_DIGITS,
        optimizer=by("momentum", 2.0),
        epochs=5,
    ),
)

_saturated = partial(scenario, "saturated_units", optimizer=sgd(0.01), epochs=10)
SATURATED_UNITS = (
    *(
        _saturated(
            data,
            f"{activation} units begun at {size:g}",
            hidden=[32, 16],
            activation=activation,
            initializer=normal(size),
        )
        for data, activation, size in (
            ("digits", "tanh", 3.0),
            ("iris", "sigmoid", 30.0),
            ("breast_cancer", "tanh", 5.0),
            ("california_housing", "sigmoid", 20.0),
            ("moons", "tanh", 20.0),
        )
    ),
    scenario(
        "saturated_units",
        "wine",
        "features not scaled",
        scaling="none",
        hidden=[16],
        activation="tanh",
        epochs=20,
    ),
    scenario(
        "saturated_units",
        "digits",
        "adam 2",
        hidden=[32, 16],
        activation="sigmoid",
        optimizer=adam(2.0),
        epochs=10,
    ),
    _saturated(
        WAVES,
        "tanh convolutions begun at 5",
        layers=[*[conv1d(16, 5, "tanh", initializer=normal(5.0))] * 2, FLATTEN, classes(3)],
    ),
)

_symmetric = partial(scenario, "symmetric_weights", epochs=15)
SYMMETRIC_WEIGHTS = (
    *(
        _symmetric(
            data,
            f"begun at {value:g}",
            hidden=[16, 16],
            activation=activation,
            initializer=constant(value),
        )
        for data, activation, value in (
            ("iris", "tanh", 0.0),
            ("digits", "relu", 0.1),
            ("moons", "sigmoid", 0.0),
            ("california_housing", "tanh", 0.05),
            ("spirals", "relu", 0.5),
        )
    ),
    _symmetric(
        BARS,
        "a convolution begun at 0.1",
        layers=[
            conv2d(8, initializer=constant(0.1)),
            FLATTEN,
            classes(3, initializer=constant(0.1)),
        ],
    ),
    _symmetric(
        drawn("memories", memories, 400, 8, seed=25),
        "a dense layer behind a GRU, begun at 0",
        layers=[
            recurrent("gru", 12),
            dense(16, "tanh", initializer="zeros"),
            classes(2, initializer="zeros"),
        ],
        optimizer=adam(0.01),
    ),
    _symmetric(
        CURVES,
        "begun at 0.1, float64, momentum",
        hidden=[24, 24],
        activation="silu",
        initializer=constant(0.1),
        dtype="float64",
        optimizer=by("momentum", 0.02),
    ),
)
