"""Transfer: a body that was trained begins another network, and few rows teach it more."""

import os
from pathlib import Path

import numpy as np
import pytest

import axone as ax
from axone.data import Preprocessing
from axone.errors import UnknownNameError
from axone.losses import LOSSES
from axone.model import Classes

REAL_DATA = Path(
    os.environ.get("AXONE_DATA") or Path(__file__).parents[2] / "shared" / "data"
).resolve()


def a_model(layers=None, input_shape=6, names=(), dtype="float32"):
    layers = layers or [
        ax.Dense(8, "tanh"),
        ax.BatchNorm(),
        ax.Dense(5, "relu"),
        ax.Dropout(0.2),
        ax.Dense(3, "softmax"),
    ]
    network = ax.Network(*layers, input_shape=input_shape, layer_names=names)
    X = np.random.default_rng(0).normal(3, 2, size=(20, *network.input_shape))
    return ax.Model(
        network,
        (network.initialize(7, dtype),),
        LOSSES.resolve("cce"),
        Preprocessing.fit(X),
        Classes.of(np.array(["a", "b", "c"])),
    )


def test_the_body_keeps_its_weights_and_the_head_is_drawn_anew():
    model = a_model(dtype="float64")
    model.parameters["1.running_mean"][...] = 3.0
    start = ax.transfer(model, classes=["x", "y"])
    assert start.network.layers[:4] == model.network.layers[:4]
    assert start.network.layers[4:] == (ax.Dense(2, "softmax"),)
    weights = start.parameters(seed=1, dtype="float64")
    for name in model.parameters:
        if not name.startswith("4."):
            np.testing.assert_array_equal(weights[name], model.parameters[name])
    drawn = start.network.initialize(1, "float64")["4.weight"]
    np.testing.assert_array_equal(weights["4.weight"], drawn)


def test_rows_are_prepared_as_the_body_is_used_to():
    model = a_model()
    X = np.random.default_rng(1).normal(size=(4, 6))
    start = ax.transfer(model, outputs=1)
    np.testing.assert_array_equal(start.inputs(X), model.preprocessing.transform(X))
    fitted = start.model(start.parameters())
    assert fitted.preprocessing is model.preprocessing
    assert fitted.predict(X).shape == (4,)
    classes = ax.transfer(model, classes=["x", "y"])
    assert set(classes.model(classes.parameters()).predict(X)) <= {"x", "y"}


def test_layers_may_come_between_body_and_output_and_names_stay():
    model = a_model(names=["edges", "", "forms", "", "classes"])
    start = ax.transfer(model, classes=4, layers=[ax.Dense(9, "relu")], frozen="edges")
    assert [type(layer).__name__ for layer in start.network.layers[4:]] == ["Dense", "Dense"]
    assert start.network.layer_names == ("edges", "", "forms", "", "", "")
    assert start.frozen == 1
    assert ax.transfer(model, classes=4, frozen="forms").frozen == 3
    with pytest.raises(UnknownNameError, match="forms"):
        ax.transfer(model, classes=4, frozen="form")


def test_an_activation_after_the_last_weights_is_of_the_head():
    layers = [ax.Dense(8, "tanh"), ax.Dense(3), ax.Activation("softmax")]
    assert len(ax.transfer(a_model(layers), classes=2).network.layers) == 2


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "either classes"),
        ({"classes": 3, "outputs": 1}, "either classes"),
        ({"classes": 1}, "two or more"),
        ({"outputs": 0}, "outputs"),
        ({"classes": 3, "frozen": 5}, "frozen"),
        ({"classes": 3, "frozen": -1}, "frozen"),
        ({"classes": 3, "layers": [ax.Conv2D(3, 3)]}, "Layer 4 .Conv2D"),
    ],
)
def test_what_does_not_fit_is_said(settings, said):
    with pytest.raises((ax.ConfigurationError, ax.ShapeError), match=said):
        ax.transfer(a_model(), **settings)


def test_a_model_that_is_all_head_has_nothing_to_give():
    with pytest.raises(ax.ConfigurationError, match="only weights"):
        ax.transfer(a_model([ax.Dense(3, "softmax")]), classes=2)
    with pytest.raises(TypeError, match="path of a model"):
        ax.transfer(3, classes=2)


def test_a_model_file_does_as_well_and_so_does_a_folder_of_a_run(tmp_path):
    model = a_model()
    ax.save(model, tmp_path / "model.safetensors")
    for path in (tmp_path, tmp_path / "model.safetensors", str(tmp_path)):
        start = ax.transfer(path, classes=2)
        np.testing.assert_array_equal(start.parameters()["0.weight"], model.parameters["0.weight"])


def mnist():
    if not (REAL_DATA / "mnist.npz").exists():
        pytest.skip(f"no real datasets: neither AXONE_DATA nor {REAL_DATA} holds mnist.npz")
    with np.load(REAL_DATA / "mnist.npz") as found:
        arrays = [found[name] for name in ("X", "y", "X_test", "y_test")]
    X, y, X_test, y_test = arrays
    images = (each.reshape(-1, 1, 28, 28) / np.float32(255) for each in (X, X_test))
    X, X_test = images
    return X[:10000], y[:10000], X_test[:3000], y_test[:3000]


def convolved(channels, taps):
    layer = ax.Conv2D(channels, taps, initializer="he_normal", padding="same", bias=False)
    return [layer, ax.BatchNorm(), ax.Activation("relu"), ax.MaxPool(2)]


def test_ten_rows_a_class_teach_a_body_of_other_digits_more_than_a_fresh_network():
    """Digits 0–4 with all their rows, then 5–9 with ten rows each: the mean of five seeds."""
    X, y, X_test, y_test = mnist()
    blocks = [*convolved(16, 5), *convolved(32, 3), *convolved(32, 3)]
    layers = [*blocks, ax.Flatten(), ax.Dense(5, "softmax")]
    network = ax.Network(*layers, input_shape=(1, 28, 28))
    low = y < 5
    moved = {"optimizer": ax.Adam(3e-3), "augmentation": [ax.Shift(2)]}
    body = ax.Trainer(network, loss="cce", batch_size=64, **moved).fit(
        (X[low], y[low]), max_epochs=4
    )
    preprocessing = Preprocessing.fit(X[:2], "none")
    classes = Classes.of(np.arange(5))
    model = ax.Model(network, (body.parameters,), LOSSES.resolve("cce"), preprocessing, classes)
    start = ax.transfer(model, classes=[5, 6, 7, 8, 9], frozen=len(layers) - 1)
    held_out = X_test[y_test > 4], y_test[y_test > 4] - 5
    right = {"transferred": [], "fresh": []}
    for seed in range(5):
        random = np.random.default_rng(seed)
        rows = [random.choice(np.flatnonzero(y == c), 10, replace=False) for c in range(5, 10)]
        few = X[np.concatenate(rows)], y[np.concatenate(rows)] - 5
        for name, frozen, initial in (
            ("transferred", start.frozen, start.parameters(seed)),
            ("fresh", 0, None),
        ):
            settings = {"loss": start.loss, "seed": seed, "frozen": frozen, "batch_size": 10}
            trainer = ax.Trainer(start.network, **settings)
            result = trainer.fit(few, max_epochs=60, initial=initial)
            outputs = trainer.plan.predict(result.parameters, held_out[0])
            right[name].append(float((outputs.argmax(axis=1) == held_out[1]).mean()))
    transferred, fresh = np.mean(right["transferred"]), np.mean(right["fresh"])
    assert transferred > 0.85
    assert transferred > fresh + 0.02
