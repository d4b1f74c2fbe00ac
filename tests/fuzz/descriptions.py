"""Python's door: layers, losses, optimisers, networks, trainers, given what they are not."""

import dataclasses
import inspect
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from tests.fuzz.hostile import CONTAINERS, NUMBERS, SURROGATES, WORDS
from tests.fuzz.oracle import watched

import axone as ax
from axone.activations import ACTIVATIONS
from axone.augmentation import AUGMENTATIONS
from axone.data import SCALINGS
from axone.errors import ShapeError
from axone.initializers import INITIALIZERS
from axone.layers import CELLS, LAYERS
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.schedules import SCHEDULES

REGISTRIES = [
    ACTIVATIONS, SCALINGS, INITIALIZERS, LAYERS, LOSSES, OPTIMIZERS, SCHEDULES, CELLS,
    AUGMENTATIONS,
]  # fmt: skip
OBJECTS = [
    np.float16(2), np.float64(np.nan), np.int8(3), np.uint64(2**63), np.bool_(True),
    np.longdouble("1e4000"), np.array(3), np.array([1, 2]), np.array([]), np.zeros((2, 2)),
    np.ma.masked, np.ma.array([1, 2], mask=[0, 1]), Decimal("1e9999"), Decimal("NaN"),
    Fraction(1, 3), Fraction(10**400, 7), 1j, b"x", (), (1, 2), {1, 2}, frozenset(), range(3),
    range(10**9), object(), object, int, len, ax.Dense, ax.Adam, ax.Dense(2), ax.Adam(), Ellipsis,
    NotImplemented, {1: 2}, {None: 1}, {"name": 1}, {"name": "dense"}, "x" * 10**6, [0] * 10**6,
    10**5000, -(10**5000),
]  # fmt: skip
EVERY_VALUE = [
    *NUMBERS, True, False, None, *WORDS, *SURROGATES, *CONTAINERS,
    *(("object", number) for number in range(len(OBJECTS))),
]  # fmt: skip
VALUES = st.sampled_from(EVERY_VALUE)
TRAINER = [
    field.name for field in dataclasses.fields(ax.Trainer) if field.init and field.name != "network"
]
FIT = [
    "max_epochs",
    "stopping",
    "warmup_epochs",
    "restore_best",
    "initial",
    "start_from",
    "checkpoint",
    "checkpoint_seconds",
    "resume",
    "every",
]


def _members():
    for number, registry in enumerate(REGISTRIES):
        for name in registry:
            for field in registry.settings(name):
                yield number, name, field.name
        for name, build in registry.short_ways.items():
            for setting in inspect.signature(build).parameters:
                yield number, name, setting


MEMBERS = list(_members())
PLACES = [
    *(("member", member) for member in MEMBERS),
    *(("resolve", number) for number in range(len(REGISTRIES))),
    *(("trainer", name) for name in TRAINER),
    *(("fit", name) for name in FIT),
    *(("network", name) for name in ("input_shape", "layers", "seed", "dtype")),
    *(
        ("experiment", name)
        for name in ("data", "network", "training", "tuning", "seed", "threads")
    ),
    *(
        ("perceptron", name)
        for name in (
            "learning_rate",
            "threshold",
            "order",
            "max_epochs",
            "seed",
            "initial_weights",
            "initial_bias",
        )
    ),
]
WAYS = sorted({way for way, _ in PLACES})
# A way of building first, or the many settings of members would take nearly all tries.
cases = st.sampled_from(WAYS).flatmap(
    lambda way: st.tuples(
        st.just(way), st.sampled_from([where for each, where in PLACES if each == way]), VALUES
    )
)


def every_case():
    """Each place given each value."""
    return ((way, where, value) for way, where in PLACES for value in EVERY_VALUE)


X, Y = np.random.default_rng(0).normal(size=(8, 4)), np.arange(8) % 2
NEEDED = {
    "dense": {"units": 2}, "dropout": {"rate": 0.1},
    "gaussian_noise": {"standard_deviation": 0.1}, "reshape": {"shape": (2, 2)},
    "embedding": {"vocabulary_size": 3, "dimension": 2},
    "residual": {"layers": [{"name": "dense", "units": 4}]},
    "recurrent": {"cell": {"name": "rnn", "units": 2}}, "activation": {"function": "relu"},
    "lstm": {"units": 2}, "gru": {"units": 2}, "rnn": {"units": 2},
    "conv1d": {"channels": 2, "kernel_size": 2}, "conv2d": {"channels": 2, "kernel_size": 1},
    "channel_dropout": {"rate": 0.1},
    "positionwise_dense": {"units": 2}, "attention": {"heads": 2},
}  # fmt: skip


def _value(given):
    return OBJECTS[given[1]] if isinstance(given, tuple) and given[:1] == ("object",) else given


def _trained(**settings):
    network = settings.pop("network", None) or ax.Network(ax.Dense(2, "softmax"), input_shape=4)
    fit = settings.pop("fit", {})
    trainer = ax.Trainer(network, **{"loss": "cce", **settings})
    trainer.fit((X, Y), **{"max_epochs": 1, **fit})


def _used(registry, member):
    """Let a member do its work, for what it was given may only show there."""
    registry.to_data(member)
    if registry is LAYERS:
        layers = (member, ax.Flatten(), ax.Dense(2, "softmax"))
        try:
            network = ax.Network(*layers, input_shape=4)
        except ShapeError:  # it reads images, or sequences and signals
            shape = (1, 2, 2) if isinstance(member, ax.Conv2D) else (2, 2)
            network = ax.Network(ax.Reshape(shape), *layers, input_shape=4)
        if network.parameter_count < 10**6:
            _trained(network=network)
    elif registry is CELLS:
        _used(LAYERS, ax.Recurrent(member))
    elif registry is ACTIVATIONS:
        _trained(network=ax.Network(ax.Dense(3, member), ax.Dense(2, "softmax"), input_shape=4))
    elif registry is INITIALIZERS:
        ax.Network(ax.Dense(3, initializer=member), input_shape=4).initialize()
    elif registry is OPTIMIZERS:
        _trained(optimizer=member)
    elif registry is AUGMENTATIONS:
        shape = (1, 2, 2) if "images" in member.kinds else (2, 2)
        layers = (ax.Reshape(shape), ax.Flatten(), ax.Dense(2, "softmax"))
        _trained(network=ax.Network(*layers, input_shape=4), augmentation=[member])
    elif registry is SCHEDULES:
        _trained(schedule=member)


def attempt(case, folder):
    """Build what is described, and use it."""
    way, where, given = case
    value = _value(given)
    with watched():
        if way == "member":
            number, name, field = where
            registry = REGISTRIES[number]
            settings = {**NEEDED.get(name, {}), field: value}
            _used(registry, registry.resolve({"name": name, **settings}))
        elif way == "resolve":
            REGISTRIES[where].resolve(value)
        elif way == "trainer":
            _trained(**{where: value})
        elif way == "fit":
            if where == "max_epochs" and isinstance(value, int) and 10 < value < 2**31:
                value = 3
            if where == "checkpoint" and isinstance(value, str):
                value = folder / "x" / value
            _trained(fit={where: value})
        elif way == "network":
            if where == "input_shape":
                ax.Network(ax.Flatten(), ax.Dense(2), input_shape=value)
            elif where == "layers":
                ax.Network(value, input_shape=4)
            else:
                ax.Network(ax.Dense(2), input_shape=4).initialize(**{where: value})
        elif way == "experiment":
            settings = {"data": {"source": "xor"}, "training": {"epochs": 1}, where: value}
            ax.Experiment.in_memory(settings)
        else:
            if (
                where == "max_epochs"
                and isinstance(value, int)
                and not isinstance(value, bool)
                and value > 100
            ):
                value = 10**20
            ax.RosenblattPerceptron(**{"max_epochs": 2, where: value}).fit(X, Y)
