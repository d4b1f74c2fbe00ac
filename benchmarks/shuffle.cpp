// The compiled engine's shuffle by itself, for `benchmarks/preparing.py` to call.
#include "random.hpp"

extern "C" std::uint32_t first_of_a_permutation(std::uint64_t key, std::size_t count) {
  static axone::Shuffler shuffler;
  return shuffler.permutation({key}, count).front();
}
