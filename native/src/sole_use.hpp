// A workspace serves one caller at a time, and tells a second one so.
#pragma once

#include <atomic>
#include <stdexcept>

namespace axone {

/// Takes a flag for as long as it lives.
class SoleUse {
 public:
  /// std::runtime_error where somebody else has it.
  explicit SoleUse(std::atomic<bool>& taken) : taken_(taken) {
    if (taken_.exchange(true, std::memory_order_acquire))
      throw std::runtime_error(
          "This workspace is in use by another thread: give each thread a workspace of its own.");
  }
  SoleUse(const SoleUse&) = delete;
  SoleUse& operator=(const SoleUse&) = delete;
  ~SoleUse() { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool>& taken_;
};

}  // namespace axone
