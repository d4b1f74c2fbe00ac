"""Values and bytes that programs fall over, and how good ones are made bad with them."""

import copy
import math

from hypothesis import strategies as st

NUMBERS = [
    0, 1, -1, 2, 7, 0.5, -0.0, 1e-300, 5e-324, 1e300, 1.7e308, math.inf, -math.inf, math.nan, 255,
    2**16, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**20, 10**400,
    -(10**400),
]  # fmt: skip

WORDS = [
    "", " ", "0", "1", "-1", "yes", "no", "on", "null", "none", "nan", "inf", "-inf", "1e400",
    "9" * 400, "0x10", "1_000", "١٢", "½", "1,5", "auto", "true", "False", "relu", "adam", "mse",
    "dense", "iris", "name", "__class__", "{name}", "{0}", "%s", "a.b", "training.epochs", "../x",
    "x" * 10_000, "\x1b[31mred", "a\nb", "a\tb", "\r", "\u202eabc", "\u2028", "é", "e\u0301", "😀",
    "ﬁ", "İ", "\x00", "\x7f", "\x9b31m", "[red]x[/red]", "[/]", "$x^", "\\", "'", '"', "<<", "*a",
    "&a", "!!int",
]  # fmt: skip

SURROGATES = ["\ud800", "a\udfffb", "\udcff"]


def deep(levels, kind):
    """Lists or tables within one another."""
    value = 1
    for _ in range(levels):
        value = [value] if kind == "list" else {"name": value}
    return value


CONTAINERS = [
    [], {}, [[]], [None], [1, "a", None], [0] * 3000, {"name": None}, {"name": "relu"}, {"": 1},
    {"name": "adam", "learning_rate": 10**400}, {"low": 1, "high": 0}, {"low": None, "high": 1},
    {"low": 1, "high": 10**400, "log": 1}, {"a": {"b": {"c": 1}}},
    {str(n): n for n in range(300)}, deep(40, "list"), deep(40, "table"), deep(200, "list"),
    deep(200, "table"), [{"name": "dense", "units": 1}] * 1200,
]  # fmt: skip

PLAIN = (
    st.sampled_from(NUMBERS)
    | st.sampled_from([True, False, None])
    | st.sampled_from(WORDS)
    | st.sampled_from(CONTAINERS)
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
)
"""What JSON, YAML and, but for None, TOML can say."""

FRAGMENTS = [
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\r", b"\n", b"{", b"}", b"[", b"]",
    b'"', b"'", b":", b",", b"#", b"- ", b"? ", b"*a ", b"&a ", b"<<: ", b'!!int "" ',
    b'!!float "x" ', b"!!timestamp x ", b"!!binary x ", b"!!omap [a: 1] ", b"!!set {a} ",
    b"!!python/name:os.system ", b"!!null 1 ", b"!!bool x ", b"!!map [] ", b"!!seq {} ",
    b"!!str [] ", b"!x ", b"| ", b"> ", b"%YAML 9 ", b"\t", b"\\ud800", b"\\u0000", b"1e400",
    b"9" * 5000, b"0x" + b"f" * 5000, b"2020-01-01 ", b"1:30:00 ", b"a.b.c.", b"a." * 50,
    b"[[x]]\n", b"[training]\n", b"NaN", b"Infinity", b"-", b"=", b"\xed\xa0\x80", b"[" * 300,
    b"{" * 300, b"PK\x03\x04", b"\x93NUMPY", b"\x89PNG", b"%!PS\n{} loop", b"BF16", b"F8_E4M3",
    b"X.npy", b"X", b"<f8", b"|O", b"\x7f" * 8,
]  # fmt: skip


def places(value, path=()):
    """Every place within plain data, each as the keys that lead there."""
    found = [path]
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += places(item, (*path, number))
    return found


@st.composite
def mutated(draw, documents, values=PLAIN):
    """Plain data with a few places changed, removed, renamed, wrapped or flooded."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(places(document)[1:] or [("x",)]))
        inside = document
        for key in above:
            inside = inside[key]
        if not isinstance(inside, (dict, list)) or (
            isinstance(inside, dict) and last not in inside
        ):
            continue
        change = draw(
            st.sampled_from(["replace", "replace", "replace", "remove", "rename", "wrap", "flood"])
        )
        if change == "replace":
            inside[last] = copy.deepcopy(draw(values))
        elif change == "remove":
            del inside[last]
        elif change == "wrap":
            inside[last] = draw(st.sampled_from([[inside[last]], {"name": inside[last]}]))
        elif isinstance(inside, list):
            inside[last] = [inside[last]] * draw(st.sampled_from([2, 1500]))
        elif change == "rename":
            inside[draw(st.sampled_from(WORDS))] = inside.pop(last)
        else:
            inside |= {f"key {n}": n for n in range(draw(st.sampled_from([3, 2000])))}
    return document


@st.composite
def damaged(draw, contents):
    """Bytes cut, flipped, filled, spliced."""
    content = bytearray(draw(contents))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        change = draw(st.sampled_from(["cut", "flip", "insert", "fill", "splice", "repeat"]))
        if change == "cut":
            del content[at:]
        elif change == "flip" and at < len(content):
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif change == "insert":
            content[at:at] = draw(st.sampled_from(FRAGMENTS))
        elif change == "fill":
            stop = min(len(content), at + draw(st.integers(1, 16)))
            content[at:stop] = bytes([draw(st.integers(0, 255))]) * (stop - at)
        elif change == "splice":
            fragment = draw(st.sampled_from(FRAGMENTS))
            content[at : at + len(fragment)] = fragment
        else:
            content[at:at] = content[at : at + draw(st.integers(1, 64))] * draw(
                st.sampled_from([1, 50])
            )
    return bytes(content)
