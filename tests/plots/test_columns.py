"""Pictures of columns: what each is worth, and how answers follow it."""

import numpy as np
import pytest

from axone import plots
from axone.errors import DataError, ShapeError


def words_of(figure):
    return [
        text.get_text() for text in figure.findobj(match=lambda part: hasattr(part, "get_text"))
    ]


def test_a_bar_is_the_mean_of_a_columns_drops_and_its_whisker_their_deviation():
    drops = {"age": [0.2, 0.3], "town": [0.1, 0.1], "noise": [-0.02, 0.0]}
    figure = plots.plot_column_importance(drops, score_name="accuracy", score=0.9)
    axes = figure.axes[0]
    bars = [bar for bar in axes.patches if bar.get_width()]
    np.testing.assert_allclose([bar.get_width() for bar in bars], [0.25, 0.1, -0.01])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["age", "town", "noise"]
    whisker = axes.collections[0].get_segments()[0]
    np.testing.assert_allclose(whisker[:, 0], [0.2, 0.3])
    assert any("With every cell in its place: 0.9." in word for word in words_of(figure))


def test_of_many_columns_the_first_are_drawn_and_that_is_said():
    drops = {f"c{n}": [1.0 / (n + 1)] for n in range(50)}
    figure = plots.plot_column_importance(drops, score_name="r2", score=0.5)
    assert len(figure.axes[0].get_yticklabels()) == 20
    assert any("20 of 50 columns are drawn." in word for word in words_of(figure))


@pytest.mark.parametrize("drops", [{}, {"a": []}, {"a": [np.nan]}])
def test_drops_that_are_no_numbers_are_refused(drops):
    with pytest.raises(DataError, match="at least one column"):
        plots.plot_column_importance(drops, score_name="r2", score=0.5)


def test_rows_are_thin_and_their_mean_is_thick():
    at, lines = np.array([1.0, 2.0, 4.0]), np.arange(12.0).reshape(1, 4, 3)
    figure = plots.plot_dependence(
        at, lines.mean(axis=1), lines, column="age", outputs=["price"], answer="price", rows=9
    )
    thin, thick = figure.axes[0].lines[:4], figure.axes[0].lines[4]
    for line, wanted in zip(thin, lines[0], strict=True):
        np.testing.assert_allclose(line.get_ydata(), wanted)
    np.testing.assert_allclose(thick.get_ydata(), lines[0].mean(axis=0))
    assert thick.get_linewidth() > 3 * thin[0].get_linewidth()
    assert any("4 rows; thick: the mean of 9." in word for word in words_of(figure))


def test_every_class_has_a_panel_and_of_many_those_that_move_most():
    at, lines = np.linspace(0, 1, 5), np.zeros((9, 2, 5))
    lines[3:] = np.linspace(0, 1, 5)
    figure = plots.plot_dependence(
        at,
        lines.mean(axis=1),
        lines,
        column="age",
        outputs=[f"class {n}" for n in range(9)],
        answer="probability",
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        f"class {n}" for n in range(3, 9)
    ]
    assert any("6 of 9: those that move most." in word for word in words_of(figure))


def test_categories_stand_beneath_one_another_with_how_many_rows_have_them():
    lines = np.array([[[0.1, 0.9], [0.3, 0.7]]])
    figure = plots.plot_dependence(
        ["Bern", "Genf"],
        lines.mean(axis=1),
        lines,
        column="town",
        outputs=["yes"],
        answer="probability",
        cells=["Bern", "Bern", "Genf"],
        is_category=True,
    )
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Bern (2)", "Genf (1)"]
    np.testing.assert_allclose(axes.lines[-1].get_xdata(), [0.2, 0.8])
    assert axes.get_xlabel() == "probability: yes"


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ShapeError, match="do not fit together"):
        plots.plot_dependence(
            [1.0], [[1.0, 2.0]], [[[1.0, 2.0]]], column="a", outputs=["b"], answer="b"
        )
    with pytest.raises(DataError, match="must be finite"):
        plots.plot_dependence([1.0], [[np.inf]], [[[1.0]]], column="a", outputs=["b"], answer="b")
