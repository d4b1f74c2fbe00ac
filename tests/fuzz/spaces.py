"""What a search varies: lists, ranges and words that are none, without running the search."""

from hypothesis import strategies as st
from tests.fuzz.hostile import NUMBERS, PLAIN, SURROGATES, WORDS
from tests.fuzz.oracle import watched

import axone as ax
from axone.tuning import read_options, read_space
from axone.tuning.candidates import candidates
from axone.tuning.settings import settings_that_vary

NAMES = st.sampled_from([*settings_that_vary(), "lr", "hidden", "l2", "units", "seed", *SURROGATES])
ENDS = st.sampled_from([*NUMBERS, None, True, "1", "x"]) | st.floats() | st.integers()
RANGES = st.fixed_dictionaries(
    {"low": ENDS, "high": ENDS},
    optional={"log": ENDS, "step": ENDS, "points": ENDS, "x": ENDS},
)
TEXTS = st.builds(
    "".join,
    st.lists(
        st.sampled_from(["..", "|", ":log", ":step=", "1", "0.5", "[", "]", ",", "none", *WORDS])
    ),
)
VALUES = RANGES | st.lists(PLAIN, max_size=4) | PLAIN | TEXTS

cases = st.one_of(
    st.tuples(
        st.dictionaries(NAMES, VALUES, min_size=1, max_size=2),
        st.sampled_from(["grid", "random", "bayes"]),
        st.sampled_from([None, 1, 3, 0, 10**9, 10**20]),
    ),
    st.tuples(st.lists(st.tuples(NAMES, TEXTS), max_size=2), st.just("random"), st.just(2)),
)


def attempt(case, folder):
    """Read a space, check it and draw its candidates."""
    given, search, trials = case
    with watched():
        if isinstance(given, list):
            given = read_options([f"{name}={values}" for name, values in given])
        space = read_space(given, "here")
        experiment = ax.Experiment.from_source("xor")
        space.check(experiment)
        for candidate in candidates(space, search, trials, 0)[:20]:
            space.values(candidate)
