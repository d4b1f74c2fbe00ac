"""Runs that go well, varied as a stranger's are."""

from functools import partial

from benchmarks.diagnosis.drawn import (
    bars,
    curves,
    drawn,
    groups,
    memories,
    rare,
    sums,
    times,
    waves,
)
from benchmarks.diagnosis.parts import (
    FLATTEN,
    MEAN,
    POOL_1D,
    POOL_2D,
    adam,
    by,
    classes,
    conv1d,
    conv2d,
    dense,
    layer,
    numbers,
    recurrent,
)
from benchmarks.diagnosis.scenarios import HEALTHY, Scenario, scenario

CURVES = drawn("curves", curves, 600, seed=11)
GROUPS = drawn("groups", groups, 800, 12, 4, seed=12, distance=4.0)
WAVES = drawn("waves", waves, 300, 64, 3, seed=13)
BARS = drawn("bars", bars, 500, 10, seed=14)

_well = partial(scenario, HEALTHY)

UNSEEN_HEALTHY: tuple[Scenario, ...] = (
    _well(CURVES),
    _well(CURVES, dtype="float64", optimizer=by("momentum", 0.1)),
    _well(times(CURVES, y=1000000.0, X=1e-05)),
    _well(times(CURVES, y=1e-06, X=1000.0), optimizer=by("rmsprop", 0.003)),
    _well(drawn("curves", curves, 200, 5, seed=41, outputs=3), epochs=150),
    _well(drawn("curves", curves, 60, 4, seed=42), epochs=200),
    _well(drawn("curves", curves, 25, 3, seed=43, noise=0.1), epochs=200),
    _well(drawn("curves", curves, 3000, 20, seed=44, noise=1.0), epochs=30),
    _well(CURVES, validation=0.0, epochs=60),
    _well(CURVES, hidden=[32, 32], optimizer="lbfgs"),
    _well(CURVES, hidden=[64, 64], dropout=0.2, optimizer=by("adamw", 0.003)),
    _well(GROUPS),
    _well(GROUPS, validation=0.0, test=0.0, epochs=30),
    _well(GROUPS, hidden=[40] * 4, activation="tanh"),
    _well(GROUPS, hidden=[64], batch_norm=True, epochs=40),
    _well(drawn("groups", groups, 1500, 12, 15, seed=45, distance=5.0), epochs=60),
    _well(
        drawn("groups", groups, 2000, 8, 3, seed=46, distance=3.5, shares=[0.7, 0.2, 0.1]),
        epochs=40,
    ),
    _well(drawn("groups", groups, 40, 4, 2, seed=47, distance=5.0), epochs=150),
    _well(drawn("groups", groups, 600, 10, 3, seed=48, distance=4.0, flipped=0.2), epochs=60),
    _well(drawn("rare", rare, 3000, 0.05, 5, seed=49, gap=3.0), epochs=40),
    _well(GROUPS, epochs=5),
    _well(BARS, layers=[conv2d(8), POOL_2D, conv2d(16), FLATTEN, classes(3)], epochs=25),
    _well(
        BARS,
        layers=[
            conv2d(8, "identity"),
            layer("batch_norm"),
            layer("activation", function="relu"),
            layer("residual", layers=[conv2d(8), conv2d(8, "identity")]),
            FLATTEN,
            classes(3),
        ],
        epochs=25,
    ),
    _well(
        WAVES,
        layers=[conv1d(16), POOL_1D, conv1d(32), MEAN, classes(3)],
        epochs=60,
        optimizer=adam(0.003),
    ),
    _well(
        drawn("memories", memories, 1500, 10, seed=50),
        layers=[recurrent("gru", 24), classes(2)],
        epochs=40,
        optimizer=adam(0.01),
    ),
    _well(
        drawn("sums", sums, 600, 15, seed=51),
        layers=[recurrent("lstm", 16), numbers()],
        epochs=60,
        optimizer=adam(0.01),
    ),
    _well(
        drawn("sums", sums, 600, 15, seed=52, features=2),
        layers=[recurrent("rnn", 16), numbers()],
        epochs=60,
        optimizer=adam(0.003),
        clip_norm=1.0,
    ),
    _well(
        GROUPS,
        layers=[
            dense(32),
            layer("residual", layers=[dense(32), dense(32, "identity")]),
            layer("layer_norm"),
            dense(16),
            classes(4),
        ],
        epochs=40,
    ),
    _well("gunpoint", preset="course-1d", epochs=60),
    _well(
        "spirals",
        options={"arms": 3, "rows": 900},
        hidden=[48, 48],
        activation="silu",
        epochs=200,
        optimizer=adam(0.01),
    ),
)
