"""Which pictures a run on images, signals, sequences or a series draws by itself."""

import numpy as np
import pytest

from axone.experiments import Experiment, run
from axone.experiments.example_pictures import kind_of_pictures
from axone.experiments.preparation import prepare

RANDOM = np.random.default_rng(3)
OF_DATA = {"samples.png", "class_means.png", "label_histogram.png"}
OF_NETWORKS = {"kernels.png", "feature_maps.png", "saliency.png"}
POSSIBLE = OF_DATA | OF_NETWORKS | {"mistakes.png", "image_predictions.png", "forecast.png"}
LABELS = np.arange(60) % 3
OUTPUT = {"name": "dense", "units": 3, "activation": "softmax"}


def drawn(here, layers=None, *, hidden=(4,), **arrays):
    np.savez(here / "rows.npz", **arrays)
    network = {"hidden": list(hidden)} if layers is None else {"layers": layers}
    tables = {"network": network, "training": {"epochs": 1}}
    run(Experiment.from_source(str(here / "rows.npz"), tables), here / "out")
    return {path.name for path in (here / "out").iterdir()} & POSSIBLE


def test_a_convolution_over_images_shows_kernels_maps_and_what_it_looks_at(here, pictures):
    X = RANDOM.integers(0, 256, (60, 8, 8), dtype=np.uint8)
    layers = [
        {"name": "reshape", "shape": [1, 8, 8]},
        {"name": "conv2d", "channels": 4, "kernel_size": 3, "activation": "relu"},
        {"name": "global_pool"},
        OUTPUT,
    ]
    found = drawn(here, layers, X=X, y=LABELS, X_test=X, y_test=LABELS)
    # Noise has no classes: some row is wrong.
    assert found == OF_DATA | OF_NETWORKS | {"mistakes.png", "image_predictions.png"}


def test_a_dense_network_over_images_has_neither_kernels_nor_maps(here, pictures):
    X = RANDOM.integers(0, 256, (60, 8, 8), dtype=np.uint8)
    assert drawn(here, X=X, y=LABELS) == OF_DATA | {"saliency.png", "mistakes.png"}


def test_large_images_show_no_more_than_kernels(here, pictures):
    X = RANDOM.integers(0, 256, (60, 1, 80, 80), dtype=np.uint8)
    layers = [
        {"name": "conv2d", "channels": 2, "kernel_size": 5, "stride": 5},
        {"name": "flatten"},
        OUTPUT,
    ]
    assert drawn(here, layers, X=X, y=LABELS) == {"kernels.png"}


def test_signals_are_drawn_as_images_are(here, pictures):
    X = RANDOM.normal(size=(60, 2, 16)).astype(np.float32)
    names = np.array(["left", "right"])
    layers = [{"name": "conv1d", "channels": 4, "kernel_size": 3}, {"name": "global_pool"}, OUTPUT]
    found = drawn(here, layers, X=X, y=LABELS, feature_names=names)
    assert found == OF_DATA | OF_NETWORKS | {"mistakes.png"}


def test_sequences_of_unlike_lengths_show_their_states(here, pictures):
    X = RANDOM.normal(size=(60, 9, 2)).astype(np.float32)
    layers = [{"name": "gru", "units": 3, "last": True}, OUTPUT]
    lengths = RANDOM.integers(1, 10, 60)
    found = drawn(here, layers, X=X, y=LABELS, lengths=lengths, kind=np.array("sequences"))
    assert found == OF_DATA | {"feature_maps.png", "saliency.png", "mistakes.png"}


def test_a_network_without_mistakes_has_none_to_show(here, pictures):
    X = np.zeros((60, 1, 6), dtype=np.float32)
    X[np.arange(60), 0, LABELS] = 10.0
    np.savez(here / "rows.npz", X=X, y=LABELS)
    training = {"epochs": 200, "optimizer": {"name": "adam", "learning_rate": 0.1}}
    tables = {"network": {"hidden": [8]}, "training": training}
    result = run(Experiment.from_source(str(here / "rows.npz"), tables), here / "out")
    assert result.metrics["test"]["accuracy"] == 1.0
    assert (here / "out" / "saliency.png").exists()
    assert not (here / "out" / "mistakes.png").exists()


def test_a_series_shows_its_forecast_and_other_numbers_do_not(here, pictures):
    series = np.sin(np.arange(300.0) / 5.0)[:, None]
    found = drawn(here, series=series, columns=np.array(["height"]))
    assert found == {"forecast.png"}


def test_numbers_from_signals_show_none_of_these(here, pictures):
    X = RANDOM.normal(size=(60, 1, 8)).astype(np.float32)
    assert drawn(here, X=X, y=RANDOM.normal(size=60)) == set()


@pytest.mark.parametrize(
    ("shape", "dtype", "kind"),
    [
        ((60, 8, 8), np.uint8, "images"),
        ((60, 3, 8, 8), np.uint8, "images"),
        ((60, 5, 8, 8), np.uint8, None),
        ((60, 70, 70), np.uint8, None),
        ((60, 2, 8), np.float32, "signals"),
        ((60, 8), np.float32, None),
    ],
)
def test_what_examples_are_drawn_as(here, shape, dtype, kind):
    np.savez(here / "rows.npz", X=RANDOM.integers(0, 9, shape).astype(dtype), y=LABELS)
    prepared = prepare(Experiment.from_source(str(here / "rows.npz"), {}))
    assert kind_of_pictures(prepared.dataset) == kind
