"""Answers over a plane: against `Model.predict_proba` and `Model.predict` of the same raw rows."""

import numpy as np
import pytest

from axone.model import Model


def model_of(looked):
    prepared = looked.prepared
    return Model(
        prepared.network,
        (looked.parameters,),
        prepared.loss,
        prepared.preprocessing,
        prepared.target,
    )


def raw_grid(looked):
    """The grid's points as rows of a file, the lowest row first."""
    across, up = looked.stage.plane.ticks(looked.stage.grid)
    return np.array([[x, y] for y in up for x in across])


@pytest.mark.parametrize("source", ["blobs", "moons"])
def test_shares_of_classes_are_those_that_the_model_predicts(seen, source):
    looked = seen(source, {"grid": 20}, data={"options": {"rows": 100}})
    shown = looked.frame().arrays["surface"]
    wanted = model_of(looked).predict_proba(raw_grid(looked))
    assert shown.shape == (20, 20, wanted.shape[1])
    np.testing.assert_allclose(shown.reshape(400, -1) / 255, wanted, atol=0.501 / 255)


def test_a_lone_sigmoid_output_has_the_shares_of_both_classes(seen):
    layers = [{"name": "dense", "units": 1, "activation": "sigmoid"}]
    looked = seen("moons", {"grid": 10}, network={"layers": layers})
    shown = looked.frame().arrays["surface"]
    wanted = model_of(looked).predict_proba(raw_grid(looked))
    assert shown.shape == (10, 10, 2)
    np.testing.assert_allclose(shown.reshape(100, 2) / 255, wanted, atol=0.501 / 255)


def test_numbers_are_in_the_units_of_the_target(seen):
    looked = seen("calculator", {"grid": 15}, data={"options": {"rows": 200}})
    frame = looked.frame()
    told, shown = frame.extras("surface"), frame.arrays["surface"]
    wanted = model_of(looked).predict(raw_grid(looked)).reshape(15, 15)
    assert told["low"] == pytest.approx(wanted.min(), rel=1e-4)
    assert told["high"] == pytest.approx(wanted.max(), rel=1e-4)
    width = told["high"] - told["low"]
    np.testing.assert_allclose(told["low"] + shown / 255 * width, wanted, atol=0.51 * width / 255)


def test_of_several_targets_the_one_that_is_asked_for_is_shown(seen_rows):
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 2))
    y = np.column_stack([X[:, 0] * 10, X[:, 1] - 100])
    looked = seen_rows((X, y), {"target": 0})
    names = looked.prepared.target.names
    wanted = model_of(looked).predict(raw_grid(looked))
    assert looked.frame().extras("surface")["low"] == pytest.approx(wanted[:, 0].min(), rel=1e-4)
    if len(names) == 2:
        second = seen_rows((X, y), {"target": 1})
        low = second.frame().extras("surface")["low"]
        assert low == pytest.approx(wanted[:, 1].min(), rel=1e-4)


def test_of_several_quantiles_the_median_is_shown(seen):
    loss = {"name": "quantile", "levels": [0.1, 0.5, 0.9]}
    looked = seen("calculator", data={"options": {"rows": 100}}, training={"loss": loss})
    told = looked.frame().extras("surface")
    wanted = model_of(looked).predict_quantiles(raw_grid(looked))[:, 1]
    assert (told["low"], told["high"]) == pytest.approx((wanted.min(), wanted.max()), rel=1e-4)


def test_of_many_classes_the_likeliest_one_is_shown(seen_rows):
    random = np.random.default_rng(0)
    y = np.arange(300) % 15
    X = random.normal(size=(300, 2)) + np.column_stack([np.cos(y), np.sin(y)])
    looked = seen_rows((X, y))
    frame = looked.frame()
    assert frame.extras("surface")["winner"] is True
    wanted = model_of(looked).predict_proba(raw_grid(looked)).argmax(axis=1)
    np.testing.assert_array_equal(frame.arrays["surface"].ravel(), wanted)


def test_an_autoencoder_shows_how_far_rows_are_from_what_it_gives_back(seen):
    looked = seen("iris", {"plane": {"columns": [0, 1]}}, network={"preset": "autoencoder"})
    frame = looked.frame()
    assert frame.extras("surface")["kind"] == "errors"
    rows = looked.prepared.dataset.X[frame.arrays["points.number"]]
    wanted = model_of(looked).anomaly_scores(rows)
    np.testing.assert_allclose(frame.arrays["points.predicted"], wanted, rtol=1e-3)
    labels = looked.prepared.dataset.y[frame.arrays["points.number"]]
    assert len(frame.arrays["points.label"]) == len(labels)


def test_what_is_predicted_of_the_points_is_what_the_model_predicts(seen):
    looked = seen("iris")
    arrays = looked.frame().arrays
    rows = looked.prepared.dataset.X[arrays["points.number"]]
    wanted = model_of(looked).predict_proba(rows).argmax(axis=1)
    np.testing.assert_array_equal(arrays["points.predicted"], wanted)


def test_a_page_that_knows_the_points_is_told_only_what_is_predicted_of_them(seen):
    looked = seen("moons", data={"options": {"rows": 40}})
    first, next_ = looked.frame().arrays, looked.frame(fresh=False).arrays
    gone = {"points", "points.label", "points.number", "points.part", "units.input"}
    assert {*first} - {*next_} == gone


def test_a_large_network_is_shown_on_a_coarser_grid(seen):
    looked = seen("moons", {"grid": 100}, network={"hidden": [512, 512]})
    assert looked.stage.grid < 100
    assert looked.frame().arrays["surface"].shape[:2] == (looked.stage.grid,) * 2
