"""Epochs, batches and steps: the counts of a run, and what is drawn of many."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError, DataError
from axone.plots import plot_steps
from axone.plots.ideas.steps import plan


def texts_of(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_worked_example_makes_10_steps_an_epoch_and_30_in_all():
    counted = plan(10_000, 700, 3, (70, 15, 15))
    assert counted.parts == (7000, 1500, 1500)
    assert (counted.steps, counted.last_batch, counted.all_steps) == (10, 700, 30)


@pytest.mark.parametrize(("rows", "batch"), [(53, 10), (50, 10), (7, 10), (5, 1)])
def test_a_run_makes_as_many_steps(rows, batch):
    counted = plan(rows, batch, 2, (100, 0, 0))
    network = ax.Network(ax.Dense(1), input_shape=1)
    trainer = ax.Trainer(network, loss="mse", batch_size=batch)
    events = list(trainer.start((np.ones((rows, 1)), np.ones(rows)), max_epochs=2))
    assert events[-1].step == counted.all_steps
    assert (counted.steps - 1) * batch + counted.last_batch == rows


def test_every_step_of_the_worked_example_has_its_number():
    figure = plot_steps()
    assert figure.get_suptitle() == "3 epochs of 10 steps: 30 steps in all"
    texts = texts_of(figure)
    assert {"10,000 rows", "training\n7,000", "validation\n1,500", "10 batches"} <= set(texts)
    assert set(map(str, range(1, 31))) <= set(texts)


def test_the_last_batch_has_the_rows_that_are_left_and_is_narrower():
    figure = plot_steps(25, 10, 1, split=(100, 0, 0))
    assert texts_of(figure) == [
        "25 rows", "training\n25", "3 batches", "10", "10", "5", "epoch 1", "1", "2", "3",
    ]  # fmt: skip

    widths = [box.get_width() for box in figure.axes[0].patches][1:4]
    assert widths[2] == pytest.approx(widths[0] / 2)


def test_of_many_the_first_and_the_last_are_drawn():
    texts = texts_of(plot_steps(100_000, 10, 100, split=(80, 20, 0)))
    assert "epoch 100" in texts
    assert "epoch 50" not in texts
    assert {"8,000", "800,000", "1", "8", "8,001"} <= set(texts)
    assert "9" not in texts
    assert "test" not in "".join(texts)


@pytest.mark.parametrize("split", [(70, 30), (70, 15, 10), (60, 20, 10, 10), ()])
def test_a_split_that_is_none_is_refused(split):
    with pytest.raises(ConfigurationError, match="three shares in percent"):
        plot_steps(split=split)


def test_no_rows_to_train_on_are_refused():
    with pytest.raises(DataError, match="none is left to train on"):
        plot_steps(1, split=(10, 90, 0))
    with pytest.raises(ConfigurationError, match="a share of the split must be at least 0"):
        plot_steps(split=(110, -10, 0))
