"""Every score that is computed has a name for people, whose English is the name in files."""

import numpy as np
import pytest

from axone import metrics
from axone.data.parts import name_of_part
from axone.messages import Message
from axone.score_names import name_of_score

CLASSES = np.array([0, 1, 1, 0])
SHARES = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.7, 0.3]])
NUMBERS = np.array([1.0, 2.0, 4.0])

COMPUTED = {
    "loss",
    "right",
    *metrics.classification_metrics(CLASSES, SHARES, 2),
    *metrics.regression_metrics(NUMBERS, NUMBERS + 0.5),
    *metrics.generation_metrics(CLASSES, SHARES),
    *metrics.reconstruction_metrics(NUMBERS[:, None], NUMBERS[:, None] + 0.5),
    *metrics.quantile_metrics(NUMBERS, NUMBERS[:, None] + [-1.0, 0.0, 1.0], (0.025, 0.5, 0.975)),
} - {"of"}


@pytest.mark.parametrize("name", sorted(COMPUTED))
def test_a_score_is_called_in_english_as_in_files(name):
    found = name_of_score(name)
    assert isinstance(found, Message)
    assert str(found) == found.english == name


@pytest.mark.parametrize(
    "name", ["neg_mean_gamma_deviance", "pinball_", "pinball_x", "pinball_.5", ""]
)
def test_a_name_that_is_none_of_ours_is_left_as_it_is(name):
    assert name_of_score(name) is name


@pytest.mark.parametrize("name", ["train", "validation", "test"])
def test_a_part_is_called_in_english_as_in_files(name):
    found = name_of_part(name)
    assert isinstance(found, Message)
    assert str(found) == found.english == name


def test_a_file_is_no_part():
    assert name_of_part("flowers.csv") == "flowers.csv"
    assert not isinstance(name_of_part("flowers.csv"), Message)
