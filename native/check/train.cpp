// A small network of every kind of layer, trained without Python, which prints what it reached: the
// same numbers on every processor, so that one can be checked on another by cross-compiling.
#include <cstdio>

#include "network.hpp"
#include "population/population.hpp"

namespace {

using namespace axone;

template <class Real>
void train(const char* name, Settings network, bool is_masked) {
  const Plan<Real> plan(std::move(network), 7);
  Workspace<Real> workspace(plan, check::Run<Real>::kBatch, check::Run<Real>::kBatch, 1, false);
  check::Run<Real> run(plan, is_masked);
  run.train(workspace);
  for (const auto& report : run.reports.epochs)
    std::printf("%s loss %.9g\n", name, report.position.totals.loss / run.kRows);
  std::printf("%s norm %.9g\n", name, std::sqrt(squared_norm(run.flat.data(), plan.parameters)));
  std::vector<Real> out(static_cast<std::size_t>(run.kRows * check::kClasses));
  std::printf("%s prediction loss %.9g\n", name,
              workspace.predict(run.flat.data(), run.buffers.data(), run.rows(), true, out.data()));
}

/// As many networks as a population has seats, of seeds 7, 8, …: what the first one reached.
template <class Real>
void train_population(const char* name) {
  using Members = population::Population<Real>;
  std::vector<population::Member<Real>> members(Members::kSeats);
  std::vector<population::Member<Real>*> seats;
  const Plan<Real> plan(check::plain_network(24), 7);
  std::vector<check::Run<Real>> runs(members.size(), check::Run<Real>(plan));
  for (std::size_t n = 0; n < members.size(); ++n) {
    auto& member = members[n];
    auto& run = runs[n];
    member.optimizer = plan.optimizer;
    member.seed = RandomStream::from_seed(7 + n);
    member.flat = {run.flat.data(), nullptr, {run.first.data(), run.second.data()}};
    member.rows = run.rows();
    member.schedule = {run.kEpochs, run.rates.data(), run.kBatches, true};
    seats.push_back(&member);
  }
  Members(plan, {check::Run<Real>::kBatch, true, true}).run(seats, nullptr);
  std::printf("%s population's loss %.9g\n", name,
              members[0].reports.epochs.back().position.totals.loss / runs[0].kRows);
  std::printf("%s population's norm %.9g\n", name,
              std::sqrt(squared_norm(runs[0].flat.data(), plan.parameters)));
}

}  // namespace

int main() {
  train<float>("float32", check::network(40, 0), false);
  train<double>("float64", check::network(40, 0), false);
  train<float>("float32 sequences:", check::sequence_network(20, 0), true);
  train<double>("float64 sequences:", check::sequence_network(20, 0), true);
  train_population<float>("float32");
  train_population<double>("float64");
}
