"""Runs whose steps, epochs, sizes or penalties are wrong."""

from functools import partial

from benchmarks.diagnosis.drawn import (
    CURVES,
    drawn,
    groups,
    memories,
    sums,
    times,
    waves,
)
from benchmarks.diagnosis.parts import (
    CNN_OF_DIGITS,
    FLATTEN,
    POOL_1D,
    adam,
    by,
    classes,
    conv1d,
    dense,
    normal,
    numbers,
    recurrent,
    sgd,
)
from benchmarks.diagnosis.scenarios import scenario

_diverged = partial(scenario, "diverged")
DIVERGED = (
    _diverged(
        "diabetes", "target in its own units", target_scaling="none", optimizer=sgd(0.1), epochs=20
    ),
    _diverged(
        "california_housing", "features not scaled", scaling="none", optimizer=sgd(0.01), epochs=3
    ),
    _diverged(
        "diabetes",
        "learning rate 5",
        hidden=[32, 32],
        activation="identity",
        optimizer=sgd(5.0),
        epochs=20,
    ),
    _diverged("bike_sharing_hour", "learning rate 30", optimizer=sgd(30.0), epochs=2),
    _diverged(
        "diabetes",
        "weights begun at 2",
        hidden=[64] * 3,
        initializer=normal(2.0),
        optimizer=sgd(0.1),
        epochs=10,
    ),
    _diverged(
        "calculator",
        "neither features nor target scaled",
        hidden=[16, 16],
        scaling="none",
        target_scaling="none",
        optimizer=sgd(0.1),
        epochs=5,
    ),
    _diverged(
        drawn("sums", sums, 300, 20, seed=4, features=2),
        "learning rate 20 of a recurrent layer",
        layers=[recurrent("rnn", 16, activation="relu"), numbers()],
        optimizer=sgd(20.0),
        epochs=10,
    ),
    _diverged(
        times(CURVES, y=1e6),
        "target in millions, Nesterov",
        target_scaling="none",
        optimizer=by("nesterov", 0.01),
        epochs=10,
    ),
)

_not_learning = partial(scenario, "not_learning")
NOT_LEARNING = (
    _not_learning("iris", "sgd 1e-6", optimizer=sgd(1e-6), epochs=50),
    _not_learning("digits", "sgd 1e-5", optimizer=sgd(1e-5), epochs=10),
    _not_learning(
        "breast_cancer",
        "adam 1e-7",
        hidden=[30, 10],
        activation="tanh",
        optimizer=adam(1e-7),
        epochs=30,
    ),
    _not_learning("diabetes", "sgd 1e-7", optimizer=sgd(1e-7), epochs=30),
    _not_learning("wine", "sgd 50", optimizer=sgd(50.0), epochs=30),
    _not_learning(
        "digits", "adam 10", hidden=[64, 32], activation="tanh", optimizer=adam(10.0), epochs=10
    ),
    _not_learning("california_housing", "adam 1e-7", optimizer=adam(1e-7), epochs=2),
    _not_learning(
        "digits", "sgd 1e-6 of a CNN", layers=CNN_OF_DIGITS, optimizer=sgd(1e-6), epochs=5
    ),
    _not_learning(
        drawn("sums", sums, 400, 12, seed=5),
        "rmsprop 1e-6 of a GRU",
        layers=[recurrent("gru", 16), numbers()],
        optimizer=by("rmsprop", 1e-6),
        epochs=10,
    ),
)

_overfitting = partial(scenario, "overfitting", stopping={})
OVERFITTING = (
    _overfitting(
        "moons",
        "two layers of 256 for 45 rows",
        options={"rows": 300, "noise": 0.4},
        validation=0.1,
        test=0.75,
        hidden=[256, 256],
        optimizer=adam(0.005),
        epochs=400,
    ),
    _overfitting(
        "diabetes", "300 epochs, no rule", hidden=[128, 128], optimizer=adam(0.001), epochs=300
    ),
    _overfitting(
        "circles",
        "500 epochs of SiLU units",
        options={"rows": 300, "noise": 0.3},
        validation=0.1,
        test=0.7,
        hidden=[256, 128],
        activation="silu",
        optimizer=adam(0.005),
        epochs=500,
    ),
    _overfitting(
        "blobs",
        "two layers of 256 for 60 rows",
        options={"rows": 300, "noise": 4.0},
        validation=0.1,
        test=0.7,
        hidden=[256, 256],
        optimizer=adam(0.003),
        epochs=400,
    ),
    _overfitting(
        "diabetes",
        "sgd 0.05, the last weights kept",
        hidden=[256, 256],
        activation="tanh",
        optimizer=sgd(0.05),
        epochs=300,
        restore_best=False,
    ),
    _overfitting(
        drawn("groups", groups, 600, 20, 4, seed=6, distance=3.0, flipped=0.3),
        "a third of the labels by chance",
        test=0.6,
        hidden=[200, 100],
        activation="gelu",
        optimizer=by("nesterov", 0.05),
        epochs=200,
    ),
    _overfitting(
        drawn("waves", waves, 400, 32, 3, seed=7, noise=1.5),
        "a wide CNN on noise",
        test=0.6,
        layers=[conv1d(32), POOL_1D, conv1d(64), FLATTEN, dense(64), classes(3)],
        optimizer=adam(0.003),
        epochs=100,
    ),
    _overfitting(
        drawn("memories", memories, 400, 12, seed=8, step=2),
        "64 GRU units, 100 sequences",
        test=0.6,
        layers=[recurrent("gru", 64), classes(2)],
        optimizer=adam(0.01),
        epochs=100,
    ),
)

_underfitting = partial(scenario, "underfitting")
UNDERFITTING = (
    _underfitting("circles", "no hidden layer", hidden=[], epochs=100),
    _underfitting("digits", "one unit", hidden=[1], epochs=30),
    _underfitting("spirals", "two units", hidden=[2], epochs=60),
    _underfitting("digits", "L2 100", l2=100.0, epochs=20),
    _underfitting("breast_cancer", "L2 300", hidden=[16], l2=300.0, epochs=50),
    _underfitting("digits", "dropout 0.9", hidden=[16, 16], dropout=0.9, epochs=20),
    _underfitting("bike_sharing_hour", "one unit", hidden=[1], epochs=5),
    _underfitting(
        drawn("groups", groups, 1000, 10, 5, seed=9, distance=4.0), "L1 50", l1=50.0, epochs=30
    ),
    _underfitting(
        drawn("sums", sums, 600, 15, seed=10),
        "two epochs of a GRU",
        layers=[recurrent("gru", 8), numbers()],
        optimizer=adam(0.001),
        epochs=2,
    ),
)
