"""Runs whose rows are not scaled, unevenly divided, or say nothing."""

from functools import partial

import numpy as np

from benchmarks.diagnosis.drawn import (
    CURVES,
    changed,
    drawn,
    groups,
    rare,
    sums,
    times,
    waves,
    without_meaning,
)
from benchmarks.diagnosis.parts import (
    FLATTEN,
    POOL_1D,
    adam,
    by,
    classes,
    conv1d,
    numbers,
    recurrent,
    sgd,
)
from benchmarks.diagnosis.scenarios import scenario

_unscaled = partial(scenario, "unscaled_features", scaling="none", epochs=10)
UNSCALED_FEATURES = (
    _unscaled("wine", "sgd 0.01", optimizer=sgd(0.01)),
    _unscaled("breast_cancer", "sgd 0.001", optimizer=sgd(0.001)),
    _unscaled("california_housing", "adam 0.001", optimizer=adam(0.001)),
    _unscaled("adult", "sgd 0.01", target="income", optimizer=sgd(0.01)),
    _unscaled("wine", "adam 0.001", optimizer=adam(0.001)),
    _unscaled("bike_sharing_hour", "sgd 0.001", optimizer=sgd(0.001)),
    _unscaled(times(CURVES, X=1e-3), "features of a thousandth", optimizer=by("momentum", 0.05)),
    _unscaled(
        times(drawn("waves", waves, 240, 48, 3, seed=2), X=1000.0),
        "a CNN on signals in thousands",
        layers=[conv1d(8), POOL_1D, FLATTEN, classes(3)],
        optimizer=sgd(0.01),
    ),
    _unscaled(
        changed(CURVES, "a feature in 1e4", lambda X, y: (X * np.r_[np.ones(7), 1e4], y)),
        "one large feature",
        optimizer=by("rmsprop", 0.001),
    ),
)

_target = partial(scenario, "unscaled_target", target_scaling="none", epochs=20)
UNSCALED_TARGET = (
    _target(
        "diabetes",
        "adam 5e-5, as in the course",
        validation=0.3,
        hidden=[128, 64],
        optimizer=adam(5e-5),
        batch_size=5,
    ),
    _target("diabetes", "adam 0.001", hidden=[32, 32], activation="tanh"),
    _target("bike_sharing_hour", "adam 0.001", optimizer=adam(0.001), hidden=[16]),
    _target("weather", "sgd 1e-4", optimizer=sgd(1e-4), hidden=[16], epochs=1),
    _target(times(CURVES, y=1e3), "in thousands, adam 0.001"),
    _target(times(CURVES, y=1e-4), "of a ten-thousandth, adam 0.01", optimizer=adam(0.01)),
    _target(
        changed(CURVES, "1000 more", lambda X, y: (X, y + 1000)),
        "far from 0, rmsprop",
        optimizer=by("rmsprop", 0.003),
    ),
    _target(
        times(drawn("sums", sums, 400, 12, seed=12), y=500.0),
        "in hundreds, a GRU",
        layers=[recurrent("gru", 16), numbers()],
    ),
)

_imbalance = partial(scenario, "class_imbalance", hidden=[16], epochs=15)
CLASS_IMBALANCE = (
    *(
        _imbalance(drawn("rare", rare, rows, share, features, seed=seed, gap=gap), f"{share:.0%}")
        for seed, (rows, share, features, gap) in enumerate(
            (
                (2000, 0.03, 5, 1.2),
                (3000, 0.02, 8, 1.5),
                (1500, 0.05, 4, 1.0),
                (4000, 0.01, 6, 1.5),
                (1000, 0.05, 10, 1.2),
            )
        )
    ),
    _imbalance(
        drawn("groups", groups, 2000, 8, 3, seed=20, distance=1.5, shares=[0.6, 0.37, 0.03]),
        "one class of three has 3 %",
        optimizer=by("momentum", 0.05),
    ),
    _imbalance(
        drawn("groups", groups, 3000, 6, 4, seed=21, distance=1.8, shares=[0.93, 0.03, 0.02, 0.02]),
        "one class of four has 93 %",
        activation="tanh",
    ),
)

_nothing = partial(scenario, "no_better_than_constant", hidden=[64, 32], epochs=100)
NO_BETTER_THAN_CONSTANT = (
    *(
        _nothing(
            drawn("without meaning", without_meaning, rows, features, count, seed=seed),
            "nothing in the features",
        )
        for seed, (rows, features, count) in enumerate(
            ((200, 10, 2), (300, 20, 0), (150, 5, 3), (400, 30, 0), (500, 8, 2))
        )
    ),
    _nothing(
        changed(
            drawn("groups", groups, 400, 8, 3, seed=22),
            "labels of other rows",
            lambda X, y: (X, np.random.default_rng(0).permutation(y)),
        ),
        "shuffled labels",
        activation="tanh",
        optimizer=by("momentum", 0.05),
    ),
    scenario(
        "no_better_than_constant",
        changed(
            drawn("sums", sums, 300, 10, seed=23),
            "targets of other rows",
            lambda X, y: (X, np.random.default_rng(0).permutation(y)),
        ),
        "shuffled targets, a GRU",
        layers=[recurrent("gru", 16), numbers()],
        optimizer=adam(0.01),
        epochs=30,
    ),
)
