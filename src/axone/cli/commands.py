"""The commands and their help: all that `axone --help` needs to know of them.

What a command runs with, a second of imports for some, is read when it is asked for, and by its own
module when it runs: `axone train --help` needs the options alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from axone.lab.catalogue import LABS, Lab
from axone.messages import Message, _


@dataclass(frozen=True)
class Command:
    """A command that is known by name and help.

    Attributes
    ----------
    name : str
        As it is typed, and, with "_" for "-", of its module and function.
    help : Message
    takes_what_looks_like_options : bool
        Arguments may begin with "-": a row typed by hand may hold negative numbers.
    room : str
        The package of its module.
    kinds : tuple of Command
        The commands below it; one with kinds runs nothing itself, but lists them.
    kinds_as : Message
        What stands for them where help tells how it is called.
    """

    name: str
    help: Message
    takes_what_looks_like_options: bool = False
    room: str = "axone.cli"
    kinds: tuple["Command", ...] = ()
    kinds_as: Message = _("KIND [ARGS]...")

    def function(self) -> Callable[..., None]:
        """Return what runs it, whose signature holds its options; imported now."""
        name = self.name.replace("-", "_")
        function: Any = getattr(import_module(f"{self.room}.{name}"), name)
        return function


@dataclass(frozen=True)
class Experiment(Command):
    """A command that carries out an experiment of the laboratory, with its knobs as options."""

    def function(self) -> Callable[..., None]:
        """Return what runs it; the experiment is imported now."""
        from axone.cli.laboratory import command_of

        return command_of(Lab(self.name, self.help))


EXPERIMENTS = tuple(Experiment(lab.name, lab.help) for lab in LABS)

_PICTURES = "axone.cli.pictures"

PICTURES = (
    Command(
        "activations",
        _(
            """Draw activations and their derivatives, side by side.

axone plot activations
axone plot activations relu leaky_relu gelu
axone plot activations "z * sigmoid(1.5*z)" --reach 6

Where the derivative is nearly 0 the ground is shaded: there a unit is
saturated, or dead, and hardly learns."""
        ),
        room=_PICTURES,
    ),
    Command(
        "descent",
        _(
            """Draw gradient descent on a loss of one weight, at several rates.

axone plot descent
axone plot descent --rates 0.01,0.05,0.13 --steps 20

The mean squared error of W·x on four rows of y = x + 1, from W = 0: too small
a rate creeps, the right one arrives, too large a one leaps ever farther."""
        ),
        room=_PICTURES,
    ),
    Command(
        "descent-2d",
        _(
            """Draw gradient descent on contour lines: a weight and a bias.

axone plot descent-2d
axone plot descent-2d --rates 0.02,0.1,0.119 --steps 50

The mean squared error of W·x + b on four rows of y = x + 1, from W = b = 0,
is a long valley: steps that are not too large for its walls are short along
its floor."""
        ),
        room=_PICTURES,
    ),
    Command(
        "scaling",
        _(
            """Draw why features are scaled: a long valley against a round bowl.

axone plot scaling
axone plot scaling --ratio 10 --tolerance 0.0001

The loss of a linear unit over its two weights, with the features as they are
and standardised, and how many steps gradient descent takes in either."""
        ),
        room=_PICTURES,
    ),
    Command(
        "softmax-surface",
        _(
            """Draw what softmax makes of three logits, as a surface for each class.

axone plot softmax-surface
axone plot softmax-surface --third 2 --reach 8

The heights are the probabilities of three classes over two of the logits; the
third is held fixed."""
        ),
        room=_PICTURES,
    ),
    Command(
        "stationary-points",
        _(
            """Draw where descents end or hardly move: a minimum, a saddle, a plateau.

axone plot stationary-points
axone plot stationary-points --steps 200

Three surfaces over two weights with a descent on each: into a local minimum,
past a saddle, across a plateau."""
        ),
        room=_PICTURES,
    ),
    Command(
        "initializers",
        _(
            """Draw what initial weights do to signals, layer by layer.

axone plot initializers
axone plot initializers relu --depth 20 --width 64

The standard deviation of activations and of δ, the gradient sent back, in a
deep network that has learnt nothing, with weights of zeros, small or large
ones, Xavier's and He's."""
        ),
        room=_PICTURES,
    ),
    Command(
        "steps",
        _(
            """Draw how rows make batches, batches steps, and steps epochs.

axone plot steps
axone plot steps --rows 1797 --batch 32 --epochs 20 --split 70,30,0

10,000 rows of which 70 % are trained on, in batches of 700, make 10 steps an
epoch; the last batch has the rows that are left."""
        ),
        room=_PICTURES,
    ),
    Command(
        "bias",
        _(
            """Draw what a bias is for: the same points, with one and without.

axone plot bias
axone plot bias --rows 200 --seed 7

A logistic unit learns to tell two classes apart. Without a bias its line must
pass through the origin."""
        ),
        room=_PICTURES,
    ),
    Command(
        "curves",
        _(
            """Draw the learning curves of several runs in one picture.

axone plot curves runs/first runs/second
axone plot curves runs/iris* --column validation_accuracy

A column is one of history.csv, by default the validation loss, or the
training loss where the runs held no rows out."""
        ),
        room=_PICTURES,
    ),
    Command(
        "boundary",
        _(
            """Draw which class a run answers where, or which number it predicts.

axone plot boundary runs/moons
axone plot boundary runs/iris --columns "petal length (cm),petal width (cm)"
axone plot boundary runs/digits --pca

A table of two columns is drawn over these; of others choose two, the rest held
at their median or most frequent value, or see the plane of the first two
principal components. The stronger a colour, the surer the answer; rows of all
parts are marked by class, and ringed where the run is wrong."""
        ),
        room=_PICTURES,
    ),
    Command(
        "diagram",
        _(
            """Draw a network: units with the links between them, other layers as blocks.

axone plot diagram runs/iris --biases
axone plot diagram --layers 4-8-3
axone plot diagram mnist --preset lenet

A trained network is drawn with its weights: the wider a line the larger, solid
where positive, dashed where negative. Of a wide layer the first and last units
are drawn, and how many are left out is said."""
        ),
        room=_PICTURES,
    ),
    Command(
        "gradient-flow",
        _(
            """Draw how large the gradient of each layer of a run is, epoch by epoch.

axone plot gradient-flow runs/deep

The norm of the gradient of each layer's weights, on a logarithmic scale. Where
the layers near the input lie far below the others, gradients vanish on their
way back; where lines climb, they explode.

A result folder does not hold these norms: the run is trained once more from
its own experiment, in memory, to the same epoch; nothing in it is changed."""
        ),
        room=_PICTURES,
    ),
    Command(
        "first-weights",
        _(
            """Draw what the units of the first dense layer of a run look for.

axone plot first-weights runs/mnist
axone plot first-weights runs/iris

Where the input is an image each unit's weights are one too, and on a table
bars by column name. All share one scale; of many units and columns those with
the largest weights are drawn."""
        ),
        room=_PICTURES,
    ),
    Command(
        "histograms",
        _(
            """Draw how weights and activations of each layer of a run changed in training.

axone plot histograms runs/iris
axone plot histograms runs/mnist --epochs 10

A ridge an epoch, from before training to the end. A result folder does not
hold the weights on the way: the run is trained once more from its own
experiment, in memory; nothing in it is changed."""
        ),
        room=_PICTURES,
    ),
    Command(
        "landscape",
        _(
            """Draw the loss about a run's weights, with the path that training took there.

axone plot landscape runs/iris
axone plot landscape runs/iris --random --points 51

Over the plane in which the weights of the epochs lie best, the first two
principal components of their steps; with --random in two random directions,
each unit's as long as its weights (Li et al. 2018). For the path the run is
trained once more from its own experiment, in memory."""
        ),
        room=_PICTURES,
    ),
    Command(
        "residual-arrows",
        _(
            """Draw the errors of single rows of a regression as arrows, over one column.

axone plot residual-arrows runs/diabetes
axone plot residual-arrows runs/diabetes --column bmi --rows 30

An arrow leads from what the run predicts for a row to what is true; the
largest squared errors are written beside theirs. Rows are those of the test
part, or where there is none of validation."""
        ),
        room=_PICTURES,
    ),
    Command(
        "row-curve",
        _(
            """Draw what more rows to learn from are worth: scores by their number.

axone plot row-curve iris
axone plot row-curve table.csv --target price --metric r2 --seeds 10
axone plot row-curve digits --sizes 50,100,200,400,800 --epochs 30

Networks are trained on ever more of the training rows, over some seeds. Where
the loss of rows that were held out still falls at the right, more rows would
help; where both curves meet high up, a larger network would."""
        ),
        room=_PICTURES,
    ),
    Command(
        "width-curve",
        _(
            """Draw bias and variance: scores by the width of one hidden layer.

axone plot width-curve iris
axone plot width-curve moons --widths 1,2,3,4,6,8 --metric accuracy

Networks of ever more hidden units are trained, over some seeds. At the left
both losses are high: too simple a network; at the right a gap between the two
is what was learnt by heart."""
        ),
        room=_PICTURES,
    ),
)
"""What `axone plot` draws, in the order in which its help shows them."""

_ANIMATIONS = "axone.cli.animations"

ANIMATIONS = (
    Command(
        "softmax",
        _(
            """Move one logit up and down, and see what softmax makes of all.

axone animate softmax
axone animate softmax --logits 0,1,2 --moving 3 --out softmax.html

Bars of the logits and of the probabilities: what one class gains the others
lose."""
        ),
        room=_ANIMATIONS,
    ),
    Command(
        "boundary",
        _(
            """Watch a network's decision boundary as it is learnt.

axone animate boundary
axone animate boundary spirals --hidden 32,32 --epochs 300 --out spirals.html
axone animate boundary runs/first --columns petal_length,petal_width

A set of points is made, a small network learns it, and its regions are drawn
epoch by epoch, beside the losses; rows that are wrong are ringed. A run is
trained once more, in memory."""
        ),
        room=_ANIMATIONS,
    ),
    Command(
        "passes",
        _(
            """Watch numbers go forward through a network, and gradients back.

axone animate passes
axone animate passes --hidden 4,3 --activation relu --out passes.html

A flower of iris goes through a network of fresh weights: sums and activations
layer by layer, the loss, δ and the gradients from the last layer to the first,
one step, and the loss after it."""
        ),
        room=_ANIMATIONS,
    ),
    Command(
        "optimizers",
        _(
            """Race optimisers down a surface.

axone animate optimizers
axone animate optimizers saddle --rules gradient_descent,momentum,adam
axone animate optimizers plateau --steps 100 --out race.html

Each rule leaves its path on lines of equal height, and its losses beside. The
surfaces: valley, the error of W·x + b on four rows; saddle; minima, two
valleys of unlike depth; plateau, a terrace between cliffs."""
        ),
        room=_ANIMATIONS,
    ),
    Command(
        "convolution",
        _(
            """Slide a convolution's window over a signal or an image.

axone animate convolution
axone animate convolution --signal 1,2,3,4,5 --kernel 1,-1 --stride 2
axone animate convolution --image --digit 3 --edges horizontal --out edges.html

The window is marked, its products and their sum are written, and the output
fills up. With --image a kernel that finds edges goes over a digit."""
        ),
        room=_ANIMATIONS,
    ),
    Command(
        "bptt",
        _(
            """Unroll a recurrent network, and send its gradients back through time.

axone animate bptt
axone animate bptt --scale 1.5
axone animate bptt --scale 1.5 --activation tanh --out bptt.html

States go forward from time to time, then gradients back, each with its size.
Below 1 the weight from state to state makes them vanish, above 1 explode."""
        ),
        room=_ANIMATIONS,
    ),
    Command(
        "perceptron",
        _(
            """Watch a perceptron's line move, mistake by mistake.

axone animate perceptron
axone animate perceptron and
axone animate perceptron xor --corrections 20 --out xor.html

The row that is wrong is ringed, and the line moves; beside are the mistakes
of each epoch. Heaps of points (blobs), or the truth tables and, or, xor."""
        ),
        room=_ANIMATIONS,
    ),
)

COMMANDS = (
    Command(
        "train",
        _(
            """Train a network and write a folder with the model, its history, metrics and pictures.

axone train iris --seed 42
axone train table.csv --target price --hidden 64,32 --epochs 200
axone train experiment.toml --out runs/first
axone train digits --target "digit == 5"
axone train moons --data-option rows=500
axone train gunpoint --preset fcn-1d
axone train bike_sharing_hour --quantiles 0.1,0.5,0.9
axone train mnist --preset autoencoder
axone train names.txt --task generation
axone train letters.npz --from runs/mnist --freeze 6
axone train iris --cv 5
axone train iris --repeats 10
axone train runs/first --resume
axone train table.csv --target price --lr auto
axone train runs/first --apply-remedy 1

What is wrong with a run is said at its end, most certain first, each finding
with a remedy; --apply-remedy runs it again with one, in a folder beside it.
--lr auto tries some steps at rising rates and takes the rate they suggest.
--cv trains a network for each fold besides the run itself, whose model is
kept; cross_validation.csv and metrics.json get the scores of the folds.
--repeats makes a folder seed-N for each seed, repeats.csv and repeats.json.
Pictures and report.html are drawn by a second process, and are there a moment
after the command has ended; --no-pictures draws none.

Ctrl-C and SIGTERM stop after the batch in hand and save.
Exit status: 0 done, 2 bad input or settings, 3 diverged,
130 interrupted, 143 by SIGTERM (continue with --resume)."""
        ),
    ),
    Command(
        "doctor",
        _(
            """Check a run up before it is trained: its data, network and learning rate.

axone doctor iris
axone doctor table.csv --target price
axone doctor experiment.toml --json

Looks for rows that stand in several parts, features that are constant, not
scaled, far out, or that tell the target by themselves, rows that contradict
each other, and rare classes; compares the first loss with that of knowing
nothing; learns one batch by heart; and tries some steps at rising learning
rates, whose losses it draws, for a rate to take (axone train … --lr auto).
A line each: ✓ good, ! to be looked at, ✗ wrong."""
        ),
    ),
    Command(
        "diagnose",
        _(
            """Tell why a run failed, or that nothing is wrong with it.

axone diagnose runs/first
axone diagnose runs/first --json
axone train runs/first --apply-remedy 1

Each finding has a code, what gave it away with its layer and epoch, the
likely cause, and a remedy as settings of the experiment. Codes: diverged,
not_learning, overfitting, underfitting, vanishing_gradients,
exploding_gradients, dead_units, saturated_units, symmetric_weights,
unscaled_features, unscaled_target, class_imbalance,
no_better_than_constant, validation_row_outside. A run says itself at its end
what is wrong; of a folder without a diagnosis, or with --anew, it is worked
out from data and weights."""
        ),
    ),
    Command(
        "playground",
        _(
            """Watch a network learn in the browser, and turn everything by hand.

axone playground
axone playground iris
axone playground table.csv
axone playground runs/first

It prints an address, which opens the page once, and opens your browser by
it. The page is served to this machine alone: neither another program's page
nor another machine gets in. Ctrl-C ends it; what you gave to the page is
removed then, what you saved is where your browser puts downloads.

On a machine without a screen: axone playground --no-browser --port 8000
there, ssh -L 8000:127.0.0.1:8000 THERE here, and open the address here.
--host ADDRESS serves others directly, by a password and unencrypted."""
        ),
    ),
    Command(
        "report",
        _(
            """Tell of one run, or of several side by side, on a page for people.

axone report runs/first
axone report runs/first runs/second --out both.html

The page is one file that needs nothing else: the outcome in words, scores
with their intervals, classes, pictures, the diagnosis, importance (where
`axone explain RUN --importance` has told it), the network, the data and the
settings. `axone train` writes one beside every result."""
        ),
    ),
    Command(
        "look",
        _(
            """Tell how a table is read, before anything is learnt from it.

axone look table.csv
axone look prices.xlsx --types price=decimal-comma --missing "?"
axone look "sqlite:///shop.db" --query "SELECT * FROM orders"
zcat table.csv.gz | axone look -

For each column: what it is read as and which cell decided, its values and
what is missing, what looks odd, and the option that reads it otherwise.
`train`, `predict`, `evaluate` and `tune` read tables the same way."""
        ),
    ),
    Command(
        "predict",
        _(
            """Predict new rows with a trained model, from its folder or file alone.

axone predict runs/iris new_flowers.csv > predictions.csv
axone predict runs/calculator 50 50
axone predict runs/digits seven.png three.png
axone predict runs/birds new_photos/
axone predict estimator.safetensors new_rows.csv

Prints one line a row: the prediction, then the probability of each class, or
the ends of its interval where quantiles were learnt; of texts and a generator
ln p of each, and its perplexity."""
        ),
        takes_what_looks_like_options=True,
    ),
    Command(
        "generate",
        _(
            """Make texts up with a generator: a model that learnt to continue texts.

axone train first_names --task generation --out runs/names
axone generate runs/names
axone generate runs/names --count 100 --temperature 0.8 > names.txt
axone generate runs/names --start Mar --class female --seed 7

Prints one text a line. A character at a time is drawn by softmax(ln p / T),
p what the network holds for likely after the text so far, T the temperature.
The same seed makes the same texts; the first ten of a hundred are the ten.

Learnt from are the lines of a file (names.txt), a column of text of a table,
or an archive; with --target COLUMN texts are of classes, which --class asks
for."""
        ),
    ),
    Command(
        "compare",
        _(
            """Train the same network in Axone, scikit-learn and PyTorch, and compare.

axone compare iris
axone compare table.csv --target price --hidden 64,32 --epochs 20
axone compare experiment.toml --against torch --dtype float32

All start from the same weights and take the same batches, an epoch each
in turn: their losses must agree, and their weights stay alike.

A line an epoch shows the mean loss as training met it (penalties apart),
the largest difference between a weight of Axone's and the same weight of
the other's, and the time of training alone. In float64 a difference of
the equations would show at once; rounding alone stays below 1e-10.

What a library cannot compute it is left out for, and the reason is told.
No stopping rule ends a comparison.
PyTorch is optional: pip install "axone\\[torch]".

The folder gets experiment.toml, comparison.csv, .json and .png.
Exit status: 0 done, 2 bad input or settings, 3 diverged, 130 interrupted
(143 by SIGTERM)."""
        ),
    ),
    Command(
        "tune",
        _(
            """Search for the settings that do best, by cross-validation.

axone tune iris
axone tune run.toml --search random --trials 100 --cv 5 --metric f1_macro
axone tune digits --vary lr=1e-4..1e-1:log --vary "hidden=64|128,64"

The folder gets trials.csv, two pictures, and best.toml for `axone train`.
Run again with the same --out, or on other machines with the same --storage,
it goes on with the same search.

Ctrl-C keeps what is done.
Exit status: 0 done, 2 bad input or settings, 130 interrupted (143 by SIGTERM)."""
        ),
    ),
    Command(
        "evaluate",
        _(
            """Measure a trained model on labelled rows, or again on its own.

axone evaluate runs/iris
axone evaluate runs/adult next_year.csv --json
axone evaluate runs/birds more_birds/

Of a dataset by name those test rows are measured that it brings, or all rows."""
        ),
    ),
    Command(
        "explain",
        _(
            """Follow a row through a network and back, or tell what matters to the network.

axone explain runs/iris --row 7
axone explain iris --layers 4-3-3
axone explain runs/prices --csv new_rows.csv --row 0 --row 1
axone explain digits --preset cnn --out page.html
axone explain iris --layers 4-3-3 --optimizer sgd --lr 0.1 --format markdown
axone explain runs/adult --importance
axone explain runs/adult --importance --metric f1_macro --columns age,race
axone explain runs/adult --counterfactual --row 3 --fixed age,gender
axone explain runs/prices --counterfactual --csv new_rows.csv --to 700000

For every layer its equation, the same with this row's numbers in it, and the
result; then the loss, δ and the gradients the same way back; then the step of
the optimiser with its moments, the weights and the loss before and after.

A trained model is explained with its weights, any other source with those
that training would begin with. Cells are counted from 1, rows from 0. Of
large arrays the first few cells are worked out, and how many are left is
said; [12 more: 0.5] in a sum are twelve more terms, which come to 0.5, and
▸ stands before the largest of a pool's window.

--importance deals the cells of one column out anew among the rows that were
not trained on, five times: by how much the score gets worse is what the
column is worth to the network. A column whose like is there too may seem
worth little: the other stands in for it. importance.json, importance.png and
dependence-COLUMN.png are written beside the run: a thin line is one row, its
answer as the column alone is changed; the thick line is the mean of all rows.

--counterfactual says what would have to be otherwise for another answer: the
least change, in few columns, within what the training rows held; undo any one
of the changes, or make it a hundredth smaller, and the answer is the old one.
It tells what the network would say of another row, not what would happen."""
        ),
    ),
    Command(
        "summary",
        _(
            """Show layers, output shapes and parameter counts, without training.

axone summary mnist --hidden 128,64
axone summary gunpoint --preset gru
axone summary runs/iris
axone summary iris --backward

--backward shows the shapes of all arrays, forward and back."""
        ),
    ),
    Command(
        "code",
        _(
            """Print a run as source: Python, scikit-learn, PyTorch, or an experiment file.

axone code runs/iris
axone code iris --as scikit-learn
axone code iris --hidden 32 --as pytorch --out iris.py
axone code iris --as pytorch --exact
axone code table.csv --target price --as toml --out price.toml

python is Axone's own interface: the script ends with the same weights as
`axone train`, to the last bit. scikit-learn and pytorch train the same
network on the same rows by the same rule, from first weights of their own:
scores are alike, weights are not. With --exact PyTorch is given Axone's
first weights and the order of its rows; then the weights are the same but
for rounding. toml is the file with every setting, for `axone train`.

Each script says what differs. What a library cannot express, as scikit-learn
a convolution, is refused, and it is said which of the others can."""
        ),
    ),
    Command(
        "check-gradients",
        _(
            """Check backpropagation against differences of the loss, tensor by tensor.

axone check-gradients iris
axone check-gradients mnist --preset lenet --rows 4
axone check-gradients diabetes --hidden 16,16 --activation tanh --loss huber
axone check-gradients experiment.toml --entries 100 --json
axone check-gradients runs/iris --engine native

Backpropagation gets the slope of the loss along each weight from formulas
that somebody derived. A slope can also be measured: move the weight a little
to either side and see how the loss changes, (L(w + h) - L(w - h))/2h (here in
the form of fourth order, whose error is smaller). That takes some passes of
the whole network for a single weight, so nobody trains by it, but no formula
can hide an error from it: a wrong one often learns all the same, only worse.

For each tensor stands |a - n|/(|a| + |n|), a by backpropagation, n measured,
over some entries of it: up to 1e-7 is right, above 1e-5 wrong. At a kink, as
that of relu at 0, there is no slope: such entries are told from errors and
set aside. Each layer is also checked alone, since an error in one spoils all
before it: the last line says which is to blame. All in float64, with dropout
masks held; augmentation is left out, and frozen layers count as the others.

A model file holds no rows: some are made up. Layers, losses and activations
of your own: ax.check_gradients in Python.
Exit status: 0 right (or doubtful), 1 wrong, 2 bad input or settings."""
        ),
    ),
    Command(
        "activation",
        _(
            """Show an activation and its derivative: a name, or a formula in z.

axone activation gelu
axone activation "z * sigmoid(1.5*z)" --out picture.png
axone activation "a*z + b*tanh(z), a=1, b=0.5"

A formula holds z, numbers, pi, + - * / **, brackets, exp log log1p expm1
tanh sigmoid softplus relu erf sqrt abs sin cos min max, clip(x, low, high)
and where(x > y, then, otherwise). Other names are constants that training
learns, from the values behind the formula. `axone train iris --activation
"z * sigmoid(1.5*z)"` trains with one."""
        ),
    ),
    Command(
        "presets",
        _(
            """List the networks that have a name; look at one on examples of a shape.

axone presets
axone presets fcn-1d --shape 1,150
axone presets cnn --shape 3,32,32 --outputs 10 --rows 50000

`axone train NAME --preset fcn-1d` trains one, with its own optimiser, epochs
and the like wherever you say nothing else. Without --preset and --hidden,
images, signals and sequences get what suits them, and a note says which;
tables keep their dense layers.

A signal is (channels, length), an image (height, width) or (channels,
height, width), a sequence (length, features), tokens (length,)."""
        ),
    ),
    Command(
        "plot",
        _(
            """Draw an idea, a data set, a network or a run.

axone plot activations relu gelu "z * sigmoid(1.5*z)"
axone plot curves runs/first runs/second --out both.svg

axone plot KIND --help tells what a kind takes. A picture is a PNG, SVG or PDF
file, on light or dark ground (--theme dark)."""
        ),
        kinds=PICTURES,
    ),
    Command(
        "animate",
        _(
            """Draw an idea or a training that moves.

axone animate softmax
axone animate softmax --out softmax.html

axone animate KIND --help tells what a kind takes. An animation is a GIF, a
page with a slider (.html) that works offline, or, where ffmpeg is installed,
a film (.mp4, .webm); on light or dark ground (--theme dark)."""
        ),
        kinds=ANIMATIONS,
    ),
    Command(
        "lab",
        _(
            """Try the worked cases of a course: a table, a picture, what is seen.

axone lab gradient-descent
axone lab gradient-descent --rate 0.14 --out pictures

axone lab NAME --help tells what a case is about and what can be turned.
--json prints the table for programs. In Python: ax.lab.gradient_descent()."""
        ),
        kinds=EXPERIMENTS,
        kinds_as=_("NAME [ARGS]..."),
    ),
    Command(
        "datasets",
        _(
            """List the datasets that `axone train NAME` knows; look at one, or save it.

axone datasets
axone datasets moons
axone datasets moons --data-option rows=500 --save moons.npz

The data home is the folder $AXONE_DATA, or a cache folder of yours.
Files put there (NAME.npz, NAME.csv, NAME.parquet) can be named too."""
        ),
    ),
    Command(
        "schema",
        _(
            """Print the JSON Schema of experiment files.

Editors that know it complete and check TOML, JSON and YAML as you type."""
        ),
    ),
)
"""In the order in which help shows them."""
