// Random numbers by hashing: the n-th number of a stream is a function of its key and n, the same
// here as in axone/random.py, bit for bit.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "functions.hpp"

namespace axone {

enum StreamOf : std::uint64_t { kShuffle = 0, kNoise = 2, kAugment = 5 };

AXONE_INLINE std::uint64_t splitmix64(std::uint64_t word) {
  word += 0x9E3779B97F4A7C15u;
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
  return word ^ (word >> 31);
}

template <class Word>
AXONE_INLINE Word scramble32(Word word) {
  word = (word ^ (word >> 16)) * 0x7FEB352Du;
  word = (word ^ (word >> 15)) * 0x846CA68Bu;
  return word ^ (word >> 16);
}

/// The n-th 32 bits of a stream whose key has these halves: of several streams, or several numbers of
/// one, where they are vectors.
template <class Number, class Word>
AXONE_INLINE auto bits_of(Number n, Word low, Word high) {
  return scramble32(scramble32(n * 0x9E3779B9u + low) ^ high);
}

/// Bits below this number make up the share `rate` of all.
inline std::uint32_t threshold_of(double rate) {
  return static_cast<std::uint32_t>(std::min(std::nearbyint(rate * 4294967296.0), 4294967295.0));
}

using Doubles = Vector<double>;
using Words = Vector<std::uint32_t, kLanes<double>>;

struct RandomStream {
  std::uint64_t key = 0;

  static RandomStream from_seed(std::uint64_t seed) { return {splitmix64(seed)}; }

  /// Key and word are treated unlike: stream 3 of seed 5 must not be stream 5 of seed 3.
  RandomStream child(std::uint64_t word) const { return {splitmix64(splitmix64(key) + word)}; }

  AXONE_INLINE std::uint32_t bits(std::uint32_t n) const {
    return bits_of(n, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
  }

  /// The bits of number n and of those that follow it.
  AXONE_INLINE Words words(std::uint32_t n) const {
    Words numbers;
    for (int i = 0; i < kLanesOf<Words>; ++i) numbers[i] = n + static_cast<std::uint32_t>(i);
    return bits_of(numbers, static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
  }

  /// Number n, and those that follow it, of numbers uniform over [0, 1).
  AXONE_INLINE Doubles uniform(std::uint32_t n) const {
    return __builtin_convertvector(words(n), Doubles) * kUnit;
  }

  /// Number n, and those that follow it, of `count` normal numbers (Box & Muller 1958).
  AXONE_INLINE Doubles normal(std::uint32_t n, std::uint32_t count) const {
    const Doubles open = (__builtin_convertvector(words(n), Doubles) + 0.5) * kUnit;
    return square_root(-2.0 * natural_logarithm(open)) * cosine_of_turn(words(count + n));
  }

 private:
  static constexpr double kUnit = 1.0 / 4294967296.0;
};

/// Write every number of a stream that `at` gives a vector at a time.
template <class At>
void fill(double* out, std::size_t count, At at) {
  constexpr std::size_t lanes = kLanesOf<Doubles>;
  std::size_t n = 0;
  for (; n + lanes <= count; n += lanes) store(out + n, at(static_cast<std::uint32_t>(n)));
  if (n == count) return;
  const Doubles last = at(static_cast<std::uint32_t>(n));
  for (std::size_t i = 0; n + i < count; ++i) out[n + i] = last[i];
}

/// Shuffle 0 … count−1 by sorting the numbers on random keys, ties in their own order.
class Shuffler {
 public:
  const std::vector<std::uint32_t>& permutation(RandomStream stream, std::size_t count) {
    keys_.resize(count);
    for (std::size_t n = 0; n < count; ++n) {
      const auto number = static_cast<std::uint32_t>(n);
      keys_[n] = (static_cast<std::uint64_t>(stream.bits(number)) << 32) | number;
    }
    if (count <= 4096) {
      bucket_sort();
    } else {
      radix_sort();
    }
    order_.resize(count);
    for (std::size_t n = 0; n < count; ++n) order_[n] = static_cast<std::uint32_t>(keys_[n]);
    return order_;
  }

 private:
  /// Random keys fall evenly: a bucket for each of about `count` first bits leaves next to nothing
  /// for the insertion sort that follows.
  void bucket_sort() {
    const int bits = std::bit_width(std::max<std::size_t>(keys_.size(), 2) - 1);
    starts_.assign((std::size_t{1} << bits) + 1, 0);
    for (const auto key : keys_) ++starts_[(key >> (64 - bits)) + 1];
    for (std::size_t b = 1; b < starts_.size(); ++b) starts_[b] += starts_[b - 1];
    spare_.resize(keys_.size());
    for (const auto key : keys_) spare_[starts_[key >> (64 - bits)]++] = key;
    for (std::size_t n = 1; n < spare_.size(); ++n) {
      const auto key = spare_[n];
      std::size_t to = n;
      for (; to > 0 && spare_[to - 1] > key; --to) spare_[to] = spare_[to - 1];
      spare_[to] = key;
    }
    keys_.swap(spare_);
  }

  /// Three stable passes over 11 bits of the random half each.
  void radix_sort() {
    spare_.resize(keys_.size());
    for (int shift = 32; shift < 64; shift += 11) {
      std::uint32_t starts[2049] = {};
      for (const auto key : keys_) ++starts[((key >> shift) & 2047) + 1];
      for (int digit = 0; digit < 2048; ++digit) starts[digit + 1] += starts[digit];
      for (const auto key : keys_) spare_[starts[(key >> shift) & 2047]++] = key;
      keys_.swap(spare_);
    }
  }

  std::vector<std::uint64_t> keys_, spare_;
  std::vector<std::uint32_t> order_, starts_;
};

}  // namespace axone
