// A small network of every kind of layer, trained without Python, which prints what it reached: the
// same numbers on every processor, so that one can be checked on another by cross-compiling.
#include <cstdio>

#include "network.hpp"

namespace {

using namespace axone;

template <class Real>
void train(const char* name) {
  const Plan<Real> plan(check::network(40, 0), 7);
  Workspace<Real> workspace(plan, check::Run<Real>::kBatch, check::Run<Real>::kBatch, 1, false);
  check::Run<Real> run(plan);
  run.train(workspace);
  for (const auto& report : run.reports)
    std::printf("%s loss %.9g\n", name, report.position.totals.loss / run.kRows);
  std::printf("%s norm %.9g\n", name, std::sqrt(squared_norm(run.flat.data(), plan.parameters)));
  std::vector<Real> out(static_cast<std::size_t>(run.kRows * check::kClasses));
  std::printf("%s prediction loss %.9g\n", name,
              workspace.predict(run.flat.data(), run.buffers.data(), run.rows(), true, out.data()));
}

}  // namespace

int main() {
  train<float>("float32");
  train<double>("float64");
}
