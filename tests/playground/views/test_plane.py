"""Planes through the inputs: against scikit-learn's PCA, and against rows encoded by hand."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from axone.playground.numbers import evenly
from axone.playground.views.plane import principal_components


@pytest.mark.parametrize("shape", [(90, 5), (40, 2), (12, 1500)])
def test_the_components_are_those_of_scikit_learn(shape):
    random = np.random.default_rng(0)
    rows = random.normal(size=shape) * random.uniform(0.5, 2, shape[1])
    mean, directions, shares = principal_components(rows)
    theirs = PCA(2, svd_solver="full").fit(rows)
    np.testing.assert_allclose(mean, theirs.mean_, atol=1e-12)
    signs = np.sign((directions * theirs.components_).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(directions, theirs.components_ * signs, atol=1e-9)
    np.testing.assert_allclose(shares, theirs.explained_variance_ratio_, atol=1e-12)
    largest = np.abs(directions).argmax(axis=1)
    assert (directions[[0, 1], largest] > 0).all()


def test_rows_that_are_all_alike_have_a_plane_too():
    mean, directions, shares = principal_components(np.ones((5, 3)))
    np.testing.assert_array_equal(mean, np.ones(3))
    assert np.isfinite(directions).all()
    assert shares.tolist() == [0, 0]


def test_the_grid_of_components_is_brought_back_to_inputs_as_scikit_learn_does(seen):
    looked = seen("wine")
    train = looked.prepared.parts["train"].X
    theirs = PCA(2, svd_solver="full").fit(train.astype(np.float64))
    plane = looked.stage.plane
    signs = np.sign((plane.directions * theirs.components_).sum(axis=1))
    across, up = plane.ticks(50)
    for place in (0, 49, 50, 2499):
        row, column = divmod(place, 50)
        at = np.array([across[column], up[row]]) * signs
        expected = theirs.inverse_transform(at[None])[0]
        np.testing.assert_allclose(looked.stage.surface_rows[place], expected, atol=1e-5)
    points = looked.frame().arrays["points"]
    every = np.concatenate([part.X for part in looked.prepared.parts.values()])
    np.testing.assert_allclose(points, theirs.transform(every) * signs, atol=1e-4)


def test_other_columns_stand_at_their_mean_or_their_commonest_value(seen_rows, table):
    looked = seen_rows(table, {"plane": {"columns": ["size", "age"]}}, data={"target": "price"})
    names = looked.prepared.preprocessing.output_names
    row = dict(zip(names, looked.stage.surface_rows[0], strict=True))
    assert row["colour=green"] == 1
    assert row["colour=red"] == row["colour=blue"] == 0
    assert row["new"] == 0
    assert row["age is missing"] == 0
    # The corner is the least of both axes, scaled as the network takes it.
    train = table.iloc[looked.prepared.parts["train"].numbers]
    low = train["size"].min() - 0.06 * (train["size"].max() - train["size"].min())
    scaled = (low - train["size"].mean()) / train["size"].std(ddof=0)
    assert row["size"] == pytest.approx(scaled, rel=1e-4)


def test_points_lie_at_their_cells(seen):
    looked = seen("iris", {"plane": {"columns": [3, 0]}})
    arrays = looked.frame().arrays
    cells = looked.prepared.dataset.X[arrays["points.number"]]
    np.testing.assert_allclose(arrays["points"], cells[:, [3, 0]], atol=1e-5)
    np.testing.assert_array_equal(
        arrays["points.label"], looked.prepared.dataset.y[arrays["points.number"]]
    )


def test_many_rows_are_taken_evenly_from_every_part(seen):
    looked = seen("blobs", data={"options": {"rows": 6000}})
    arrays = looked.frame().arrays
    parts = np.bincount(arrays["points.part"])
    assert parts.sum() == 2000
    shares = np.array([len(part) for part in looked.prepared.parts.values()]) / 6000
    np.testing.assert_allclose(parts / 2000, shares, atol=1e-3)
    assert len(np.unique(arrays["points.number"])) == 2000


@pytest.mark.parametrize(("count", "most"), [(5, 10), (10, 10), (11, 10), (1000, 7), (3, 1)])
def test_evenly_is_rising_and_ends_with_the_last(count, most):
    chosen = evenly(count, most)
    assert len(chosen) == min(count, most)
    assert chosen[-1] == count - 1
    assert (np.diff(chosen) > 0).all()


def test_one_input_is_drawn_along_a_line(seen_rows):
    x = np.linspace(-3, 3, 60)[:, None]
    looked = seen_rows((x, np.sin(x[:, 0])))
    arrays = looked.frame().arrays
    assert arrays["surface"].shape == (1, 50)
    assert arrays["units.0"].shape[1:] == (1, 24)
    across = looked.stage.plane.ticks(50)[0]
    from axone.model import Model

    prepared = looked.prepared
    model = Model(
        prepared.network,
        (looked.parameters,),
        prepared.loss,
        prepared.preprocessing,
        prepared.target,
    )
    np.testing.assert_allclose(arrays["line"], model.predict(across[:, None]), atol=1e-5)
    truth = np.sin(x[:, 0])[arrays["points.number"]]
    np.testing.assert_allclose(arrays["points"][:, 1], truth, atol=1e-6)
