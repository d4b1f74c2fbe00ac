"""Where a run stands: copied, and gone back to."""

import numpy as np
import pytest

import axone as ax
from axone.engines.state import RunState


@pytest.fixture
def state():
    """A run of two epochs and a batch."""
    network = ax.Network(ax.Dense(2, "relu"), input_shape=3)
    begun = RunState.beginning(network.initialize(seed=0), ax.Adam(0.1))
    begun.epoch, begun.batch, begun.step, begun.losses = 2, 1, 9, [0.5, 0.25]
    return begun


def moved(state):
    """The same run three epochs later."""
    state.parameters.vector += 1
    for slot in state.slots.values():
        slot[...] = 2
    state.epoch, state.batch, state.step = 5, 0, 20
    state.totals.hits.append(3.0)
    state.losses.extend([0.2, 0.1, 0.05])


@pytest.mark.parametrize("copied", [RunState.copy, RunState.copy_to_go_back])
def test_a_run_that_goes_back_stands_where_it_was_copied_and_its_arrays_stay_its_own(state, copied):
    vector, before = state.parameters.vector, copied(state)
    moved(state)
    state.go_back(before)
    assert state.parameters.vector is vector
    assert (state.epoch, state.batch, state.step) == (2, 1, 9)
    assert state.losses == [0.5, 0.25]
    assert state.totals.hits == []
    assert all(not slot.any() for slot in state.slots.values())
    moved(state)
    state.go_back(before)
    assert state.losses == [0.5, 0.25]


def test_what_is_copied_only_to_go_back_copies_no_losses_however_many_there_are(state):
    before = state.copy_to_go_back()
    assert before.losses is state.losses
    assert not np.shares_memory(before.parameters.vector, state.parameters.vector)


def test_a_whole_copy_has_losses_of_its_own(state):
    assert state.copy().losses is not state.losses
