"""Random numbers by hashing: the n-th number of a stream is a function of the stream's key and n.

There is no generator that advances, so any engine, in any language and in any order, draws the
same numbers: the dropout mask of step 1000 needs no step 999. Keys are folded with SplitMix64
(Steele, Lea & Flood 2014); numbers come from two rounds of a 32-bit multiply-xorshift hash
(constants by Wellons 2018, "lowbias32").
"""

import math
from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray, IntArray, Shape

_MASK64 = (1 << 64) - 1
# Arrays without axes: NumPy would make one of a plain number at every use.
_GOLDEN32, _MULTIPLIER_1, _MULTIPLIER_2, _15, _16 = (
    np.array(word, np.uint32) for word in (0x9E3779B9, 0x7FEB352D, 0x846CA68B, 15, 16)
)

SHUFFLE, WEIGHTS, NOISE, SPLIT, GENERATE, AUGMENT, SAMPLE = range(7)
"""The streams of a run; each is `RandomStream.from_seed(seed).child(STREAM)`. Nothing draws from
SPLIT, whose number stays taken: another would change what GENERATE gives."""


def splitmix64(word: int) -> int:
    """Scramble 64 bits; a bijection, so that different words stay different."""
    word = (word + 0x9E3779B97F4A7C15) & _MASK64
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK64
    return word ^ (word >> 31)


def _scramble32(words: IntArray) -> IntArray:
    words ^= words >> _16
    words *= _MULTIPLIER_1
    words ^= words >> _15
    words *= _MULTIPLIER_2
    words ^= words >> _16
    return words


@dataclass(frozen=True, slots=True)
class RandomStream:
    """An endless row of random numbers, known by its 64-bit key.

    Examples
    --------
    >>> stream = RandomStream.from_seed(42).child(SHUFFLE, 3)
    >>> stream.permutation(5).tolist() == stream.permutation(5).tolist()
    True
    """

    key: int

    @classmethod
    def from_seed(cls, seed: int) -> "RandomStream":
        """Start from a user's seed, any non-negative integer."""
        return cls(splitmix64(int(seed) & _MASK64))

    def child(self, *words: int) -> "RandomStream":
        """Derive an independent stream, for instance of a step and a layer."""
        key = self.key
        for word in words:
            # Key and word are treated unlike: stream 3 of seed 5 must not be stream 5 of seed 3.
            key = splitmix64((splitmix64(key) + int(word)) & _MASK64)
        return RandomStream(key)

    def bits(self, count: int) -> IntArray:
        """Draw `count` words of 32 random bits: word n hashes n with both halves of the key."""
        words = np.arange(count, dtype=np.uint32)
        words *= _GOLDEN32
        words += np.uint32(self.key & 0xFFFFFFFF)
        words = _scramble32(words)
        words ^= np.uint32(self.key >> 32)
        return _scramble32(words)

    def uniform(self, shape: Shape) -> FloatArray:
        """Draw float64 numbers, uniform over [0, 1)."""
        return self.bits(math.prod(shape)).reshape(shape) * 2.0**-32

    def normal(self, shape: Shape) -> FloatArray:
        """Draw float64 numbers of mean 0 and variance 1 (Box & Muller 1958)."""
        count = math.prod(shape)
        bits = self.bits(2 * count).reshape(2, count)
        # (bits + 1/2)·2⁻³² lies strictly between 0 and 1, so that the logarithm is finite.
        radius = np.sqrt(-2.0 * np.log((bits[0] + 0.5) * 2.0**-32))
        return (radius * np.cos(2.0 * np.pi * 2.0**-32 * bits[1])).reshape(shape)

    def keep(self, shape: Shape, rate: float) -> FloatArray:
        """Draw booleans, each False with probability `rate`, decided on integers: the same in
        float32, in float64 and in compiled code.
        """  # noqa: D205
        threshold = np.uint32(min(round(rate * 2.0**32), 2**32 - 1))
        return (self.bits(math.prod(shape)) >= threshold).reshape(shape)

    def permutation(self, count: int) -> IntArray:
        """Shuffle the numbers 0 … count−1 by sorting them on random keys.

        The number itself fills the low half of its sort key: no ties, one plain sort.
        """
        numbers = np.arange(count, dtype=np.uint64)
        keys = (self.bits(count).astype(np.uint64) << np.uint64(32)) | numbers
        keys.sort()
        return (keys & np.uint64(0xFFFFFFFF)).astype(np.intp)
