// A small network of every kind of layer and rows to train it on, described as Python describes
// them, for the checks that run without Python.
#pragma once

#include "workspace.hpp"

namespace axone::check {

template <class Real>
std::vector<Real> normal_numbers(std::uint64_t seed, Index count, double deviation) {
  const auto stream = RandomStream::from_seed(seed);
  std::vector<Real> numbers(static_cast<std::size_t>(count));
  for (Index n = 0; n < count; ++n)
    numbers[n] = Real(deviation * stream.normal(std::uint32_t(n), std::uint32_t(count))[0]);
  return numbers;
}

/// Describes layers one after another and gives their arrays places in the flat vectors.
class Description {
 public:
  Index parameters = 0, buffers = 0;

  Settings layer(const char* kind, Index columns) const {
    Settings s;
    s.set("kind", std::string(kind));
    s.set_whole("columns", columns);
    return s;
  }
  Settings dense(Index inputs, Index outputs, const char* activation) {
    Settings s = layer("dense", inputs);
    s.set_whole("outputs", outputs);
    s.set_whole("has_bias", 1);
    s.set_whole("weight", take(parameters, inputs * outputs));
    s.set_whole("bias", take(parameters, outputs));
    activate(s, activation);
    return s;
  }
  /// Of the activation a·z·sigmoid(z), whose a is learned.
  Settings learning_dense(Index inputs, Index outputs) {
    Settings s = dense(inputs, outputs, "formula"), formula, place;
    place.set_whole("place", take(parameters, 1));
    s.set("learned", std::vector<Settings>{place});
    formula.set_whole("learned", 1);
    const Settings gate = instruction("sigmoid", 2, {0}), gated = instruction("multiply", 3, {0, 2});
    formula.set("value", program({gate, gated, instruction("multiply", 2, {-1, 3})}));
    formula.set("slope", program({gate, gated, instruction("subtract", 4, {-2, 2}),
                                  instruction("multiply_add", 2, {3, 4, 2}),
                                  instruction("multiply", 2, {-1, 2})}));
    formula.set("by_constants", program({gate, instruction("multiply", 2, {0, 2})}));
    s.set("formula", std::vector<Settings>{std::move(formula)});
    return s;
  }
  Settings batch_norm(Index columns) {
    Settings s = layer("batch_norm", columns);
    s.set_whole("channels", columns);
    s.set("momentum", 0.9);
    s.set("epsilon", 1e-5);
    s.set_whole("weight", take(parameters, columns));
    s.set_whole("bias", take(parameters, columns));
    s.set_whole("mean", take(buffers, columns));
    s.set_whole("variance", take(buffers, columns));
    return s;
  }
  Settings sequences(const char* kind, Index length, Index features) const {
    Settings s = layer(kind, length * features);
    s.set_whole("length", length);
    s.set_whole("features", features);
    return s;
  }
  Settings positionwise_dense(Index length, Index inputs, Index outputs, const char* activation) {
    Settings s = sequences("positionwise_dense", length, inputs);
    s.set("dense", std::vector<Settings>{dense(inputs, outputs, activation)});
    return s;
  }
  Settings attention(Index length, Index features, Index heads) {
    Settings s = sequences("attention", length, features);
    s.set_whole("heads", heads);
    s.set_whole("causal", 0);
    std::vector<Settings> maps;
    for (int n = 0; n < 4; ++n) maps.push_back(dense(features, features, "identity"));
    s.set("maps", std::move(maps));
    return s;
  }
  Settings recurrent(Index length, Index features, const char* cell, Index units, int ways, bool last) {
    const Index gates = std::string(cell) == "lstm" ? 4 : 3;
    Settings s = sequences("recurrent", length, features);
    s.set("cell", std::string(cell));
    s.set_whole("units", units);
    s.set_whole("last", last);
    s.set_whole("truncation", 0);
    std::vector<Settings> described;
    for (int n = 0; n < ways; ++n) {
      Settings way;
      way.set_whole("weight", take(parameters, gates * units * features));
      way.set_whole("recurrent_weight", take(parameters, gates * units * units));
      way.set_whole("bias", take(parameters, gates * units));
      way.set_whole("recurrent_bias", take(parameters, units));
      described.push_back(std::move(way));
    }
    s.set("ways", std::move(described));
    return s;
  }
  static void activate(Settings& s, const char* activation) {
    s.set("activation", std::string(activation));
    s.set("alpha", 0.01);
  }

 private:
  static Settings instruction(const char* operation, Index to, std::initializer_list<Index> operands) {
    Settings s;
    s.set("operation", std::string(operation));
    s.set_whole("to", to);
    s.set("operands", places(operands));
    return s;
  }
  static std::vector<Settings> places(std::initializer_list<Index> at) {
    std::vector<Settings> described(at.size());
    for (std::size_t n = 0; n < at.size(); ++n) described[n].set_whole("at", at.begin()[n]);
    return described;
  }
  /// Whose constants are a and 1, and whose output is register 2.
  static std::vector<Settings> program(std::vector<Settings> instructions) {
    Settings s;
    std::vector<Settings> constants(2);
    constants[0].set("value", 0.0);
    constants[1].set("value", 1.0);
    s.set("constants", std::move(constants));
    s.set("instructions", std::move(instructions));
    s.set("outputs", places({2}));
    return {s};
  }

  static Index take(Index& end, Index count) {
    const Index start = end;
    end += count;
    return start;
  }
};

inline constexpr Index kColumns = 13, kClasses = 5;

inline Settings network_of(const Description& d, std::vector<Settings> layers, double clip_norm) {
  Settings head, optimizer, all;
  head.set("loss", std::string("categorical_cross_entropy"));
  head.set("scale", 1.0);
  Description::activate(head, "softmax");
  optimizer.set("rule", std::string("adam"));
  optimizer.set_whole("uncorrected", 0);
  optimizer.set_whole("heavy_ball", 0);
  for (const auto& [key, number] : std::initializer_list<std::pair<const char*, double>>{
           {"beta", 0}, {"share", 1}, {"beta_1", 0.9}, {"beta_2", 0.999}, {"epsilon", 1e-8},
           {"rho", 0.9}, {"decay", 0}, {"l1", 0}, {"l2", 0.1}, {"clip_value", 0},
           {"clip_norm", clip_norm}})
    optimizer.set(key, number);
  all.set_whole("columns", kColumns);
  all.set_whole("outputs", kClasses);
  all.set_whole("parameters", d.parameters);
  all.set_whole("frozen", 0);
  all.set_whole("buffers", d.buffers);
  all.set("layers", std::move(layers));
  all.set("head", std::vector<Settings>{std::move(head)});
  all.set("optimizer", std::vector<Settings>{std::move(optimizer)});
  return all;
}

/// 13 columns, `units` in the layers between, 5 classes.
inline Settings network(Index units, double clip_norm) {
  Description d;
  std::vector<Settings> layers;
  layers.push_back(d.layer("gaussian_noise", kColumns));
  layers.back().set("deviation", 0.05);
  layers.push_back(d.dense(kColumns, units, "relu"));
  layers.push_back(d.batch_norm(units));
  layers.push_back(d.layer("dropout", units));
  layers.back().set("rate", 0.2);
  std::vector<Settings> inner{d.dense(units, units, "tanh"), d.learning_dense(units, units),
                              d.dense(units, units, "gelu")};
  layers.push_back(d.layer("residual", units));
  layers.back().set("layers", std::move(inner));
  layers.back().set("shortcut", std::vector<Settings>{});
  layers.push_back(d.dense(units, kClasses, "identity"));
  return network_of(d, std::move(layers), clip_norm);
}

/// The same without what runs in no lanes.
inline Settings plain_network(Index units) {
  Description d;
  std::vector<Settings> layers;
  layers.push_back(d.dense(kColumns, units, "relu"));
  layers.push_back(d.layer("dropout", units));
  layers.back().set("rate", 0.2);
  layers.push_back(d.dense(units, units, "tanh"));
  layers.push_back(d.dense(units, kClasses, "identity"));
  return network_of(d, std::move(layers), 0);
}

/// The same columns as a sequence of single numbers: all kinds of layers that know positions.
inline Settings sequence_network(Index units, double clip_norm) {
  Description d;
  std::vector<Settings> layers;
  layers.push_back(d.positionwise_dense(kColumns, 1, 6, "tanh"));
  layers.push_back(d.sequences("positional_encoding", kColumns, 6));
  layers.push_back(d.attention(kColumns, 6, 2));
  layers.push_back(d.recurrent(kColumns, 6, "lstm", units, 2, false));
  layers.push_back(d.recurrent(kColumns, 2 * units, "gru", units, 1, true));
  layers.push_back(d.dense(units, kClasses, "identity"));
  return network_of(d, std::move(layers), clip_norm);
}

/// A run of such a network from the same weights on the same rows.
template <class Real>
struct Run {
  static constexpr Index kRows = 200, kBatch = 17, kEpochs = 5;
  static constexpr Index kBatches = (kRows + kBatch - 1) / kBatch;

  /// With a mask, if the network is one of sequences.
  explicit Run(const Plan<Real>& plan, bool is_masked = false)
      : flat(normal_numbers<Real>(1, plan.parameters, 0.2)),
        buffers(static_cast<std::size_t>(plan.buffers), Real(1)), first(flat.size()),
        second(flat.size()), X(normal_numbers<Real>(2, kRows * kColumns, 1)), labels(kRows),
        rates(kEpochs * kBatches, 0.01) {
    if (is_masked)
      for (Index n = 0; n < kRows * kColumns; ++n) mask.push_back(n % kColumns <= n % 11);
    for (Index r = 0; r < kRows; ++r) labels[r] = X[r * kColumns] > 0 ? r % 2 : 2 + r % 3;
  }

  Rows<Real> rows() const {
    Rows<Real> rows{X.data(), kRows, kColumns, {labels.data(), nullptr, 1}, nullptr, {}};
    if (!mask.empty()) rows.mask = {mask.data(), kColumns};
    return rows;
  }
  Ending train(Workspace<Real>& workspace) {
    Position at;
    return workspace.run(rows(), {kEpochs, rates.data(), kBatches, true}, at, reports,
                         [](std::int64_t, std::int64_t) { return false; },
                         {flat.data(), buffers.data(), {first.data(), second.data()}});
  }

  std::vector<Real> flat, buffers, first, second, X;
  std::vector<std::int64_t> labels;
  std::vector<std::uint8_t> mask;
  std::vector<double> rates;
  EpochReports reports;
};

}  // namespace axone::check
