"""Recordings and archives of series: WAV files whose headers lie, `.ts` and relational ARFF."""

import io
import struct

import numpy as np
from hypothesis import strategies as st
from scipy.io import wavfile
from tests.fuzz.hostile import damaged
from tests.fuzz.oracle import command, watched

SAMPLES = (1000 * np.sin(np.arange(300) / 9)).astype(np.int16)


def _sound(samples, rate=8000):
    content = io.BytesIO()
    wavfile.write(content, rate, samples)
    return content.getvalue()


def _with_size(at, size):
    content = bytearray(_sound(SAMPLES))
    struct.pack_into("<I", content, at, size)
    return bytes(content)


SOUNDS = [
    _sound(SAMPLES),
    _sound(np.column_stack([SAMPLES, SAMPLES])),
    _sound((SAMPLES / 32768).astype(np.float32), 16000),
    _sound((SAMPLES // 256 + 128).astype(np.uint8)),
    _sound(np.full(300, np.nan, np.float32)),
    _with_size(4, 2**32 - 1),
    _with_size(40, 2**32 - 1),
    _with_size(24, 0),
    _with_size(24, 2**32 - 1),
    b"RIFF",
    b"",
]
SERIES = b"""@problemName some
@timeStamps false
@univariate false
@dimensions 2
@classLabel true a b
@data
""" + b"".join(b"1,2,?,%d:4,5,6,7:%s\n" % (n, b"ab"[n % 2 : n % 2 + 1]) for n in range(12))
RELATIONAL = b"""@relation some
@attribute series relational
  @attribute t1 numeric
  @attribute t2 numeric
@end series
@attribute class {a,b}
@data
""" + b"".join(b"'1,%d\\n3,4',%s\n" % (n, b"ab"[n % 2 : n % 2 + 1]) for n in range(12))

cases = st.one_of(
    st.tuples(st.just("wav"), damaged(st.sampled_from(SOUNDS)) | st.sampled_from(SOUNDS)),
    st.tuples(st.just("ts"), damaged(st.just(SERIES))),
    st.tuples(st.just("arff"), damaged(st.just(RELATIONAL))),
)


def attempt(case, folder):
    """Look at the recordings and train on them."""
    kind, content = case
    source = folder / "source"
    if kind == "wav":
        for word in ("a", "b"):
            (source / word).mkdir(parents=True)
            for number in range(4):
                (source / word / f"{number}.wav").write_bytes(_sound(SAMPLES * (number + 1)))
        (source / "a" / "odd.wav").write_bytes(content)
    else:
        source = folder / f"series.{kind}"
        source.write_bytes(content)
    with watched():
        command("look", source)
        command("train", source, "--epochs", "1", "--hidden", "3", "--out", folder / "out")
