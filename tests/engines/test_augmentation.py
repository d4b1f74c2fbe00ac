"""The compiled engine changes rows as the equations do, whatever the examples and the order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.agreement import FLOAT32, FLOAT64, assert_engines_agree

import axone as ax
from axone.augmentation import AUGMENTATIONS
from axone.data import Examples
from axone.engines import Recipe, ReferenceEngine
from axone.engines.native import NativeEngine
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.losses import LOSSES

try:
    load_variant()
except NotBuiltError as error:
    pytest.skip(str(error), allow_module_level=True)

shares = st.floats(0, 1)
SIZES = st.sampled_from([1, 2, 3, 4, 7, 8, 9, 16, 17, 28, 33])
ANYWHERE = [st.builds(ax.Jitter, shares), st.builds(ax.Magnify, shares)]
IN_IMAGES = [
    *ANYWHERE,
    st.builds(ax.Shift, st.integers(0, 40)),
    st.builds(ax.Rotate, st.floats(0, 180)),
    st.builds(ax.Scale, st.floats(0.2, 1), st.floats(1, 5)),
    st.builds(ax.Flip, shares, st.booleans()),
    st.builds(ax.Cut, shares),
]
IN_TIME = [
    *ANYWHERE,
    st.builds(ax.TimeWarp, st.floats(0, 1), st.integers(2, 64)),
    st.builds(ax.TimeShift, shares),
    st.builds(ax.Crop, st.floats(0.1, 1)),
    st.builds(ax.Cut, shares),
]


@st.composite
def recipes(draw, dtype):
    kind = draw(st.sampled_from(["images", "signals", "sequences", "features"]))
    one, other = draw(SIZES), draw(SIZES)
    shape = {
        "images": (draw(st.integers(1, 3)), one, other),
        "signals": (draw(st.integers(1, 9)), draw(st.sampled_from([one, 300]))),
        "sequences": (draw(st.sampled_from([one, 300])), draw(st.integers(1, 9))),
        "features": (one,),
    }[kind]
    first = [ax.Residual(ax.Activation("tanh"), ax.LayerNorm())] if kind == "sequences" else []
    members = {"images": IN_IMAGES, "features": ANYWHERE}.get(kind, IN_TIME)
    network = ax.Network(*first, ax.Flatten(), ax.Dense(2, "softmax"), input_shape=shape)
    return Recipe(
        network,
        LOSSES.resolve("cce"),
        ax.SGD(0.01),
        batch_size=draw(st.integers(1, 9)),
        dtype=dtype,
        seed=draw(st.integers(0, 1000)),
        augmentation=tuple(draw(st.lists(st.one_of(members), min_size=1, max_size=5))),
    )


@given(recipe=recipes("float64"), rows=st.integers(1, 20))
def test_trajectories_agree_in_float64(recipe, rows):
    assert_engines_agree(recipe, rows, FLOAT64)


@given(recipe=recipes("float32"), rows=st.integers(1, 20))
def test_trajectories_agree_in_float32(recipe, rows):
    assert_engines_agree(recipe, rows, FLOAT32)


@pytest.mark.parametrize("name", list(AUGMENTATIONS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_number_of_a_changed_row_is_the_references(name, dtype):
    """Read off a network that is linear in each: its gradient is the row."""
    change = AUGMENTATIONS.resolve(name)
    shape = (2, 13, 11) if "images" in change.kinds else (3, 37)
    network = ax.Network(ax.Flatten(), ax.Dense(1, bias=False), input_shape=shape)
    recipe = Recipe(network, LOSSES.resolve("mae"), ax.SGD(), dtype=dtype, augmentation=(change,))
    X = np.random.default_rng(0).uniform(1, 2, size=(5, *shape)).astype(dtype)
    weights = network.initialize(0, dtype)
    for row in range(1, 6):
        examples = Examples(X[:row], np.full((row, 1), -1e3, dtype))
        found, wanted = (
            engine.compile(recipe).loss_and_gradient(weights, examples, step=row)[1].vector
            for engine in (NativeEngine(), ReferenceEngine())
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-12 if dtype == "float64" else 3e-5)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([ax.Conv1D(4, 3, padding="same"), ax.GlobalPool()], (3, 21)),
        ([ax.LayerNorm(), ax.LastStep()], (21, 3)),
    ],
)
def test_rows_that_end_early_are_changed_up_to_their_end(layers, shape, dtype):
    network = ax.Network(*layers, ax.Dense(2, "softmax"), input_shape=shape)
    chain = (ax.TimeWarp(0.5), ax.Crop(0.7), ax.TimeShift(0.2), ax.Jitter(0.1), ax.Cut(0.3))
    recipe = Recipe(network, LOSSES.resolve("cce"), ax.SGD(0.1), dtype=dtype, augmentation=chain)
    random = np.random.default_rng(0)
    mask = np.arange(21) < random.integers(1, 22, 19)[:, None]
    X = random.normal(size=(19, *shape)).astype(dtype)
    examples = Examples(X, np.arange(19) % 2, mask=mask)
    weights = network.initialize(0, dtype)
    ends = []
    for engine in (ReferenceEngine(), NativeEngine(), NativeEngine(2)):
        plan = engine.compile(recipe)
        gradient = plan.loss_and_gradient(weights, examples, step=3)[1].vector
        state = plan.start(network.initialize(0, dtype))
        plan.session(state, examples, 4).advance(epochs=4)
        ends.append((gradient, state.parameters.vector))
    for found in ends[1:]:
        for ours, theirs in zip(found, ends[0], strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-12 if dtype == "float64" else 1e-4)


def test_images_enlarged_beyond_the_numbers_of_float32_are_changed_alike():
    network = ax.Network(ax.Flatten(), ax.Dense(2), input_shape=(1, 4, 4))
    recipe = Recipe(
        network, LOSSES.resolve("mse"), ax.SGD(), augmentation=(ax.Scale(0.01, 0.01),) * 40
    )
    X = np.random.default_rng(1).normal(size=(8, 1, 4, 4)).astype("f4")
    rows = Examples(X, np.ones((8, 2), "f4"))
    parameters = network.initialize(0)
    wanted, found = (
        engine().compile(recipe).loss_and_gradient(parameters, rows, 1)[0]
        for engine in (ReferenceEngine, NativeEngine)
    )
    assert found == pytest.approx(wanted)
