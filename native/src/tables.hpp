// Tables from names to what they stand for: layers, activations, losses, optimisers. A member is one
// line; what a table holds is told to Python, which so never has to guess.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace axone {

template <class T>
struct Named {
  const char* name;
  T value;
};

template <class T, std::size_t N>
std::vector<std::string> names_of(const Named<T> (&table)[N]) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

/// The entry of that name; std::invalid_argument, which lists the others, if there is none.
template <class T, std::size_t N>
const T& find(const Named<T> (&table)[N], const std::string& name, const char* kind) {
  std::string known;
  for (const auto& entry : table) {
    if (name == entry.name) return entry.value;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw std::invalid_argument("unknown " + std::string(kind) + " '" + name + "'; known are " + known);
}

}  // namespace axone
