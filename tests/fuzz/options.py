"""The words of a command line: every option of every command with values that make no sense."""

from hypothesis import strategies as st
from tests.fuzz.hostile import NUMBERS, SURROGATES, WORDS
from tests.fuzz.oracle import command, watched
from tests.fuzz.trained import run_folder

VALUES = st.sampled_from([word for word in WORDS if "\x00" not in word]) | st.sampled_from(
    SURROGATES
)
VALUES |= (
    st.sampled_from(NUMBERS).map(str)
    | st.integers().map(str)
    | st.text(max_size=10).filter(lambda t: "\x00" not in t)
)
VALUES |= st.sampled_from(
    ["1" + ",1" * 2000, "1000000,1000000", "9" * 4000, "1024", "5000", "1..", "..", "1..2:log:x"]
)

SHARED = [
    "--target",
    "--task",
    "--batch-size",
    "--lr",
    "--hidden",
    "--activation",
    "--dropout",
    "--l2",
    "--seed",
]
OPTIONS = {
    "train": [
        *SHARED,
        "--epochs",
        "--optimizer",
        "--class-weight",
        "--label-smoothing",
        "--engine",
        "--threads",
    ],
    "compare": [
        *SHARED,
        "--epochs",
        "--optimizer",
        "--against",
        "--dtype",
        "--engine",
        "--threads",
    ],
    "tune": [
        "--vary",
        "--search",
        "--trials",
        "--cv",
        "--metric",
        "--jobs",
        "--study",
        "--target",
        "--seed",
        "--epochs",
    ],
    "summary": ["--target", "--hidden", "--activation", "--dropout"],
    "evaluate": ["--target"],
    "predict": [],
    "generate": ["--count", "--temperature", "--start", "--class", "--longest", "--seed"],
}
SETTINGS = [
    "hidden",
    "lr",
    "l2",
    "dropout",
    "activation",
    "batch_size",
    "optimizer",
    "epochs",
    "seed",
    "x",
]


@st.composite
def _words(draw):
    name = draw(st.sampled_from(list(OPTIONS)))
    words = []
    for _ in range(draw(st.integers(1, 2)) if OPTIONS[name] else 0):
        option, value = draw(st.sampled_from(OPTIONS[name])), draw(VALUES)
        if option == "--vary":
            value = f"{draw(st.sampled_from(SETTINGS))}={value}"
        if option == "--epochs" and value.strip().isdigit() and int(value[:9]) > 50:
            value = "10" + "0" * 20  # what is allowed would take for ever, rightly
        if (
            option in ("--jobs", "--trials")
            and value.strip().isdigit()
            and 50 < int(value[:9]) < 2**31
        ):
            value = "5"
        if option == "--count" and value.strip().isdigit() and 100 < int(value[:9]) <= 100_000:
            value = "100"
        words += [f"{option}={value}"] if draw(st.booleans()) else [option, value]
    if name == "generate":
        return name, words
    if name in ("predict", "evaluate"):
        words += draw(
            st.lists(VALUES, min_size=name == "predict", max_size=4 if name == "predict" else 1)
        )
        return name, words
    source = draw(
        st.sampled_from(["xor"] * 9 + ["iris", ""]) | VALUES
        if draw(st.integers(0, 9)) == 0
        else st.just("xor")
    )
    return name, [source, *words]


cases = _words()


def attempt(case, folder):
    """Run the command in a folder of its own."""
    name, words = case
    given = "--epochs" in words or any(word.startswith("--epochs=") for word in words)
    untrained = ("predict", "evaluate", "generate", "summary")
    few = [] if given or name in untrained else ["--epochs", "1"]
    if name == "tune":
        few += [] if any(word.startswith("--trials") for word in words) else ["--trials", "2"]
        few += ["--cv", "1"] if not any(word.startswith("--cv") for word in words) else []
    if name in ("predict", "evaluate"):
        words = [run_folder("iris"), *words]
    elif name == "generate":
        words = [run_folder("texts"), *words]
    else:
        few += [] if name == "summary" else ["--out", folder / "out"]
    with watched():
        command(name, *words, *few)
