"""A run looked at on its way: what more epochs would not mend is told, once."""

import numpy as np
import pytest

import axone as ax
from axone.errors import ConfigurationError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 4))
Y = (X.sum(axis=1) > 0).astype(int)
NETWORK = ax.Network(ax.Dense(8, "tanh"), ax.Dense(2, "softmax"), input_shape=4)


def trained(watcher, scale=1.0, **settings):
    trainer = ax.Trainer(NETWORK, loss="cce", optimizer=ax.SGD(1e-3), **settings)
    return trainer.fit((X * scale, Y), max_epochs=30, after_epoch=watcher)


def test_findings_are_told_once_and_the_run_goes_on():
    told = []
    result = trained(ax.Watcher(every=10, tell=told.append), scale=1e4)
    assert result.epochs == 30
    codes = [finding.code for finding in told]
    assert "unscaled_features" in codes
    assert len(codes) == len(set(codes))


def test_it_ends_the_run_where_it_is_asked_to():
    watcher = ax.Watcher(every=10, stop=True, tell=lambda finding: None)
    result = trained(watcher, scale=1e4)
    assert (result.stopped_by, result.epochs) == ("callback", 10)
    assert watcher.findings


def test_by_default_it_warns():
    with (
        pytest.warns(UserWarning, match="The features are not scaled"),
        pytest.warns(UserWarning, match="Units are saturated"),
    ):
        trained(ax.Watcher(every=10), scale=1e4)


def test_a_network_that_has_not_learnt_yet_is_left_in_peace():
    watcher = ax.Watcher(every=1, stop=True)
    assert trained(watcher).epochs == 30
    assert watcher.findings == []


def test_a_second_run_begins_anew():
    watcher = ax.Watcher(every=10, tell=lambda finding: None)
    trained(watcher, scale=1e4)
    trained(watcher)
    assert watcher.findings == []


def test_without_a_run_there_is_nothing_to_watch():
    with pytest.raises(ConfigurationError, match="A Watcher is given to"):
        ax.Watcher()({"epoch": [1]})
    with pytest.raises(ConfigurationError):
        ax.Watcher(every=0)
