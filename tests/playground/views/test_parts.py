"""Links, counts, what is left, gradients and feature maps: each against something independent."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from axone.playground.views.stage import Stage
from axone.training import History


def test_links_and_biases_are_the_weights(seen):
    looked = seen("iris", network={"hidden": [6]})
    arrays = looked.frame().arrays
    for layer in (0, 1):
        np.testing.assert_array_equal(
            arrays[f"links.{layer}"], looked.parameters[f"{layer}.weight"]
        )
        np.testing.assert_array_equal(arrays[f"bias.{layer}"], looked.parameters[f"{layer}.bias"])


def test_of_many_links_the_strongest_between_drawn_units_are_shown(seen):
    looked = seen("moons", network={"hidden": [100, 90]})
    frame = looked.frame()
    assert "links.1" not in frame.arrays
    top = frame.arrays["links.1.top"]
    weight = looked.parameters["1.weight"][:64, :64]
    strength = np.sort(np.abs(weight).ravel())[::-1][:256]
    np.testing.assert_allclose(np.abs(top[:, 2]), strength)
    out, into = top[:, :2].astype(int).T
    np.testing.assert_array_equal(weight[out, into], top[:, 2])
    assert frame.extras("links.1.top")["outputs"] == 90


@pytest.mark.parametrize("validation", [0.3, 0])
def test_confusions_are_counted_as_scikit_learn_does(seen, validation):
    looked = seen("iris", data={"validation": validation, "test": 0})
    frame = looked.frame()
    name = "validation" if validation else "train"
    assert frame.extras("confusion")["part"] == name
    part = looked.prepared.parts[name]
    predicted = looked.network.predict(looked.parameters, part.X).argmax(axis=1)
    wanted = confusion_matrix(part.y, predicted, labels=[0, 1, 2])
    np.testing.assert_array_equal(frame.arrays["confusion"], wanted)


def test_residuals_are_pairs_of_what_was_wanted_and_what_is_predicted(seen):
    looked = seen("diabetes")
    pairs = looked.frame().arrays["residuals"]
    part, target = looked.prepared.parts["validation"], looked.prepared.target
    outputs = looked.network.predict(looked.parameters, part.X)[:, 0]
    np.testing.assert_allclose(pairs[:, 0], part.y, rtol=1e-6)
    scaled = outputs * float(target.scaler.scale) + float(target.scaler.shift)
    np.testing.assert_allclose(pairs[:, 1], scaled, rtol=1e-4)


def test_at_most_a_thousand_residuals_are_shown(seen):
    looked = seen("calculator", data={"options": {"rows": 9000}})
    assert looked.frame().arrays["residuals"].shape == (1000, 2)


def test_the_flow_is_the_norm_of_the_gradients_of_each_layer(seen):
    looked = seen("moons")
    norms = np.array([0.5, 0.25, 1e300])
    found = looked.frame(gradient_norms=norms).arrays["flow"]
    np.testing.assert_array_equal(found, [0.5, 0.25, np.inf])
    assert "flow" not in looked.frame().arrays


def test_only_what_is_asked_for_is_there(seen):
    looked = seen("moons")
    names = {name.partition(".")[0] for name in looked.frame(parts=("links",)).arrays}
    assert names == {"links", "bias"}
    assert not looked.frame(parts=()).arrays


def test_a_plan_of_the_trainer_serves_as_well(seen):
    looked = seen("moons", dtype="float64")
    plan = looked.stage.plan
    looked.stage = Stage.of(looked.prepared, looked.view, plan)
    assert looked.stage.plan is plan
    assert looked.stage.surface_rows.dtype == np.float64
    assert looked.frame().arrays["surface"].shape == (50, 50, 2)


def kernel_sums(image, kernels, biases):
    """Slide kernels over an image by loops, nothing beyond its rim."""
    size = kernels.shape[-1]
    side = image.shape[-1] - size + 1
    out = np.empty((len(kernels), side, side))
    for channel, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
        for row in range(side):
            for column in range(side):
                window = image[:, row : row + size, column : column + size]
                out[channel, row, column] = (window * kernel).sum() + bias
    return out


def test_feature_maps_are_those_of_a_convolution_by_hand(seen_rows):
    random = np.random.default_rng(0)
    X = random.integers(0, 256, (40, 1, 7, 7), dtype=np.uint8)
    layers = [
        {"name": "conv2d", "channels": 3, "kernel_size": 3, "activation": "identity"},
        {"name": "flatten"},
        {"name": "dense", "units": 2, "activation": "softmax"},
    ]
    view = {"example": {"part": "validation", "row": 2}}
    looked = seen_rows((X, np.arange(40) % 2), view, network={"layers": layers})
    frame = looked.frame()
    image = looked.prepared.parts["validation"].X[2]
    wanted = kernel_sums(image, looked.parameters["0.weight"], looked.parameters["0.bias"])
    told = frame.extras("maps.0")
    step = (told["high"] - told["low"]) / 255
    found = told["low"] + frame.arrays["maps.0"] * step
    np.testing.assert_allclose(found, wanted, atol=0.51 * step + 1e-5)
    assert (told["part"], told["row"]) == ("validation", 2)
    assert frame.arrays["maps.input"].shape == (1, 7, 7)
    assert frame.arrays["maps.2"].shape == (2, 1)
    np.testing.assert_array_equal(frame.arrays["kernels.0"], looked.parameters["0.weight"])
    assert "surface" not in frame.arrays


def test_large_images_are_thinned_out(seen_rows):
    X = np.random.default_rng(0).integers(0, 256, (20, 1, 130, 100), dtype=np.uint8)
    layers = [{"name": "flatten"}, {"name": "dense", "units": 2, "activation": "softmax"}]
    frame = seen_rows((X, np.arange(20) % 2), network={"layers": layers}).frame()
    assert frame.arrays["maps.input"].shape == (1, 44, 34)
    assert frame.extras("maps.input")["step"] == 3


@pytest.mark.parametrize("gone", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("source", ["moons", "iris", "diabetes"])
def test_weights_that_ran_away_give_a_frame_that_says_so(seen, source, gone):
    looked = seen(source)
    looked.parameters.vector[...] = gone
    frame = looked.frame()
    assert frame.header.get("not_finite", False) is not bool(np.isfinite(gone))
    surface = frame.arrays["surface"]
    assert surface.dtype == np.uint8
    assert surface.size
    if np.isnan(gone):
        assert not surface.any()
        assert not frame.arrays["units.0"].any()


def test_one_weight_that_is_no_number_is_among_the_strongest(seen):
    looked = seen("moons", network={"hidden": [100, 90]})
    looked.parameters["1.weight"][3, 5] = np.nan
    frame = looked.frame()
    assert frame.arrays["links.1.top"][0, :2].tolist() == [3, 5]
    assert frame.header["not_finite"] is True


def test_a_history_comes_with_the_frame(seen):
    from axone.playground.frames import decode, encode
    from axone.playground.views import frame_arrays

    looked = seen("moons")
    history = History({"epoch": [1, 2], "step": [4, 8], "train_loss": [0.7, 0.4]})
    arrays = frame_arrays(looked.stage, looked.parameters, history, 1, parts=("curves",))
    frame = decode(encode(1, {}, arrays))
    assert {*frame.arrays} == {"curve.epoch", "curve.train_loss"}
    assert frame.arrays["curve.epoch"].tolist() == [2]
    assert "curves" not in frame.header


def test_frames_are_made_beside_the_training_from_a_copy_of_the_weights(seen):
    from concurrent.futures import ThreadPoolExecutor

    from axone.experiments.training import build_trainer
    from axone.playground.views import frame_arrays

    looked = seen("moons", {"grid": 20}, training={"epochs": 30})
    trainer = build_trainer(looked.prepared)
    stage = Stage.of(looked.prepared, looked.view, trainer.plan)
    part = looked.prepared.parts["train"]
    copies, frames = [], []
    with ThreadPoolExecutor(1) as painter:
        for event in trainer.start((part.X, part.y), max_epochs=30):
            copies.append(event.parameters.copy())
            frames.append(painter.submit(frame_arrays, stage, copies[-1], event.history))
    for copy, frame in zip(copies, frames, strict=True):
        surface = {array.name: array.values for array in frame.result()}["surface"]
        wanted = looked.network.predict(copy, stage.surface_rows).reshape(20, 20, 2)
        np.testing.assert_allclose(surface / 255, wanted, atol=0.51 / 255)
    first, last = (frames[place].result() for place in (0, -1))
    assert not np.array_equal(first[-1].values, last[-1].values)
