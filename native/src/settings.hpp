// A description as Python gave it, in C++'s own values: what a plan keeps, long after the dictionary
// that it was read from is gone, and what workspaces are built from without the interpreter.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "simd.hpp"

namespace axone {

class Settings {
 public:
  void set(const std::string& key, double number) { numbers_[key] = number; }
  void set_whole(const std::string& key, std::int64_t number) { wholes_[key] = number; }
  void set(const std::string& key, std::string word) { words_[key] = std::move(word); }
  void set(const std::string& key, std::vector<Settings> list) { lists_[key] = std::move(list); }

  /// Each throws std::invalid_argument, which names the key, where nothing of that kind is given.
  double number(const char* key) const { return at(numbers_, key, "a number"); }
  Index whole(const char* key) const { return at(wholes_, key, "a whole number"); }
  bool flag(const char* key) const { return whole(key) != 0; }
  const std::string& word(const char* key) const { return at(words_, key, "a word"); }
  const std::vector<Settings>& list(const char* key) const { return at(lists_, key, "a list"); }
  /// A list that need not be given: none is an empty one.
  const std::vector<Settings>& list_or_none(const char* key) const {
    static const std::vector<Settings> none;
    const auto found = lists_.find(key);
    return found == lists_.end() ? none : found->second;
  }
  const Settings& part(const char* key) const { return at(lists_, key, "a part").at(0); }

  /// A share of all that is never all of it.
  double share(const char* key) const {
    const double number = this->number(key);
    if (!(number >= 0 && number < 1))
      throw std::invalid_argument("'" + std::string(key) + "' must be at least 0 and less than 1");
    return number;
  }

  /// A count of something that must exist.
  Index size(const char* key) const {
    const Index number = whole(key);
    if (number < 1) throw std::invalid_argument("'" + std::string(key) + "' must be at least 1");
    return number;
  }

 private:
  template <class T>
  static const T& at(const std::map<std::string, T>& values, const char* key, const char* kind) {
    const auto found = values.find(key);
    if (found == values.end())
      throw std::invalid_argument("'" + std::string(key) + "' must be given, and be " + kind);
    return found->second;
  }

  std::map<std::string, double> numbers_;
  std::map<std::string, std::int64_t> wholes_;
  std::map<std::string, std::string> words_;
  std::map<std::string, std::vector<Settings>> lists_;
};

/// a·b of sizes; std::invalid_argument instead of an overflow.
inline Index product_of(Index a, Index b) {
  Index product;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product))
    throw std::invalid_argument("a size is out of range");
  return product;
}

/// a/b of sizes, where nothing is left over; std::invalid_argument, which names them, where something is.
inline Index divided(Index a, Index b, const char* divisors, const char* divided_ones) {
  if (a % b != 0)
    throw std::invalid_argument("the " + std::string(divisors) + " do not divide the " + divided_ones);
  return a / b;
}

}  // namespace axone
