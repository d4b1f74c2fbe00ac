// A small network of every kind of layer, trained without Python, which prints what it reached: the
// same numbers on every processor, so that one can be checked on another by cross-compiling.
#include <cstdio>

#include "program.hpp"

namespace {

using namespace axone;

template <class Real>
std::vector<Real> normal_numbers(std::uint64_t seed, Index count, double deviation) {
  const auto stream = RandomStream::from_seed(seed);
  std::vector<Real> numbers(count);
  for (Index n = 0; n < count; ++n)
    numbers[n] = Real(deviation * stream.normal(std::uint32_t(n), std::uint32_t(count)));
  return numbers;
}

template <class Real>
typename Program<Real>::Layers layers_for(Index rows, int slots) {
  typename Program<Real>::Layers layers;
  const auto dense = [&](Index inputs, Index outputs, const char* name) {
    return std::make_unique<Dense<Real>>(inputs, outputs, Activation<Real>(name, Real(0.01)), true,
                                         rows, slots, 1);
  };
  layers.push_back(std::make_unique<GaussianNoise<Real>>(13, 0.05, rows));
  layers.push_back(dense(13, 40, "relu"));
  layers.push_back(std::make_unique<BatchNorm<Real>>(40, 1, 0.9, 1e-5, rows, slots));
  layers.push_back(std::make_unique<Dropout<Real>>(40, 0.2, rows));
  typename Program<Real>::Layers inner;
  inner.push_back(dense(40, 40, "tanh"));
  inner.push_back(dense(40, 40, "gelu"));
  layers.push_back(std::make_unique<Residual<Real>>(std::move(inner), 40, rows));
  layers.push_back(dense(40, 5, "identity"));
  return layers;
}

template <class Real>
void train(const char* name) {
  constexpr Index kRows = 200, kColumns = 13, kClasses = 5, kBatch = 17, kEpochs = 5;
  OptimizerSettings optimizer;
  optimizer.rule = Rule::adam;
  optimizer.l2 = 0.1;
  auto layers = layers_for<Real>(kBatch, optimizer.slots());
  std::vector<Store<Real>*> weights, averages;
  for (auto& layer : layers) {
    layer->collect(weights);
    layer->collect_buffers(averages);
  }
  const auto lay_out = [](auto& stores) {
    Index offset = 0;
    for (auto* store : stores) {
      store->offset = offset;
      offset += store->count;
    }
    return offset;
  };
  const Index count = lay_out(weights), buffer_count = lay_out(averages);
  Head<Real> head(LossKind::categorical, 1, 1, Activation<Real>("softmax", 0), kClasses, kBatch);
  Program<Real> program(std::move(layers), std::move(head), optimizer, kColumns, kBatch, 7, 1);

  auto flat = normal_numbers<Real>(1, count, 0.2);
  std::vector<Real> buffers(buffer_count, Real(1)), first(count), second(count);
  program.read(flat.data(), buffers.data(), {first.data(), second.data()});
  const auto X = normal_numbers<Real>(2, kRows * kColumns, 1);
  std::vector<std::int64_t> labels(kRows);
  for (Index r = 0; r < kRows; ++r) labels[r] = X[r * kColumns] > 0 ? r % 2 : 2 + r % 3;
  Rows<Real> rows{X.data(), kRows, kColumns, {labels.data(), nullptr, 1}, nullptr};
  const std::vector<double> rates(kEpochs * ((kRows + kBatch - 1) / kBatch), 0.01);
  Position at;
  std::vector<EpochReport> reports;
  program.run(rows, {kEpochs, rates.data(), kBatch, true}, at, reports,
              [](std::int64_t, std::int64_t) { return false; });
  program.write(flat.data(), buffers.data(), {first.data(), second.data()});
  for (const auto& report : reports)
    std::printf("%s loss %.9g\n", name, report.position.totals.loss / kRows);
  std::printf("%s norm %.9g\n", name, std::sqrt(squared_norm(flat.data(), count)));
  std::vector<Real> out(kRows * kClasses);
  std::printf("%s prediction loss %.9g\n", name, program.predict(rows, true, out.data()));
}

}  // namespace

int main() {
  train<float>("float32");
  train<double>("float64");
}
