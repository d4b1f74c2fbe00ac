"""WAV files as signals (channels, samples) between −1 and 1: of one rate, mono or stereo.

Files of another rate are resampled (SciPy, polyphase); a mixture of mono and stereo becomes mono.
Shorter ones end in positions that are not there.
"""

import io
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType, FloatArray
from axone.bounds import MOST_UNITS, SOUND_BYTES
from axone.data.generator_options import Amount, Count, Option
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.positions import joined
from axone.data.signals import Signals
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ShapeError
from axone.files import read_bounded, reason_of, told_of_damage
from axone.messages import Message, _, _n

_MOST_RATE = 384_000

_LENGTH_UNKNOWN = 2**31 - 2**16
"""Bytes from which a WAV file's header does not mean the length that it says."""

OPTIONS: Mapping[str, Option] = {
    "rate": Count(0, least=0, most=_MOST_RATE),
    "seconds": Amount(0.0),
}
"""Of a folder of sounds: samples a second of all (0 for the most usual), and how much of each is
read from its beginning (0 for all)."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One file: samples (channels, length) in float32, and how many there are a second."""

    samples: FloatArray
    rate: int


@dataclass(frozen=True)
class Sounds(Step, PlainData):
    """The first step of models of sounds: signals of one rate.

    Parameters
    ----------
    shape : tuple of int
        ``(channels, length)``.
    rate : int
        Samples a second.
    """

    shape: tuple[int, int]
    rate: int

    @property
    def signals(self) -> Signals:
        """What rows in memory are held to."""
        return Signals(self.shape)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if not 1 <= self.rate <= _MOST_RATE:
            raise ShapeError(_("{rate} samples a second", rate=self.rate))
        return self.signals.after(before)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[Any]:
        return self.signals.transform(X, dtype)

    def mask(self, X: Any) -> BoolArray | None:
        return self.signals.mask(X)

    def read(self, paths: Sequence[Path]) -> FloatArray:
        """Read WAV files as examples; of longer ones than those of training the beginning.

        Raises
        ------
        DataError
            A file is no sound.
        """
        return self.read_and_tell(paths)[0]

    def read_and_tell(self, paths: Sequence[Path]) -> tuple[FloatArray, tuple[Message, ...]]:
        """Return what `read` does, and a note where sounds were cut."""
        channels, length = self.shape
        seconds = length / self.rate
        sounds = [read_sound(path) for path in paths]
        longer = sum(sound.samples.shape[1] > seconds * sound.rate for sound in sounds)
        found = [_alike(sound, self.rate, channels, seconds) for sound in sounds]
        X = joined([sound[:, :length] for sound in found], "signals", _("sounds"))
        if not longer:
            return X, ()
        note = _n(
            "{count:,} sound is longer than those of training: its first {seconds:.3g} s are read",
            "{count:,} sounds are longer than those of training: their first {seconds:.3g} s are "
            "read",
            longer,
            seconds=seconds,
        )
        return X, (note.coded("sounds_cut"),)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Sounds":
        return read_data(cls, data, _("step {name!r}", name="sounds"))


def read_sounds(
    paths: Sequence[Path], rate: int = 0, seconds: float = 0.0
) -> tuple[list[FloatArray], int, tuple[Message, ...]]:
    """Read WAV files, brought to one rate and one number of channels.

    Parameters
    ----------
    paths : sequence of Path
    rate : int
        Samples a second; 0 for that of most of them.
    seconds : float
        How much of each is read; 0 for all.

    Returns
    -------
    list of ndarray (channels, length), int, tuple of Message
        The samples, their rate, and what was changed.
    """
    sounds = [read_sound(path) for path in paths]
    rates = Counter(sound.rate for sound in sounds)
    chosen = rate or rates.most_common(1)[0][0]
    channels = {len(sound.samples) for sound in sounds}
    count = channels.pop() if len(channels) == 1 else 1
    notes: tuple[Message, ...] = ()
    if others := len(sounds) - rates[chosen]:
        notes += (
            _n(
                "{count:,} sound resampled to {rate:,} samples a second",
                "{count:,} sounds resampled to {rate:,} samples a second",
                others,
                rate=chosen,
            ).coded("sounds_resampled"),
        )
    if channels:
        notes += (_("mono and stereo sounds: all made mono").coded("sounds_made_mono"),)
    found = [_alike(sound, chosen, count, seconds) for sound in sounds]
    longest = max(sound.shape[1] for sound in found)
    if longest > MOST_UNITS:
        raise DataError(
            _(
                "{folder}: a sound has {length:,} samples, more than the {most:,} of one example: "
                "read less of each with the option seconds, or at a lower rate with the option "
                "rate.",
                folder=paths[0].parent,
                length=longest,
                most=MOST_UNITS,
            )
        )
    return found, chosen, notes


def read_sound(path: Path) -> Sound:
    """Read a WAV file: 8, 16, 24 or 32 bits a sample, or floating-point numbers.

    Raises
    ------
    DataError
        It is none, holds nothing, or is larger than 1 GiB.
    """
    from scipy.io import wavfile

    def unreadable(error: Exception) -> DataError:
        return DataError(
            _(
                "{path} is not a WAV file that can be read: {error}.",
                path=path,
                error=reason_of(error),
            )
        )

    with told_of_damage(unreadable):
        content = read_bounded(path, SOUND_BYTES)
        if content is None:
            raise DataError(
                _(
                    "{path} is larger than {limit} MiB: cut it into examples.",
                    path=path,
                    limit=SOUND_BYTES >> 20,
                )
            )
        if not content:
            raise unreadable(ValueError(_("it is empty")))
        if not content.startswith((b"RIFF", b"RIFX", b"RF64")):
            raise unreadable(ValueError(_("it does not begin with RIFF, as such files do")))
        if missing := _cut_off(content):
            raise unreadable(
                ValueError(
                    _n(
                        "{count:,} byte is missing at its end",
                        "{count:,} bytes are missing at its end",
                        missing,
                    )
                )
            )
        with warnings.catch_warnings():
            # Of chunks it does not know, such as the names of artists.
            warnings.simplefilter("ignore")
            # From memory: what a header promises beyond the file's end is never asked for.
            rate, samples = wavfile.read(io.BytesIO(content))
    by_channel = np.atleast_2d(samples.T)
    if not samples.size or not 1 <= rate <= _MOST_RATE or by_channel.ndim != 2:
        raise unreadable(ValueError(_("it holds no samples, or has no rate")))
    return Sound(_between_ones(by_channel), int(rate))


def _cut_off(content: bytes) -> int:
    """Return how many bytes of a file are missing, by the length in its header.

    Programs that write to a pipe know no length, and write one near the largest; some count the
    eight bytes of the first header with the rest.
    """
    promised = int.from_bytes(content[4:8], "big" if content.startswith(b"RIFX") else "little")
    missing = promised - len(content)
    return missing + 8 if missing > 0 and promised < _LENGTH_UNKNOWN else 0


def _between_ones(samples: NDArray[Any]) -> FloatArray:
    """Return samples as float32; whole numbers divided by the largest that there is."""
    if samples.dtype == np.uint8:  # the only format whose silence is not 0
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind == "i":
        return (samples / float(-np.iinfo(samples.dtype).min)).astype(np.float32)
    with np.errstate(over="ignore"):
        return samples.astype(np.float32)


def _alike(sound: Sound, rate: int, channels: int, seconds: float) -> FloatArray:
    """Return samples of so many channels and so many a second, (channels, length)."""
    from scipy.signal import resample_poly

    samples = sound.samples
    if seconds:
        samples = samples[:, : max(1, round(seconds * sound.rate))]
    if len(samples) != channels:
        # A stereo model hears a mono sound on both sides.
        middle = samples.mean(axis=0, keepdims=True)
        samples = np.repeat(middle, channels, axis=0)
    if sound.rate != rate:
        common = gcd(sound.rate, rate)
        samples = resample_poly(samples, rate // common, sound.rate // common, axis=1)
    return np.asarray(samples, dtype=np.float32)
