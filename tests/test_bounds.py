"""How large things may be: each bound is met before anything is made, in one sentence."""

import numpy as np
import pytest

import axone as ax
from axone.bounds import LARGEST_SEED, MOST_LAYERS, MOST_UNITS
from axone.checks import (
    as_array,
    check_integer,
    check_number,
    check_seed,
    check_truth,
    checked_sizes,
)
from axone.data import load_dataset
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.layers import LAYERS
from axone.schedules import Warmup


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ax.Dense(10**9), "units must be at most 1,048,576, not 1000000000"),
        (lambda: ax.Dense(10**400), "units must be at most 1,048,576, not 1e[+]400"),
        (lambda: ax.RNNCell(10**9), "units must be at most"),
        (lambda: ax.Embedding(10**20, 2), "vocabulary_size must be at most"),
        (lambda: ax.Residual(*[ax.Flatten()] * 2000), "Residual holds 2,000 layers: at most 1,000"),
        (lambda: ax.Network(*[ax.Flatten()] * 2000, input_shape=3), "network of 2,000 layers"),
        (lambda: ax.Network(ax.Flatten(), input_shape=[2] * 20), "more than 8 axes"),
        (lambda: ax.Network(ax.Flatten(), input_shape=10**9), "input_shape must be at most"),
        (lambda: ax.Network(ax.Flatten(), input_shape=(2**20, 2**20)), "1,099,511,627,776 numbers"),
        (
            lambda: ax.Network(ax.Dense(4), ax.Dense(2**20), ax.Dense(2**20), input_shape=3),
            r"has [\d,]+ parameters, 1,099,512,676,352 of them in layer 2 \(Dense\)",
        ),
        (lambda: checked_sizes("hidden", range(10**9)), "hidden: more than 1,000 layers"),
        (lambda: ax.Network(ax.Dense(2), input_shape=3).initialize(2**63), "seed must be at most"),
    ],
)
@pytest.mark.usefixtures("before_long")
def test_what_is_too_large_is_refused_before_it_is_made(make, words):
    with pytest.raises(ConfigurationError, match=words):
        make()


def test_blocks_within_one_another_without_end_are_refused():
    block, rise, data = ax.Dense(3), Warmup(), {"name": "dense", "units": 3}
    for _ in range(15):
        block, rise = ax.Residual(block), Warmup(after=rise)
    block = ax.Residual(block)
    with pytest.raises(ConfigurationError, match=r"Residual blocks .* 17 deep: at most 16"):
        ax.Residual(block)
    with pytest.raises(ConfigurationError, match=r"Warm-ups .* 17 deep: at most 16"):
        Warmup(after=rise)
    for _ in range(5000):
        data = {"name": "residual", "layers": [data]}
    with pytest.raises(ConfigurationError, match=r"^layer 'residual': nested too deeply\.$"):
        LAYERS.resolve(data)
    deep = {"name": "warmup"}
    for _ in range(5000):
        deep = {"name": "warmup", "after": deep}
    with pytest.raises(ConfigurationError, match=r"^schedule 'warmup': nested too deeply\.$"):
        ax.Trainer(ax.Network(ax.Dense(1), input_shape=3), loss="mse", schedule=deep)


def test_what_is_just_not_too_large_is_described():
    assert ax.Dense(MOST_UNITS).units == MOST_UNITS
    assert len(ax.Network(*[ax.Flatten()] * MOST_LAYERS, input_shape=3).layers) == MOST_LAYERS


@pytest.mark.parametrize("seed", [0, 2**32, LARGEST_SEED])
def test_a_seed_is_the_same_at_every_door(seed):
    check_seed(seed)
    ax.Network(ax.Dense(2), input_shape=3).initialize(seed)
    assert ax.Experiment.in_memory({"seed": seed}).settings.seed == seed


@pytest.mark.parametrize("seed", [-1, LARGEST_SEED + 1, 10**20])
def test_a_seed_beyond_is_refused_at_every_door(seed):
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
    doors = [
        lambda: network.initialize(seed),
        lambda: ax.Trainer(network, loss="cce", seed=seed),
        lambda: ax.Experiment.in_memory({"seed": seed}),
        lambda: load_dataset("xor", seed=seed),
        lambda: ax.RosenblattPerceptron(seed=seed),
        lambda: ax.tune("xor", seed=seed),
    ]
    for door in doors:
        with pytest.raises(ConfigurationError, match="seed"):
            door()


@pytest.mark.parametrize(
    ("value", "bounds", "words"),
    [
        (10**400, {"above": 0}, r"greater than 0 and at most 1\.79\d+e\+308, not 1e\+400"),
        (-(10**400), {}, r"at least -1\.79\d+e\+308, not -1e\+400"),
        (10**400, {"at_least": 0, "below": 1}, r"at least 0 and less than 1, not 1e\+400"),
        (float("inf"), {"above": 0}, "finite and greater than 0, not inf"),
        (np.longdouble("1e4000"), {}, "finite, not"),
    ],
)
def test_numbers_beyond_floats_are_out_of_bounds(value, bounds, words):
    with pytest.raises(ConfigurationError, match=f"rate must be {words}"):
        check_number("rate", value, **bounds)


def test_whole_numbers_have_a_bound():
    check_integer("epochs", 2**31 - 1, at_least=1)
    with pytest.raises(ConfigurationError, match="epochs must be at most 2,147,483,647, not 1e"):
        check_integer("epochs", 10**5000, at_least=1)


@pytest.mark.parametrize("value", [0, 1, "yes", None, [], 0.0, np.array(True), np.array([True])])
def test_only_truths_are_truths(value):
    check_truth("bias", True)
    check_truth("bias", np.False_)
    with pytest.raises(ArgumentTypeError, match="bias must be true or false, not "):
        check_truth("bias", value)


@pytest.mark.parametrize("value", [0, 1, "yes", None, []])
def test_every_setting_that_is_a_truth_takes_nothing_else(value):
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
    trainer = ax.Trainer(network, loss="cce")
    rows = np.eye(3), np.arange(3) % 2
    for door in (
        lambda: ax.Dense(2, bias=value),
        lambda: ax.Trainer(network, loss="cce", shuffle=value),
        lambda: trainer.fit(rows, restore_best=value),
        lambda: trainer.fit(rows, resume=value),
    ):
        with pytest.raises(ArgumentTypeError, match="must be true or false"):
            door()


@pytest.mark.parametrize("given", [[[1, 2], [3]], [[10**400, 1.5]], object()])
def test_what_is_no_array_of_numbers_is_refused_by_its_name(given):
    with pytest.raises(DataError, match=r"^X "):
        ax.Network(ax.Dense(2), input_shape=2).check_examples(given)


def test_masked_cells_are_refused_with_the_first_of_them():
    masked = np.ma.array(np.eye(3), mask=np.eye(3, k=1))
    with pytest.raises(DataError, match=r"X holds 2 masked cells, the first at \(0, 1\)"):
        as_array(masked, "X")
    assert as_array(np.ma.array(np.eye(3)), "X").shape == (3, 3)
