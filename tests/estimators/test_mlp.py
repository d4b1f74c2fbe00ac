"""What the estimators add to scikit-learn's, and how they live among its tools."""

import joblib
import numpy as np
import pytest
from sklearn import config_context
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._param_validation import InvalidParameterError
from tests.estimators.irises import QUICK, X, Y

import axone as ax
from axone.losses import Huber

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


class TestArchitecture:
    def test_every_hidden_layer_may_have_its_own_activation_and_dropout(self):
        classifier = ax.MLPClassifier(
            (6, 5), activation=["tanh", {"name": "elu", "alpha": 0.5}], dropout=[0.0, 0.2], **QUICK
        ).fit(X, Y)
        kinds = [repr(layer) for layer in classifier.network_.layers]
        assert "Tanh" in kinds[0]
        assert "alpha=0.5" in kinds[1]
        assert kinds[2] == "Dropout(rate=0.2)"
        assert [c.shape for c in classifier.coefs_] == [(4, 6), (6, 5), (5, 3)]

    def test_batch_norm_stands_before_the_activation(self):
        classifier = ax.MLPClassifier(
            (6,), "gelu", batch_norm=True, dropout=0.1, learning_rate_init=0.1, **QUICK
        ).fit(X, Y)
        kinds = [type(layer).__name__ for layer in classifier.network_.layers]
        assert kinds == ["Dense", "BatchNorm", "Activation", "Dropout", "Dense"]
        assert classifier.score(X, Y) > 0.6

    def test_no_hidden_layer_makes_a_logistic_regression(self):
        ours = ax.MLPClassifier(
            (), solver="lbfgs", alpha=1.0, tol=1e-8, max_iter=2000, random_state=0
        ).fit(X, Y)
        theirs = LogisticRegression(C=1.0, tol=1e-8, max_iter=2000).fit(X, Y)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)

    def test_an_initializer_replaces_scikit_learns(self):
        classifier = ax.MLPClassifier((50,), initializer="he_normal", solver="sgd",
                                      learning_rate_init=1e-12, **QUICK).fit(X, Y)  # fmt: skip
        assert classifier.intercepts_[0] == pytest.approx(0, abs=1e-9)
        assert classifier.coefs_[0].std() == pytest.approx(np.sqrt(2 / 4), rel=0.2)

    @pytest.mark.parametrize(
        "solver", ["momentum", "adagrad", "rmsprop", "adamw", ax.Nesterov(0.05)]
    )
    def test_the_solvers_that_scikit_learn_lacks_learn_too(self, solver):
        classifier = ax.MLPClassifier(
            (16,), solver=solver, learning_rate_init=0.2, max_iter=200, random_state=0
        )
        assert classifier.fit(X, Y).score(X, Y) > 0.9

    def test_penalties_clipping_and_schedules_reach_the_trainer(self):
        settings = {
            "hidden_layer_sizes": (8,),
            "random_state": 0,
            "max_iter": 60,
            "tol": 0,
            "learning_rate_init": 0.02,
        }
        free = ax.MLPClassifier(**settings).fit(X, Y)
        sparse = ax.MLPClassifier(l1=5.0, **settings).fit(X, Y)
        assert np.abs(sparse.coefs_[0]).sum() < 0.8 * np.abs(free.coefs_[0]).sum()
        clipped = ax.MLPClassifier(solver="sgd", clip_norm=1e-9, **settings).fit(X, Y)
        assert clipped.loss_curve_[-1] == pytest.approx(clipped.loss_curve_[0], rel=1e-3)
        cosine = ax.MLPClassifier(schedule="cosine", **settings).fit(X, Y)
        rates = cosine.history_["learning_rate"]
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] < 0.02 * rates[0]

    @pytest.mark.parametrize("loss", ["mae", "huber", "poisson", Huber(delta=0.5), {"name": "mse"}])
    def test_a_regressor_minimises_the_loss_it_is_given(self, loss, numbers):
        data, y = numbers
        y = np.exp(y) if loss == "poisson" else y
        regressor = ax.MLPRegressor(loss, (8,), max_iter=40, random_state=0, tol=0).fit(data, y)
        assert regressor.loss_curve_[-1] < 0.9 * regressor.loss_curve_[0]
        assert regressor.out_activation_ == ("exp" if loss == "poisson" else "identity")


class TestValidation:
    def test_ones_own_validation_rows_are_measured_after_each_epoch(self):
        classifier = ax.MLPClassifier((8,), **QUICK)
        classifier.fit(X[::2], Y[::2], validation_data=(X[1::2], Y[1::2]))
        assert len(classifier.validation_loss_curve_) == 5
        assert classifier.validation_scores_[-1] == classifier.score(X[1::2], Y[1::2])

    def test_without_validation_rows_there_is_no_validation_curve(self):
        classifier = ax.MLPClassifier((8,), **QUICK).fit(X, Y)
        assert classifier.validation_loss_curve_ is None
        assert classifier.validation_scores_ is None

    @pytest.mark.parametrize("monitor", [None, "loss", "f1_macro", "neg_log_loss"])
    def test_early_stopping_brings_back_the_best_weights_by_what_is_monitored(self, monitor):
        classifier = ax.MLPClassifier(
            (16,), early_stopping=True, monitor=monitor, max_iter=60, tol=0, n_iter_no_change=5,
            learning_rate_init=0.05, random_state=1,
        )  # fmt: skip
        held_out = X[1::2], Y[1::2]
        classifier.fit(X[::2], Y[::2], validation_data=held_out)
        losses = classifier.validation_loss_curve_
        scores = classifier.validation_scores_
        best = int(np.argmin(losses)) if monitor == "loss" else int(np.argmax(scores))
        assert classifier.best_validation_score_ == scores[best]
        prediction = classifier.predict_proba(held_out[0])[np.arange(75), held_out[1]]
        assert -np.log(prediction).mean() == pytest.approx(losses[best])

    def test_a_scorer_of_ones_own_may_be_monitored(self):
        def auc(estimator, rows, y):
            return roc_auc_score(y, estimator.predict_proba(rows)[:, 1])

        data, y = load_breast_cancer(return_X_y=True)
        classifier = ax.MLPClassifier(
            (8,), early_stopping=True, monitor=auc, scale=True, **QUICK
        ).fit(data, y)
        assert 0.5 < classifier.best_validation_score_ <= 1

    def test_monitored_scores_count_the_weights_of_validation_rows(self):
        weights = np.where(Y == 0, 1.0, 0.0)
        classifier = ax.MLPClassifier((8,), monitor="accuracy", early_stopping=True, **QUICK)
        classifier.fit(X, Y, validation_data=(X, Y, weights))
        assert classifier.best_validation_score_ == classifier.score(X, Y, weights)

    def test_a_class_of_one_row_is_held_out_as_chance_will(self):
        classifier = ax.MLPClassifier((4,), early_stopping=True, **QUICK)
        classifier.fit(X, np.where(np.arange(150) == 0, 9, Y))
        assert len(classifier.classes_) == 4

    def test_a_single_validation_row_is_too_few(self):
        with pytest.raises(ValueError, match="The validation set is too small"):
            ax.MLPRegressor(early_stopping=True).fit(X[:5], Y[:5])

    def test_of_two_classes_a_single_row_cannot_be_held_out_in_proportion(self):
        with pytest.raises(ValueError, match=r"only 1 member.*too few members are: .*1"):
            ax.MLPClassifier(early_stopping=True).fit(X, (np.arange(150) == 0).astype(int))

    def test_a_part_of_an_epoch_cannot_stop_early(self):
        with pytest.raises(ValueError, match="partial_fit does not support early_stopping=True"):
            ax.MLPRegressor(early_stopping=True).partial_fit(X, Y)

    def test_validation_data_of_another_kind_is_refused(self):
        with pytest.raises(ValueError, match=r"must be \(X, y\) or \(X, y, sample_weight\)"):
            ax.MLPClassifier().fit(X, Y, validation_data=X)

    def test_unknown_classes_in_validation_rows_are_named(self):
        with pytest.raises(ValueError, match=r"`y` has classes not in `self.classes_`"):
            ax.MLPClassifier().fit(X, Y, validation_data=(X, Y + 1))


class TestWeights:
    def test_balanced_classes_count_alike(self):
        rows = np.r_[0:50, 50:55]
        settings = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 1.0, "random_state": 0}
        balanced = ax.MLPClassifier(class_weight="balanced", **settings).fit(X[rows], Y[rows])
        weights = np.where(Y[rows] == 0, 55 / 100, 55 / 10)
        weighted = ax.MLPClassifier(**settings).fit(X[rows], Y[rows], weights)
        np.testing.assert_allclose(balanced.coefs_[0], weighted.coefs_[0], rtol=1e-6)

    def test_class_weights_and_row_weights_multiply(self):
        settings = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 1.0, "random_state": 0}
        both = ax.MLPClassifier(class_weight={0: 2.0, 1: 1.0, 2: 1.0}, **settings)
        both.fit(X, Y, np.where(Y == 1, 3.0, 1.0))
        alone = ax.MLPClassifier(**settings).fit(X, Y, np.array([2.0, 3.0, 1.0])[Y])
        np.testing.assert_allclose(both.coefs_[0], alone.coefs_[0], rtol=1e-6)

    @pytest.mark.parametrize("weights", [np.zeros(150), np.full(150, -1.0)])
    def test_weights_that_teach_nothing_are_refused(self, weights):
        with pytest.raises(ValueError, match=r"numbers of at least 0|at least one non-zero number"):
            ax.MLPClassifier().fit(X, Y, weights)

    def test_row_weights_are_routed_through_a_pipeline(self):
        weights = np.random.default_rng(0).uniform(size=150)
        with config_context(enable_metadata_routing=True):
            classifier = ax.MLPClassifier((4,), **QUICK).set_fit_request(sample_weight=True)
            pipeline = make_pipeline(StandardScaler(), classifier)
            pipeline[0].set_fit_request(sample_weight=False)
            pipeline.fit(X, Y, sample_weight=weights)
        plain = ax.MLPClassifier((4,), **QUICK).fit(pipeline[0].transform(X), Y, weights)
        np.testing.assert_array_equal(pipeline[-1].coefs_[0], plain.coefs_[0])


class TestManners:
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"alpha": -1}, "The 'alpha' parameter of MLPClassifier must be a float in the range"),
            ({"solver": "newton"}, "The 'solver' parameter of MLPClassifier must be a str among"),
            ({"monitor": "speed"}, "The 'monitor' parameter of MLPClassifier must be a str among"),
            ({"activation": "rel"}, r"The 'activation' parameter .*Did you mean 'relu'\?"),
            ({"activation": ["relu", "tanh"]}, "one for each: got 2 for 1 layers"),
            ({"dropout": 1.0}, "The 'dropout' parameter"),
            ({"dropout": [1.5]}, r"must be in \[0, 1\), or a sequence of such numbers"),
            ({"hidden_layer_sizes": (3, -1)}, r"hidden_layer_sizes must be > 0, got \[3, -1\]"),
            ({"hidden_layer_sizes": (2.5,)}, r"got \[2.5\]: whole numbers"),
            ({"scale": "huge"}, "The 'scale' parameter of MLPClassifier cannot be used"),
            ({"initializer": "hee"}, "The 'initializer' parameter"),
            ({"schedule": "cosin"}, "Did you mean 'cosine'"),
            ({"callbacks": [3]}, "must be a callable or a sequence of at most"),
            ({"n_iter_no_change": 2.5}, "The 'n_iter_no_change' parameter"),
        ],
    )
    def test_a_bad_parameter_is_refused_in_scikit_learns_words(self, settings, message):
        with pytest.raises(InvalidParameterError, match=message):
            ax.MLPClassifier(**settings).fit(X, Y)

    def test_a_loss_of_classes_is_none_of_a_regressors(self):
        with pytest.raises(InvalidParameterError, match="must compare numbers, not classes"):
            ax.MLPRegressor({"name": "cce"}).fit(X, Y)

    def test_two_ways_of_changing_the_learning_rate_are_one_too_many(self):
        with pytest.raises(ValueError, match="give one of them"):
            ax.MLPClassifier(solver="sgd", learning_rate="adaptive", schedule="cosine").fit(X, Y)

    def test_too_few_epochs_are_told(self):
        with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\) reached"):
            ax.MLPClassifier(max_iter=2).fit(X, Y)
        with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge after 2 iterations"):
            ax.MLPClassifier(solver="lbfgs", max_iter=2).fit(X, Y)

    def test_a_batch_larger_than_the_data_is_told(self):
        for drop_last in (False, True):
            with pytest.warns(UserWarning, match="It is going to be clipped"):
                ax.MLPClassifier(batch_size=1000, drop_last=drop_last, **QUICK).fit(X, Y)

    @pytest.mark.parametrize("estimator", [ax.MLPClassifier, ax.NetworkClassifier])
    def test_partial_batches_may_be_left_out(self, estimator):
        settings = {"batch_size": 40, "shuffle": False, "random_state": 0, "max_iter": 4}
        dropped = estimator(drop_last=True, **settings).fit(X, Y)
        assert dropped.history_["step"] == [3, 6, 9, 12]
        assert dropped.t_ == 4 * 120
        assert estimator(**settings).fit(X, Y).history_["step"] == [4, 8, 12, 16]

    def test_a_falling_rate_counts_the_rows_learnt_from(self):
        # scikit-learn's steps on the rows that are left, its velocity holding the rates of before.
        settings = {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.1,
                    "shuffle": False, "max_iter": 5, "tol": 0, "random_state": 0}  # fmt: skip
        rows, y = X[:, :2], X[:, 2]
        ours = ax.MLPRegressor(batch_size=40, drop_last=True, **settings).fit(rows, y)
        theirs = MLPRegressor(batch_size=40, **settings).fit(rows[:120], y[:120])
        np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9)
        np.testing.assert_allclose(ours.coefs_[0], theirs.coefs_[0], rtol=1e-9)

    def test_verbose_prints_a_line_an_epoch_and_why_it_stopped(self, capsys):
        ax.MLPClassifier((4,), verbose=True, tol=5.0, n_iter_no_change=2, random_state=0).fit(X, Y)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("Iteration 1, loss = ")
        assert lines[-1] == (
            "Training loss did not improve more than tol=5.000000 for 2 consecutive epochs. "
            "Stopping."
        )
        ax.MLPClassifier((4,), verbose=True, early_stopping=True, **QUICK).fit(X, Y)
        assert "Validation score: " in capsys.readouterr().out

    def test_callbacks_see_the_history_and_may_end_the_training(self):
        seen = []
        classifier = ax.MLPClassifier(
            (4,), callbacks=[lambda history: history.epochs == 3, lambda h: seen.append(h.epochs)]
        ).fit(X, Y)
        assert classifier.n_iter_ == 3
        assert seen == [1, 2, 3]

    def test_a_diverged_training_is_explained(self):
        regressor = ax.MLPRegressor(
            hidden_layer_sizes=(),
            solver=ax.SGD(1e4),
            random_state=0,
            max_iter=100,
            n_iter_no_change=100,
        )
        with pytest.raises(ValueError, match=r"(?s)non-finite parameter weights.*Remedy"):
            regressor.fit(X, Y)

    def test_a_diverged_training_with_early_stopping_keeps_the_best_weights(self):
        regressor = ax.MLPRegressor(
            hidden_layer_sizes=(),
            solver=ax.SGD(3.0),
            random_state=0,
            early_stopping=True,
            n_iter_no_change=50000,
            max_iter=1000,
        )
        with pytest.warns(ConvergenceWarning, match="the weights of epoch 1 are kept"):
            regressor.fit(X, Y)
        assert np.isnan(regressor.validation_scores_[-1])
        assert np.isfinite(regressor.coefs_[0]).all()

    def test_an_interrupted_training_is_told(self):
        import signal

        def press(history):
            signal.raise_signal(signal.SIGINT)

        with pytest.warns(UserWarning, match="Training interrupted by user"):
            classifier = ax.MLPClassifier((4,), callbacks=press).fit(X, Y)
        assert classifier.n_iter_ < 200

    def test_grids_are_searched_in_threads_with_the_same_result(self):
        classifier = ax.MLPClassifier((8,), **QUICK)
        grid = {"alpha": [0.0, 1.0], "activation": ["relu", "tanh"]}
        alone = GridSearchCV(classifier, grid, cv=3).fit(X, Y)
        with joblib.parallel_backend("threading", n_jobs=2):
            together = GridSearchCV(classifier, grid, cv=3).fit(X, Y)
        scores = "mean_test_score"
        np.testing.assert_array_equal(alone.cv_results_[scores], together.cv_results_[scores])

    def test_an_estimator_shows_itself_in_a_notebook(self):
        page = ax.MLPClassifier((8,), dropout=0.5)._repr_html_()
        assert "MLPClassifier" in page
        assert "dropout" in page

    def test_a_constant_number_is_scored_as_scikit_learn_scores_it(self):
        held_out = X, np.ones(150)
        regressor = ax.MLPRegressor(hidden_layer_sizes=4, **QUICK).fit(
            X, Y, validation_data=held_out
        )
        assert regressor.validation_scores_[-1] == regressor.score(*held_out)
        assert cross_validate(regressor, X, Y, cv=2)["test_score"].shape == (2,)

    def test_a_warning_points_to_the_line_that_called_fit(self):
        with pytest.warns(ConvergenceWarning) as told:
            ax.MLPClassifier(max_iter=1).fit(X, Y)
        assert told[0].filename == __file__
