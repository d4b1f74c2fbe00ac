"""Rare cases: scores as scikit-learn has them, and what accuracy hides."""

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.utils.class_weight import compute_sample_weight

import axone as ax
from axone.errors import AxoneError
from axone.lab.imbalance import _class_weights, threshold_of_greatest_f1

CONSTANT, PLAIN, WEIGHTED, MOVED = range(4)


@pytest.fixture(scope="module")
def seen():
    return ax.lab.imbalance(rows=2000, epochs=10)


def test_there_are_four_ways(seen):
    assert seen.column("way") == [
        "always common",
        "trained plainly",
        "class weights",
        "threshold moved",
    ]


def test_always_common_is_right_in_all_but_the_rare_rows(seen):
    accuracy, recall, auc = (
        seen.column(name)[CONSTANT] for name in ("accuracy", "recall", "roc_auc")
    )
    assert (accuracy, recall, auc) == (0.98, 0, 0.5)
    assert seen.column("precision")[CONSTANT] is seen.column("f1")[CONSTANT] is None
    assert "Of 20,000 test rows 400 are rare" in seen.sentences[0]


def test_accuracy_hardly_tells_the_network_from_the_constant(seen):
    accuracy, recall = seen.column("accuracy"), seen.column("recall")
    assert abs(accuracy[PLAIN] - accuracy[CONSTANT]) < 0.01
    assert recall[PLAIN] > 0.02
    assert f"recall by {100 * recall[PLAIN]:.1f}" in seen.sentences[1]


def test_class_weights_and_a_lower_threshold_find_more_of_the_rare(seen):
    recall = seen.column("recall")
    assert recall[WEIGHTED] > recall[PLAIN]
    assert seen.column("threshold")[MOVED] < 0.5
    assert recall[MOVED] > recall[PLAIN]


def test_f1_is_the_harmonic_mean(seen):
    for precision, recall, f1 in zip(
        *(seen.column(name)[1:] for name in ("precision", "recall", "f1")), strict=True
    ):
        assert f1 == pytest.approx(2 * precision * recall / (precision + recall))


def test_moving_a_threshold_changes_no_ranking(seen):
    auc = seen.column("roc_auc")
    assert auc[PLAIN] == auc[MOVED] > 0.8


def test_class_weights_are_the_balanced_ones_of_scikit_learn():
    rare = np.arange(50) < 3
    np.testing.assert_allclose(_class_weights(rare), compute_sample_weight("balanced", rare))


def test_no_threshold_has_a_greater_f1():
    random = np.random.default_rng(5)
    rare, p = random.uniform(size=200) < 0.1, random.uniform(size=200)
    best = threshold_of_greatest_f1(rare, p)
    scores = {at: f1_score(rare, p >= at) for at in p.tolist()}
    assert scores[best] == max(scores.values())


def test_balanced_classes_are_told_of_by_the_same_sentences():
    seen = ax.lab.imbalance(share=0.5, rows=500, epochs=5)
    assert seen.column("accuracy")[CONSTANT] == 0.5
    assert "is right in 50.0%" in seen.sentences[0]


def test_where_no_row_is_called_rare_precision_is_none():
    seen = ax.lab.imbalance(share=0.002, rows=200, epochs=50, distance=0.0)
    assert seen.column("precision")[PLAIN] is None
    assert seen.column("recall")[PLAIN] == 0
    assert "–" in seen.table()
    seen.figure()


def test_progress_goes_up_to_the_whole():
    shares = []
    ax.lab.imbalance(rows=200, epochs=4, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)


def test_the_picture_shows_borders_and_thresholds(seen):
    plane, thresholds = seen.figure().axes
    names = [text.get_text() for text in plane.get_legend().get_texts()]
    assert names == ["common", "rare", "plain, 0.5", "class weights", "threshold moved"]
    assert [line.get_label() for line in thresholds.lines[:2]] == ["recall", "precision"]
    assert thresholds.lines[2].get_xdata()[0] == 0.5


@pytest.mark.parametrize(
    "settings",
    [{"share": 0.0}, {"share": 0.6}, {"rows": 50}, {"distance": -1.0}, {"epochs": 0}],
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(AxoneError, match=next(iter(settings))):
        ax.lab.imbalance(**settings)
