// Threads of a team that the system has put on one processor, and how they part: some systems, virtual
// machines among them, leave them there for seconds while another processor idles.
#pragma once

#include <atomic>
#include <memory>

#if defined(__linux__)
#include <sched.h>
#endif

namespace axone {

/// Which processor each member of a team is on.
class Crowding {
 public:
  explicit Crowding(int members)
      : members_(members), places_(std::make_unique<std::atomic<int>[]>(std::size_t(members))) {
    for (int member = 0; member < members; ++member) places_[member] = kUnknown;
  }

  /// Say where this member is. One that finds another member there asks the system, now and then, for
  /// a processor that no member is on, and for that moment only: it is not bound to it.
  void note(int member) {
#if defined(__linux__)
    const int here = sched_getcpu();
    places_[member].store(here, std::memory_order_relaxed);
    if (member == 0 || !is_shared(member, here)) return;
    if (++crowded_ % kTimes == 1) part(member);
#else
    (void)member;
#endif
  }

 private:
  static constexpr int kUnknown = -1, kTimes = 8;

  bool is_shared(int member, int here) const {
    for (int other = 0; other < members_; ++other)
      if (other != member && places_[other].load(std::memory_order_relaxed) == here) return true;
    return false;
  }

#if defined(__linux__)
  void part(int member) {
    cpu_set_t allowed, free;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    free = allowed;
    for (int other = 0; other < members_; ++other) {
      const int place = places_[other].load(std::memory_order_relaxed);
      if (place != kUnknown && place < CPU_SETSIZE) CPU_CLR(place, &free);
    }
    if (CPU_COUNT(&free) == 0 || sched_setaffinity(0, sizeof free, &free) != 0) return;
    sched_setaffinity(0, sizeof allowed, &allowed);
    places_[member].store(sched_getcpu(), std::memory_order_relaxed);
  }
#endif

  int members_;
  std::unique_ptr<std::atomic<int>[]> places_;
  std::atomic<unsigned> crowded_{0};  // how often a member was found where another is
};

}  // namespace axone
