"""Ensembles: what a mean of networks gains, and where disagreement warns."""

import numpy as np
import pytest

import axone as ax
from axone.errors import AxoneError


@pytest.fixture(scope="module")
def seen():
    return ax.lab.ensembles(members=5, epochs=500)


def test_there_are_three_places(seen):
    assert seen.column("place") == ["among the rows", "in the gap", "beyond"]


def test_squares_of_errors_split_as_krogh_and_vedelsby_say(seen):
    member, mean, spread = (
        np.array(seen.column(name)) ** 2 for name in ("member_error", "mean_error", "disagreement")
    )
    np.testing.assert_allclose(member, mean + spread, rtol=1e-9)


def test_a_member_lies_between_the_best_and_the_worst(seen):
    best, one, worst = (np.array(seen.column(name)) for name in ("best", "member_error", "worst"))
    assert (best <= one).all()
    assert (one <= worst).all()


def test_members_disagree_most_where_they_have_seen_nothing(seen):
    rows, gap, beyond = seen.column("disagreement")
    assert rows < min(gap, beyond)
    assert "more where they have seen nothing" in seen.sentences[1]


def test_beyond_the_rows_all_are_wrong_alike(seen):
    assert seen.column("mean_error")[2] > 3 * seen.column("disagreement")[2]
    assert seen.column("covered")[2] < 0.5


def test_other_numbers_are_told_otherwise():
    """One unit a layer draws a straight line: members that have collapsed agree anywhere."""
    seen = ax.lab.ensembles(members=2, rows=20, noise=0.0, hidden=1)
    rows, gap, _beyond = seen.column("disagreement")
    assert gap < rows
    assert "does not tell where" in seen.sentences[1]


def test_sentences_have_the_numbers_of_the_table(seen):
    one, mean = seen.column("member_error")[0], seen.column("mean_error")[0]
    assert f"errs by {one:.3g} and the mean of all by {mean:.3g}" in seen.sentences[0]
    assert f"{seen.column('covered')[1]:.0%} in the gap" in seen.sentences[2]


def test_progress_is_told_some_members_at_a_time():
    shares = []
    ax.lab.ensembles(members=10, rows=10, epochs=2, on_progress=shares.append)
    assert shares == [0.8, 1.0]


def test_the_picture_shows_every_member_their_mean_the_truth_and_the_rows(seen):
    answers, below = seen.figure().axes
    assert len(answers.lines) == 5 + 2
    labels = [text.get_text() for text in answers.get_legend().get_texts()]
    assert labels[:2] == ["no rows here", "mean ± 2 standard deviations"]
    assert answers.collections[-1].get_offsets().shape == (40, 2)
    assert len(below.lines) == 2


def test_no_row_lies_in_the_gap_or_beyond(seen):
    x = np.abs(seen.figure().axes[0].collections[-1].get_offsets()[:, 0])
    assert x.min() >= 1
    assert x.max() <= 3


@pytest.mark.parametrize(
    "settings", [{"members": 1}, {"rows": 3}, {"noise": -0.1}, {"hidden": 0}, {"epochs": 0}]
)
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(AxoneError, match=next(iter(settings))):
        ax.lab.ensembles(**settings)
