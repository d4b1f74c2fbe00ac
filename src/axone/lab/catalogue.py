"""The experiments of the laboratory: all that `axone lab` needs to list them."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from axone.messages import Message, _


@dataclass(frozen=True)
class Lab:
    """An experiment, known by name and help.

    Attributes
    ----------
    name : str
        As it is typed, and, with "_" for "-", of its module and function.
    help : Message
        Its first line says in one sentence what is tried; calls follow, and what to look for.
    """

    name: str
    help: Message

    def function(self) -> Callable[..., Any]:
        """Return what carries it out, whose signature holds its settings; imported now."""
        name = self.name.replace("-", "_")
        function: Any = getattr(import_module(f"axone.lab.{name}"), name)
        return function


LABS = (
    Lab(
        "gradient-descent",
        _(
            """Descend a parabola step by step: the loss of one weight.

axone lab gradient-descent
axone lab gradient-descent --rate 0.14 --steps 20

The mean squared error of W·x on x = 1, 2, 3, 4 and y = 2, 3, 4, 5, from
W = 0: each step is W <- W - rate * slope. Try 0.01, 0.0667 and 0.14."""
        ),
    ),
    Lab(
        "gradient-descent-2d",
        _(
            """Descend a valley step by step: the loss of a weight and a bias.

axone lab gradient-descent-2d
axone lab gradient-descent-2d --rate 0.01 --steps 100

The mean squared error of W·x + b on x = 1, 2, 3, 4 and y = 2, 3, 4, 5, from
W = b = 0. Its valley is long: look at how soon W and b are on its floor, and
how many steps lead along it. Try 0.05, 0.1, 0.119 and 0.12."""
        ),
    ),
    Lab(
        "rates",
        _(
            """Compare learning rates: too small, right, too large.

axone lab rates
axone lab rates --rates 0.05,0.1,0.13,0.1334 --steps 100

One weight, one loss, several rates. Look at the factor by which a step
multiplies the distance to the lowest point: near 0 is fast, below 0 leaps
across, and at -1 nothing comes nearer any more."""
        ),
    ),
    Lab(
        "perceptron",
        _(
            """Train a perceptron on AND, OR, XOR or blobs, and watch its line.

axone lab perceptron
axone lab perceptron --data xor
axone lab perceptron --data blobs --noise 3 --order random

A row is learnt from only where it is wrong. Look at the mistakes of each
epoch, at the line that settles, and at XOR, where it never does; where a
line separates, at how far below Novikoff's bound the corrections stay."""
        ),
    ),
    Lab(
        "xor",
        _(
            """Solve XOR with hidden units, and look at the space they make.

axone lab xor
axone lab xor --hidden 1
axone lab xor --hidden 2 --activation relu --seed 3

No line separates XOR by its inputs. Look at where the hidden units put the
four rows: there a line is enough. One unit never solves it, two do from some
first weights and not from others; try several seeds."""
        ),
    ),
    Lab(
        "initialization",
        _(
            """Compare initial weights: zeros, small, large, Xavier's, He's.

axone lab initialization
axone lab initialization --activation relu
axone lab initialization --activation sigmoid --depth 5

Look at what is left of activations after ten layers, and of gradients on
their way back; then at which of the five networks learns. "Stuck" are units
that give 0 for every row (relu), or numbers at a flat end (tanh, sigmoid)."""
        ),
    ),
    Lab(
        "vanishing-gradients",
        _(
            """Measure gradients by depth: where they vanish, where they explode.

axone lab vanishing-gradients
axone lab vanishing-gradients --activations tanh,relu --scale 3 --depth 20

The norm of ∂L/∂W in every hidden layer, before the first step. Compare the
sigmoid with 0.25^k, the best that k of them leave; with --scale above 1 see
gradients grow, with --initializer what the way to draw weights does."""
        ),
    ),
    Lab(
        "batch-size",
        _(
            """Compare all rows at once, mini-batches and single rows.

axone lab batch-size
axone lab batch-size --sizes 1,8,64,0 --rate 1

The same network from the same weights, at one learning rate; 0 stands for
all rows. Small batches need fewer epochs, large ones fewer steps and less
time for an epoch: look where the noise of single rows stops being worth it."""
        ),
    ),
    Lab(
        "optimizers",
        _(
            """Train one network with each optimiser, from the same weights.

axone lab optimizers
axone lab optimizers --names sgd,momentum,adam,lbfgs
axone lab optimizers --rate 0.1

The same first weights and the same order of rows, each optimiser at a rate
that suits it. With one --rate for all see how the order changes: which of
them forgive a wrong rate?"""
        ),
    ),
    Lab(
        "regularization",
        _(
            """Tame an overfitting network with dropout and L2.

axone lab regularization
axone lab regularization --rate 0.2 --l2 1 --rows 200

Few noisy rows, many units: as it is, with dropout, with L2, with both. Look
at the gap between training and validation loss, at the decision boundary
and at the norm of the weights. With more rows there is less to tame."""
        ),
    ),
    Lab(
        "scaling",
        _(
            """Train on features as they are, and standardised.

axone lab scaling
axone lab scaling --ratio 20
axone lab scaling --ratio 1

Two features, one of them wider than the other. Look at the valley that this
makes of the loss, at the steps that it costs, and at what a network with the
same learning rate makes of both."""
        ),
    ),
    Lab(
        "imbalance",
        _(
            """Train on rare cases: why accuracy deceives.

axone lab imbalance
axone lab imbalance --share 0.005 --rows 10000

A network on two overlapping classes, trained plainly, trained with class
weights, and asked at another threshold, beside calling every row common.
Compare accuracy with recall, then what each way costs in precision.
Try --share 0.5, where accuracy deceives nobody."""
        ),
    ),
    Lab(
        "approximation",
        _(
            """Approximate a function with more and more units.

axone lab approximation
axone lab approximation --function abs --activation relu
axone lab approximation --function step --widths 1,4,16,64,256

One hidden layer of 1, 2, 4, ... 64 units is fitted to a function of x. Look
at how the largest error falls by width, and where training, not width, is
what hinders. A jump is beyond the theorem: see its largest error."""
        ),
    ),
    Lab(
        "batch-norm",
        _(
            """Train a deep network with and without batch normalisation.

axone lab batch-norm
axone lab batch-norm --activation sigmoid --depth 4 --rates 0.1,1,10

Six hidden layers on two spirals, by plain gradient descent at several
learning rates. Look for the largest rate that still reaches the loss, and
for how many epochs it takes, without and with batch normalisation."""
        ),
    ),
    Lab(
        "race",
        _(
            """Race the optimisers: speed, stability, memory, all measured.

axone lab race
axone lab race --names sgd,momentum,adam --seeds 16
axone lab race --rate 0.1

Each optimiser trains the same network with several seeds. The time to a
loss is that of your machine; stability is how many runs reach it and how
far their last losses lie apart; memory is what each remembers."""
        ),
    ),
    Lab(
        "extrapolation",
        _(
            """Ask a network beyond what it was trained on: the calculator.

axone lab extrapolation
axone lab extrapolation --operation multiply
axone lab extrapolation --rows 50,500,5000 --steps 20000

Networks 2-16-16-16-1 learn to add integers from 0 to 100, and are asked
larger ones, up to 1000. Look at the error by range, and at whether more rows
help beyond them. Then multiply: a product is not straight, ReLU units are."""
        ),
    ),
    Lab(
        "double-descent",
        _(
            """Widen a network past its rows: the test error rises, then falls.

axone lab double-descent
axone lab double-descent --noise 1 --rows 50
axone lab double-descent --penalty 1

Random ReLU units, more and more of them; only the output weights are fitted,
by least squares. Look for the peak of the test error where there are as many
weights as rows, and at the length of the weights there. A penalty on the
weights takes the peak away."""
        ),
    ),
    Lab(
        "ensembles",
        _(
            """Average several networks, and see where they disagree.

axone lab ensembles
axone lab ensembles --members 20 --rows 100
axone lab ensembles --noise 0.5 --epochs 3000

The same network from several seeds learns a noisy sine with a gap between its
rows. Look at the mean beside its members, and at where they disagree: in the
gap much, beyond the rows far less than they are wrong."""
        ),
    ),
)
"""In the order of a course."""
