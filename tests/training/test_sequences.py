"""Sequences of different length train from tokens to a class, masks and all."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss

import axone as ax
from axone.data import Examples, Preprocessing, Tokens
from axone.errors import DataError, ShapeError
from axone.model import Classes

LENGTH, VOCABULARY = 7, 6


def network(*layers):
    hidden = layers or (ax.Recurrent(ax.RNNCell(12)), ax.LastStep())
    return ax.Network(
        ax.Embedding(VOCABULARY, 4), *hidden, ax.Dense(2, "softmax"), input_shape=LENGTH
    )


def words(rows=120, seed=0):
    """Words of 2 to 7 letters; whether the last letter is of the first half of the alphabet."""
    random = np.random.default_rng(seed)
    tokens = random.integers(0, VOCABULARY, (rows, LENGTH))
    lengths = random.integers(2, LENGTH + 1, rows)
    y = (tokens[np.arange(rows), lengths - 1] < VOCABULARY // 2).astype(int)
    return Examples(tokens, y, mask=np.arange(LENGTH) < lengths[:, None])


@pytest.fixture
def trainer():
    return ax.Trainer(
        network(), loss="cce", optimizer=ax.Adam(0.02), engine="reference", dtype="float64"
    )


def test_what_the_mask_leaves_out_is_not_looked_at(trainer):
    rows = words()
    rubbish = Examples(np.where(rows.mask, rows.X, 5 - rows.X), rows.target, mask=rows.mask)
    results = [trainer.fit(each, each, max_epochs=3) for each in (rows, rubbish)]
    np.testing.assert_array_equal(*(result.parameters.vector for result in results))
    assert results[0].history["validation_loss"] == results[1].history["validation_loss"]


def test_the_last_letter_is_learnt(trainer):
    rows = words(400)
    result = trainer.fit(rows, words(100, seed=1), max_epochs=40)
    assert result.history["validation_accuracy"][result.best_epoch - 1] > 0.95


def test_tokens_stay_integers_all_the_way(trainer):
    taken = trainer.examples(words())
    assert taken.X.dtype.kind == "i"
    with pytest.raises(DataError, match="reads token numbers, and X holds float64"):
        trainer.fit(Examples(words().X * 1.0, words().target), max_epochs=1)


def test_a_mask_that_no_layer_reads_is_refused(trainer):
    flat = ax.Trainer(network(ax.Flatten()), loss="cce", engine="reference")
    with pytest.raises(ShapeError, match=r"Layer 1 \(Flatten\)"):
        flat.fit(words(), max_epochs=1)
    flat.fit(Examples(words().X, words().target), max_epochs=1)


def test_the_compiled_engine_steps_aside_by_name():
    class Own(ax.RNNCell):
        pass

    with pytest.warns(UserWarning, match="compiled engine is not used: .*Own"):
        held = ax.Trainer(network(ax.Recurrent(Own(3)), ax.LastStep()), loss="cce")
    assert held.engine_used == "reference"


def test_a_gradient_under_a_mask_is_the_one_of_finite_differences(numeric_gradient, relative_error):
    rows, net = words(5), network()
    parameters = net.initialize(3, "float64")

    def loss():
        return ax.loss_and_gradient(
            net, parameters, rows.X, rows.target, mask=rows.mask, loss="cce", engine="reference"
        )

    _, gradient = loss()
    for name in parameters:
        slopes = numeric_gradient(lambda: loss()[0], parameters[name])
        assert relative_error(gradient[name], slopes) < 1e-7


@pytest.mark.parametrize("temperature", [1.0, 2.5])
@pytest.mark.parametrize("members", [1, 2])
def test_a_model_predicts_under_the_mask_it_was_trained_under(trainer, members, temperature):
    rows = words()
    weights = tuple(
        replace(trainer, seed=seed).fit(rows, max_epochs=3).parameters for seed in range(members)
    )
    prepared = Preprocessing((Tokens(LENGTH, VOCABULARY),))
    target = Classes(column="ending", class_names=("no", "yes"), class_values=("0", "1"))
    model = ax.Model(trainer.network, weights, trainer.recipe.loss, prepared, target, temperature)
    rubbish = np.where(rows.mask, rows.X, VOCABULARY - 1 - rows.X)
    probabilities = model.predict_proba(rows.X, rows.mask)
    np.testing.assert_array_equal(model.predict_proba(rubbish, rows.mask), probabilities)
    assert not np.array_equal(model.predict_proba(rubbish), probabilities)
    labels = np.array(["no", "yes"])[probabilities.argmax(axis=1)]
    assert model.predict(rows.X, mask=rows.mask).tolist() == labels.tolist()
    loss, outputs = model.evaluate(rows.X, rows.target, rows.mask)
    np.testing.assert_allclose(outputs, probabilities)
    assert loss == pytest.approx(log_loss(rows.target, probabilities))
    if members == 1 and temperature == 1:
        assert loss == pytest.approx(trainer.plan.evaluate(weights[0], rows)[0])
    noisy = np.where(np.arange(len(rows)) % 5, rows.target, 1 - rows.target)
    honest = model.calibrated(rows.X, noisy, rows.mask)
    losses = [each.evaluate(rows.X, noisy, rows.mask)[0] for each in (model, honest)]
    assert losses[1] < losses[0]
