"""Examples travel together: rows of one stay rows of all, and nobody copies a file whole."""

import numpy as np
import pytest

import axone as ax
from axone.data import Examples


@pytest.fixture
def examples():
    return Examples(
        np.arange(10.0).reshape(5, 2),
        np.arange(5),
        np.array([1.0, 2, 3, 4, 5]),
        np.arange(10).reshape(5, 2) % 3 > 0,
    )


def test_some_rows_are_some_rows_of_everything(examples):
    part = examples.rows(np.array([3, 1]))
    assert part.X.tolist() == [[6, 7], [2, 3]]
    assert part.target.tolist() == [3, 1]
    assert part.weight.tolist() == [4, 2]
    assert part.mask.tolist() == [[False, True], [True, False]]


def test_chunks_are_all_rows_in_order(examples):
    chunks = list(examples.chunks(2))
    assert [len(chunk) for chunk in chunks] == [2, 2, 1]
    assert np.concatenate([chunk.target for chunk in chunks]).tolist() == [0, 1, 2, 3, 4]


def test_without_weights_every_row_counts_one(examples):
    assert examples.total_weight == 15
    assert Examples(examples.X, examples.target).total_weight == 5


def test_a_memory_map_is_trained_on_without_a_copy(tmp_path):
    random = np.random.default_rng(0)
    X = random.normal(size=(50, 3)).astype(np.float32)
    path = tmp_path / "rows.npy"
    np.save(path, X)
    mapped = np.load(path, mmap_mode="r")
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
    trainer = ax.Trainer(network, loss="cce")
    y = (X[:, 0] > 0).astype(int)
    taken = trainer.examples(Examples(mapped, y))
    assert np.shares_memory(taken.X, mapped)
    from_file = trainer.fit(Examples(mapped, y), max_epochs=3)
    from_memory = trainer.fit((X, y), max_epochs=3)
    np.testing.assert_array_equal(from_file.parameters.vector, from_memory.parameters.vector)
