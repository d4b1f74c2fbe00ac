"""Which entries of an array are looked at, and what the comparison makes of them.

A small array is looked at entry by entry. Of a large one some entries are drawn, the largest
gradients among them, and some directions at random, each of which moves all entries at once: an
error anywhere changes the slope along them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.gradient_check.differences import (
    USUAL_STEP,
    Curve,
    Ground,
    Slope,
    slope_of,
)
from axone.explanation.gradient_check.findings import (
    ENTRY_RIGHT,
    ENTRY_WRONG,
    RIGHT,
    WRONG,
    Entry,
    TensorCheck,
    Verdict,
)
from axone.random import RandomStream

SHOWN = 5
"""Worst entries that are kept."""

_DIRECTIONS = 2

_LEAST_UNIT = 0.1
"""Arrays of zeros, as biases are at first, are moved as if their numbers were of this size."""


@dataclass(frozen=True, eq=False)
class Surface:
    """A function of one array, and what is claimed to be its gradient.

    Attributes
    ----------
    array : array
        Moved in place and put back.
    parts : callable
        Gives the function for what stands in `array`, as parts whose sum is meant.
    claims : mapping of str to array
        Gradients, by who says so; each of the shape of `array`.
    sizes : array, or 0
        How large the numbers are that each part is computed from, if larger than the part: of
        ln Σ exp zⱼ − z, which may be nearly 0, the logits.
    """

    array: FloatArray
    parts: Callable[[], FloatArray]
    claims: Mapping[str, FloatArray]
    sizes: FloatArray | float = 0.0

    @cached_property
    def unit(self) -> float:
        """How large its numbers are."""
        return max(float(np.sqrt(np.mean(self.array**2))), _LEAST_UNIT)

    def along(self, where: Any, way: Any) -> Curve:
        """Return the function along a way that some entries are moved; they are put back."""
        array, before = self.array, np.array(self.array[where])

        def curve(displacement: float) -> FloatArray:
            array[where] = before + displacement * way
            try:
                return self.parts()
            finally:
                array[where] = before

        return curve

    @cached_property
    def ground(self) -> Ground:
        """The function where nothing has moved."""
        parts = self.parts()
        return Ground(parts, float(np.linalg.norm(np.abs(parts) + self.sizes)))


@dataclass(frozen=True, eq=False)
class Probe:
    """One way to move an array: an entry, or all of them along a direction of length 1."""

    index: tuple[int, ...] | None
    direction: FloatArray | None = None

    def of(self, gradient: FloatArray) -> float:
        """Return the slope that a gradient promises."""
        if self.direction is None:
            return float(gradient[self.index])
        return float((gradient * self.direction).sum())

    def slope(self, surface: Surface, first: int) -> tuple[Slope, int]:
        """Return the slope by differences; see `slope_of`."""
        unit, claims = surface.unit, [self.of(gradient) for gradient in surface.claims.values()]
        if self.direction is not None:
            curve = surface.along(..., self.direction)
        else:
            unit = max(unit, abs(float(surface.array[self.index])))
            curve = surface.along(self.index, 1.0)
        return slope_of(curve, surface.ground, unit, claims, first)


class Look(NamedTuple):
    """A probe, what is claimed of it, and what differences say."""

    probe: Probe
    claim: float
    slope: Slope

    @property
    def is_entry(self) -> bool:
        """Whether a single number was moved."""
        return self.probe.index is not None

    @property
    def is_told(self) -> bool:
        """Whether it counts against what is claimed."""
        return self.slope.error(self.claim) > ENTRY_RIGHT

    @property
    def entry(self) -> Entry:
        """The same for a reader."""
        slope = self.slope
        error = slope.error(self.claim)
        return Entry(self.probe.index, self.claim, slope.central, slope.left, slope.right, error)


def chosen_probes(gradient: FloatArray, most: int, stream: RandomStream) -> list[Probe]:
    """Return the entries, and the directions, that are looked at.

    Parameters
    ----------
    gradient : array
        Half of the entries are where it is largest.
    most : int
        Entries; all of an array that has no more, and then no direction.
    stream : RandomStream
        Draws the other half, and the directions.
    """
    shape, size = gradient.shape, gradient.size
    if size <= most:
        return [Probe(index) for index in np.ndindex(shape)]
    largest = np.argsort(-np.abs(gradient), axis=None, kind="stable")[: most // 2]
    others = stream.permutation(size)
    others = others[~np.isin(others, largest)][: most - len(largest)]
    entries = np.unravel_index(np.concatenate([largest, others]), shape)
    probes = [Probe(tuple(map(int, index))) for index in zip(*entries, strict=True)]
    for number in range(_DIRECTIONS):
        direction = stream.child(number).normal(shape)
        probes.append(Probe(None, direction / np.linalg.norm(direction)))
    return probes


def compared(
    name: str, surface: Surface, beside: Callable[[], Surface], probes: Sequence[Probe]
) -> dict[str, TensorCheck]:
    """Return what becomes of each claim.

    Parameters
    ----------
    name : str
    surface : Surface
    beside : callable
        Gives the same surface at a point nearby. Where differences find a kink, and a claim that
        they do not confirm, it is looked at again there, where chance has put the kink aside: an
        error would show there too, what a claim says of a kink does not.
    probes : sequence of Probe
    """
    looks: dict[str, list[Look]] = {claimant: [] for claimant in surface.claims}
    kinks: dict[str, list[Look]] = {claimant: [] for claimant in surface.claims}
    nearby = _Nearby(beside)
    first = USUAL_STEP
    for probe in probes:
        slope, first = probe.slope(surface, first)
        for claimant, gradient in surface.claims.items():
            look = Look(probe, probe.of(gradient), slope)
            at_kink = slope.is_kink and slope.error(look.claim) > RIGHT
            excused = at_kink and nearby.confirms(probe, claimant)
            (kinks if excused else looks)[claimant].append(look)
    for claimant, found in looks.items():
        found.extend(_hunted(surface, claimant, found))
    return {
        claimant: _judged(name, surface, looks[claimant], kinks[claimant])
        for claimant in surface.claims
    }


def _hunted(surface: Surface, claimant: str, looks: Sequence[Look]) -> list[Look]:
    """Return the look at a wrong entry, where only a direction has told that there is one.

    The direction is halved, and the half that is further from what is claimed halved again.
    """
    wrong = [look for look in looks if look.slope.error(look.claim) > WRONG]
    directions = [look.probe.direction for look in wrong if look.probe.direction is not None]
    if not directions or any(look.is_entry for look in wrong):
        return []
    direction, gradient = directions[0], surface.claims[claimant]
    low, high = 0, gradient.size
    while high - low > 1:
        between = (low + high) // 2
        halves = (low, between), (between, high)
        gaps = []
        for half in halves:
            probe = Probe(None, _only(direction, *half))
            slope, _ = probe.slope(surface, USUAL_STEP)
            gaps.append(slope.beyond(probe.of(gradient)))
        low, high = halves[int(np.argmax(gaps))]
    probe = Probe(tuple(map(int, np.unravel_index(low, gradient.shape))))
    slope, _ = probe.slope(surface, USUAL_STEP)
    return [Look(probe, probe.of(gradient), slope)]


def _only(direction: FloatArray, low: int, high: int) -> FloatArray:
    """Return a direction that moves nothing but the entries of a range."""
    part = np.zeros(direction.size)
    part[low:high] = direction.ravel()[low:high]
    return part.reshape(direction.shape)


class _Nearby:
    """The surface at a point nearby, computed when it is first asked for."""

    def __init__(self, beside: Callable[[], Surface]) -> None:
        self._beside = beside
        self._first = USUAL_STEP
        self._slopes: dict[int, Slope] = {}

    @cached_property
    def _surface(self) -> Surface:
        return self._beside()

    def confirms(self, probe: Probe, claimant: str) -> bool:
        """Whether the claim of a probe is right there."""
        if id(probe) not in self._slopes:
            slope, self._first = probe.slope(self._surface, self._first)
            self._slopes[id(probe)] = slope
        slope = self._slopes[id(probe)]
        claim = probe.of(self._surface.claims[claimant])
        return slope.error(claim) <= ENTRY_RIGHT or (slope.is_kink and slope.spans(claim))


def _judged(
    name: str, surface: Surface, looks: Sequence[Look], kinks: Sequence[Look]
) -> TensorCheck:
    every = [*looks, *kinks]
    groups = [[look for look in looks if look.is_entry is kind] for kind in (True, False)]
    distances = [_distance(group) for group in groups]
    worst = max((look.slope.error(look.claim) for look in groups[0]), default=0.0)
    error = max(distance.error for distance in distances)
    beyond = max(distance.beyond for distance in distances)
    # An entry has a place; a direction tells only that something is wrong.
    ranked = sorted(
        looks, key=lambda look: (not look.is_told, not look.is_entry, -look.slope.error(look.claim))
    )
    return TensorCheck(
        name,
        surface.array.shape,
        sum(look.is_entry for look in every),
        sum(not look.is_entry for look in every),
        error,
        beyond <= RIGHT < error,
        _verdict(beyond, worst),
        tuple(look.entry for look in ranked[:SHOWN]),
        tuple(look.entry for look in kinks),
    )


class _Distance(NamedTuple):
    """‖a − n‖/(‖a‖ + ‖n‖), and what the uncertainty of the differences leaves of it."""

    error: float
    beyond: float


def _distance(looks: Sequence[Look]) -> _Distance:
    claims = np.array([look.claim for look in looks])
    slopes = np.array([look.slope.central for look in looks])
    beyond = np.array([look.slope.beyond(look.claim) for look in looks])
    size = float(np.linalg.norm(claims) + np.linalg.norm(slopes))
    if size == 0:
        return _Distance(0.0, 0.0)
    error, rest = (float(np.linalg.norm(gaps)) / size for gaps in (claims - slopes, beyond))
    if not (np.isfinite(size) and np.isfinite(rest)):
        return _Distance(np.inf, np.inf)
    return _Distance(error, rest)


def _verdict(beyond: float, worst: float) -> Verdict:
    """Judge an array by what uncertainty leaves of its error, and of its worst entry's."""
    if beyond <= RIGHT and worst <= ENTRY_RIGHT:
        return "right"
    return "doubtful" if beyond <= WRONG and worst <= ENTRY_WRONG else "wrong"
