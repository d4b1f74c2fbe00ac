# The experiments and where they are: read by type checkers, and by `lazy_loader` at run time.
from .approximation import approximation
from .batch_norm import batch_norm
from .batch_size import batch_size
from .catalogue import LABS
from .double_descent import double_descent
from .ensembles import ensembles
from .extrapolation import extrapolation
from .gradient_descent import gradient_descent
from .gradient_descent_2d import gradient_descent_2d
from .imbalance import imbalance
from .initialization import initialization
from .observation import Column, Observation
from .optimizers import optimizers
from .perceptron import perceptron
from .race import race
from .rates import rates
from .regularization import regularization
from .scaling import scaling
from .vanishing_gradients import vanishing_gradients
from .xor import xor

__all__ = [
    "LABS",
    "Column",
    "Observation",
    "approximation",
    "batch_norm",
    "batch_size",
    "double_descent",
    "ensembles",
    "extrapolation",
    "gradient_descent",
    "gradient_descent_2d",
    "imbalance",
    "initialization",
    "optimizers",
    "perceptron",
    "race",
    "rates",
    "regularization",
    "scaling",
    "vanishing_gradients",
    "xor",
]
