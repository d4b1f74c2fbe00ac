// Work without the interpreter's lock, and the end of the interpreter. A daemon thread may be
// training when the process ends; if it came back for the lock then, Python would end the thread in
// the midst of C++ frames that cannot be unwound, and with it the process.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace axone {

/// Releases the interpreter's lock for as long as it lives, and lets the interpreter's end wait for
/// it.
class WithoutInterpreter {
 public:
  /// std::runtime_error if the interpreter is ending.
  WithoutInterpreter() {
    if (ending_) throw std::runtime_error("The interpreter is ending: nothing new is begun.");
    ++working_;
    state_ = PyEval_SaveThread();
  }
  WithoutInterpreter(const WithoutInterpreter&) = delete;
  WithoutInterpreter& operator=(const WithoutInterpreter&) = delete;
  ~WithoutInterpreter() {
    // Whoever comes too late for `wait_for_all` must not touch the interpreter any more.
    while (ended_) std::this_thread::sleep_for(std::chrono::hours(1));
    PyEval_RestoreThread(state_);
    --working_;
  }

  /// Whether to come to an end, and not to call Python before.
  bool is_ending() const { return ending_; }

  /// To be called with the lock before the interpreter ends: ask all to come back, and wait.
  static void wait_for_all() {
    ending_ = true;
    PyThreadState* state = PyEval_SaveThread();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (working_ > 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ended_ = working_ > 0;
    PyEval_RestoreThread(state);
  }

 private:
  inline static std::atomic<bool> ending_{false}, ended_{false};
  inline static std::atomic<int> working_{0};
  PyThreadState* state_ = nullptr;
};

/// Python runs what is registered with `atexit` while threads still run as always.
inline void wait_for_threads_at_exit() {
  nanobind::module_::import_("atexit").attr("register")(
      nanobind::cpp_function([] { WithoutInterpreter::wait_for_all(); }));
}

}  // namespace axone
