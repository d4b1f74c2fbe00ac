// What threads share, for ThreadSanitizer: a team within a step, several runs of one plan at once,
// predictions beside a run, and a workspace that two want. Exits with 1 if any bit differs.
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "network.hpp"

namespace {

using namespace axone;

template <class Real>
std::vector<Real> trained(const Plan<Real>& plan, int threads, bool is_masked = false) {
  constexpr Index batch = check::Run<Real>::kBatch;
  Workspace<Real> workspace(plan, batch, batch, threads, threads > 1);
  check::Run<Real> run(plan, is_masked);
  run.train(workspace);
  return run.flat;
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::printf("%s\n", what);
  std::exit(1);
}

template <class Real>
void check_threads(double clip_norm) {
  const Plan<Real> plan(check::network(96, clip_norm), 7);
  const auto alone = trained(plan, 1);
  for (int threads : {2, 3, 5})
    require(trained(plan, threads) == alone, "a team changed a bit");

  std::vector<std::vector<Real>> ends(6);
  std::vector<std::thread> fits;
  for (auto& end : ends) fits.emplace_back([&] { end = trained(plan, 2); });
  fits.emplace_back([&] {
    Workspace<Real> workspace(plan, 1, 64, 1, false);
    check::Run<Real> run(plan);
    std::vector<Real> out(static_cast<std::size_t>(run.kRows * check::kClasses));
    for (int n = 0; n < 20; ++n)
      workspace.predict(run.flat.data(), run.buffers.data(), run.rows(), true, out.data());
  });
  for (auto& fit : fits) fit.join();
  for (const auto& end : ends) require(end == alone, "runs of one plan disturbed one another");

  constexpr Index batch = check::Run<Real>::kBatch;
  Workspace<Real> shared(plan, batch, batch, 2, true);
  std::atomic<int> refused{0};
  std::vector<std::thread> rivals;
  for (int n = 0; n < 4; ++n)
    rivals.emplace_back([&] {
      check::Run<Real> run(plan);
      try {
        run.train(shared);
        require(run.flat == alone, "a workspace served two at once");
      } catch (const std::runtime_error&) {
        ++refused;
      }
    });
  for (auto& rival : rivals) rival.join();
  require(refused < 4, "everybody was refused");
}

template <class Real>
void check_sequences(double clip_norm) {
  const Plan<Real> plan(check::sequence_network(20, clip_norm), 7);
  for (bool is_masked : {false, true}) {
    const auto alone = trained(plan, 1, is_masked);
    for (int threads : {2, 3})
      require(trained(plan, threads, is_masked) == alone, "a team changed a bit of sequences");
  }
}

}  // namespace

int main() {
  for (double clip_norm : {0.0, 0.05}) {
    check_threads<float>(clip_norm);
    check_threads<double>(clip_norm);
    check_sequences<float>(clip_norm);
    check_sequences<double>(clip_norm);
  }
  std::printf("threads: the same bits\n");
}
