"""Pictures of autoencoders: what is given back, how large the errors are, a map of the code."""

import numpy as np
import pytest

from axone import plots
from axone.errors import ConfigurationError, DataError, ShapeError

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("kind", "shape", "panels"),
    [
        ("images", (1, 6, 5), 24),
        ("images", (3, 6, 5), 24),
        ("images", (6, 5), 24),
        ("signals", (2, 30), 6),
        ("sequences", (30, 2), 6),
        ("features", (4,), 6),
        ("features", (40,), 6),
    ],
)
def test_rows_stand_beside_what_is_given_back(kind, shape, panels):
    given = RANDOM.normal(size=(12, *shape))
    errors = np.arange(12.0)
    figure = plots.plot_reconstructions(given, 0.9 * given, errors, kind=kind)
    drawn = [axes for axes in figure.axes if axes.has_data()]
    assert len(drawn) == min(panels, 20 if kind == "images" else 6)
    assert "error" in figure.axes[0].get_title() + figure.axes[0].get_title(loc="left")


def test_a_signals_first_channel_is_drawn_as_it_is():
    given = RANDOM.normal(size=(3, 2, 30))
    figure = plots.plot_reconstructions(given, given, kind="signals")
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_ydata(), given[1, 0])


def test_features_have_their_names_where_there_is_room():
    given = RANDOM.normal(size=(2, 3))
    figure = plots.plot_reconstructions(given, given, feature_names=["a", "b", "c"])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["a", "b", "c"]


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ShapeError, match="alike"):
        plots.plot_reconstructions(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(DataError, match="no row"):
        plots.plot_reconstructions(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ConfigurationError, match="kind"):
        plots.plot_reconstructions(np.zeros((1, 3)), np.zeros((1, 3)), kind="songs")


def test_a_code_of_two_numbers_is_drawn_as_it_is():
    codes = RANDOM.normal(size=(50, 2))
    figure = plots.plot_code_map(codes, np.arange(50) % 3, ["a", "b", "c"])
    points = np.concatenate([drawn.get_offsets() for drawn in figure.axes[0].collections])
    assert sorted(map(tuple, points.tolist())) == sorted(map(tuple, codes.tolist()))
    names = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert names == ["a", "b", "c"]


def test_a_wider_code_is_drawn_by_its_principal_components():
    from sklearn.decomposition import PCA

    codes = RANDOM.normal(size=(50, 5)) * [5, 3, 1, 1, 1]
    figure = plots.plot_code_map(codes)
    points = figure.axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points, PCA(2, svd_solver="full").fit_transform(codes))
    assert "principal" in figure.axes[0].get_xlabel()


def test_amounts_are_colours_of_a_scale_and_one_number_stands_against_its_row():
    figure = plots.plot_code_map(RANDOM.normal(size=(20, 2)), np.arange(20.0))
    assert len(figure.axes) == 2
    figure = plots.plot_code_map(RANDOM.normal(size=(20, 1)), np.zeros(20))
    assert figure.axes[0].get_ylabel() == "row"


def test_a_code_far_away_does_not_press_the_others_together():
    codes = RANDOM.normal(size=(500, 2))
    codes[0] = 1000
    figure = plots.plot_code_map(codes)
    assert figure.axes[0].get_xlim()[1] < 10
    assert "point" in figure.get_supxlabel()


def test_codes_that_are_no_table_of_numbers_are_refused():
    with pytest.raises(ShapeError, match="row a code"):
        plots.plot_code_map(np.zeros(3))
    with pytest.raises(DataError, match="finite"):
        plots.plot_code_map(np.full((3, 2), np.nan))


def test_scores_have_a_histogram_each_and_the_line_of_the_first():
    scores = {"train": np.arange(1000.0), "test": np.array([5.0, 1e9])}
    figure = plots.plot_anomaly_scores(scores)
    (line,) = figure.axes[0].lines
    assert line.get_xdata()[0] == pytest.approx(np.quantile(scores["train"], 0.99))
    assert "further out" in figure.get_supxlabel()
    with pytest.raises(DataError, match="finite"):
        plots.plot_anomaly_scores({"train": [np.nan]})
