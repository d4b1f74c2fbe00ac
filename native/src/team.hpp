// A team of threads for one program: they spin for some microseconds, because the next piece of work
// usually comes at once, and then sleep, because other programs want the processor too.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "crowding.hpp"
#include "simd.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

namespace axone {

/// Numbers too small to be normal are taken for zero while this lives: a processor is slow at them,
/// and Adam's averages pass through them. The setting is the thread's own and is put back.
class FlushTinyNumbers {
 public:
  FlushTinyNumbers() {
#if defined(__x86_64__)
    before_ = _mm_getcsr();
    _mm_setcsr(before_ | 0x8040);
#endif
  }
  ~FlushTinyNumbers() {
#if defined(__x86_64__)
    _mm_setcsr(before_);
#endif
  }

 private:
  [[maybe_unused]] unsigned before_ = 0;
};

class Team {
 public:
  /// Where the system gives fewer threads than asked for, the team is as small as that.
  explicit Team(int size) : process_(process()), crowding_(size) {
    threads_.reserve(static_cast<std::size_t>(size - 1));
    try {
      for (int member = 1; member < size; ++member)
        threads_.emplace_back([this, member] { work(member); });
    } catch (const std::exception&) {
      // std::system_error or no memory. An exception that left here would end the process, because
      // the threads made so far would never be joined.
    }
    size_ = static_cast<int>(threads_.size()) + 1;
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team() {
    // Threads do not survive a fork: a child has none to join.
    if (process_ != process()) {
      for (auto& thread : threads_) thread.detach();
      return;
    }
    stop_ = true;
    round_.fetch_add(1);
    round_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  int size() const { return process_ == process() ? size_ : 1; }

  /// Call job(member) for every member at once and wait for all. Jobs do not throw.
  void run(const std::function<void(int)>& job) {
    crowding_.note(0);
    job_ = &job;
    busy_.store(size_ - 1, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    job(0);
    for (int spins = 0; busy_.load(std::memory_order_acquire) != 0; ++spins)
      spins < kSpins ? pause() : std::this_thread::yield();
  }

 private:
  static constexpr int kSpins = 4000;

  static long process() {
#if defined(__unix__) || defined(__APPLE__)
    return static_cast<long>(getpid());
#else
    return 0;
#endif
  }

  static void pause() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  void work(int member) {
    FlushTinyNumbers flush;
    unsigned seen = 0;
    for (;;) {
      for (int spins = 0; round_.load(std::memory_order_acquire) == seen && spins < kSpins; ++spins)
        pause();
      round_.wait(seen, std::memory_order_acquire);
      ++seen;
      if (stop_) return;
      crowding_.note(member);
      (*job_)(member);
      busy_.fetch_sub(1, std::memory_order_release);
    }
  }

  int size_ = 1;
  long process_;
  Crowding crowding_;
  std::atomic<unsigned> round_{0};
  std::atomic<int> busy_{0};
  std::atomic<bool> stop_{false};
  const std::function<void(int)>* job_ = nullptr;
  std::vector<std::thread> threads_;
};

/// Let a team share `count` items out: job(from, to, member).
template <class Job>
[[gnu::noinline]] void share_out(Team& team, Index count, const Job& job) {
  const Index members = team.size();
  team.run([&](int member) {
    const Index from = count * member / members, to = count * (member + 1) / members;
    if (from < to) job(from, to, member);
  });
}

/// The same where there is a team; without one, one call for all of them, which costs nothing.
template <class Job>
AXONE_INLINE void share(Team* team, Index count, const Job& job) {
  if (team && count > 1) return share_out(*team, count, job);
  job(Index{0}, count, 0);
}

}  // namespace axone
