"""How large what comes from outside may be: one list, with the reasons, for every door.

A bound is met long before memory is asked for; each is far above what small networks need, so that
whoever meets one has most likely mistyped, or was handed a file that means no good.
"""

LARGEST_COUNT = 2**31 - 1
"""Of epochs, rows of a batch, trials, folds, patience: what a signed word of 32 bits holds, the
narrowest that a count travels through on its way to NumPy, Optuna and the compiled engine."""

LARGEST_SEED = 2**63 - 1
"""The largest whole number that every TOML reader knows, so that each seed can be written down."""

MOST_THREADS = 1024
"""More than any processor has; the compiled engine keeps a stack and a barrier for each."""

MOST_UNITS = 2**20
"""Outputs of one layer, and numbers along one axis of an example: a batch of 64 rows of them is
256 MiB in float32."""

MOST_LAYERS = 1000
"""Of a network, those within residual blocks not counted: the deepest that were ever trained (He
et al. 2016) have about as many."""

DEEPEST_DESCRIPTION = 16
"""Residual blocks, or schedules, within one another; Python's recursion ends above a hundred."""

MOST_PARAMETERS = 2**28
"""Of a network, buffers included: 1 GiB in float32, of which training with Adam keeps five."""

MOST_MEMBERS = 1000
"""Networks whose outputs one model averages."""

SETTINGS_BYTES = 2**20
"""Of a file of settings; one of a thousand layers, each on a line of its own, has a tenth."""

MOST_KEY_PARTS = 32
"""Parts of a dotted key of TOML, whose reader takes quadratic time in them: ours have four."""

DEEPEST_SETTINGS = 64
"""Tables and lists within one another, in a file of settings or in the header of a model."""

LONGEST_FORMULA = 1000
"""Characters of the formula of an activation; the tanh form of GELU has fifty."""

DEEPEST_FORMULA = 40
MOST_PARTS = 250
"""Brackets within one another, and numbers, names and signs, of a formula: its derivative may have
as many as the square of them."""

MOST_LEARNED = 16
"""Constants of one formula that training learns; two or three are usual."""

LARGEST_FLOAT32 = (2 - 2**-23) * 2.0**127
"""What an optimiser's memory may begin with: the largest of the narrowest type trained in."""

MOST_PAIRS = 1000
"""Of steps and changes that L-BFGS remembers, each as long as all weights; 3 to 20 are usual."""

MOST_CALLBACKS = 1000
"""Of a fit, each called after every epoch; one or two are usual."""

MOST_MARKS = 1000
"""Of missing cells; a table has one or two."""

MOST_TRIALS = 100_000
"""Of a search; each keeps a row in its storage."""

MOST_CHOICES = 1000
MOST_STEPS = 100_000
"""Of a setting that a search varies: values in a list, or points of a range, each of which is tried
on the experiment beforehand; and numbers that a range with a step stands for."""

MOST_COMPLAINTS = 10
"""Mistakes of one file that are told at once; the others are counted."""

SHOWN_CHARACTERS = 300
"""Of one value in a message: enough to know it again. The middle of a longer one is left out."""

SHOWN_AROUND = 36
"""Characters of a formula on either side of a mistake: a line of a terminal holds both."""

LONGEST_COMPLAINT = 1000
"""Characters of what another library says of a wrong value, all of which it may quote."""

SHOWN_ITEMS = 100
"""Names of one list in a message; the others are counted. All of scikit-learn's scorers fit."""

SHOWN_DIGITS = 40
"""Digits of a whole number in a message."""

LONGEST_TEXT = 10_000
"""Characters of one text that is to be continued: a page or two."""

MOST_CONTINUATIONS = 2**22
"""Of all texts that a generator learns from, characters and ends: each is a row of up to 33 tokens,
and the parts of a run take 3 GB."""

MOST_TEXTS = 100_000
"""That are generated at once."""

MOST_PIXELS = 50_000_000
"""Of one image, as the header of its file says before any is decoded: 200 MB of colours."""

IMAGE_BYTES = 256 * 2**20
"""Of the file of an image: more than one of `MOST_PIXELS` takes without any compression."""

ARRAY_BYTES = 8 * 2**30
"""Of all arrays of one archive; more would hardly fit in memory beside a network."""

MOST_ARRAYS = 1000
"""Members of an archive: a dataset has six. Each costs a directory entry and an opened header."""

HARMLESS_BYTES = 2**28
MOST_INFLATION = 200
"""An archive that unpacks to more than the first may not grow more than that many times: images
mostly black shrink to a tenth, and only what says nothing to less than a hundredth."""

MOST_AXES = 8
"""Of an array: images in colour have four."""

MODEL_BYTES = 16 * 2**30
"""Of a model file or a checkpoint: `MOST_PARAMETERS` in float64, with all that their optimiser
remembers."""

MOST_FILES = 500_000
"""In a folder of images or sounds: ten times Fashion-MNIST's."""

SOUND_BYTES = 2**30
"""Of one WAV file: three hours of stereo."""
