"""The irises in standard units, and a fit of few epochs, which many tests of estimators share."""

from sklearn.datasets import load_iris

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
QUICK = {"max_iter": 5, "random_state": 0}
