// Rows of different length are filled up to one; a mask tells which of their positions are there.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "memory.hpp"

namespace axone {

/// `length` bytes a row: 1 where a position is there, 0 where not. Without any, all are.
struct Mask {
  const std::uint8_t* data = nullptr;
  Index length = 0;

  explicit operator bool() const { return data != nullptr; }
  const std::uint8_t* row(Index r) const { return data + r * length; }
  /// Whether that position of that row is there.
  bool has(Index r, Index position) const { return !data || row(r)[position] != 0; }
  /// Of `rows` rows, all positions that are there.
  Index count(Index rows) const {
    Index there = 0;
    for (Index n = 0; n < rows * length; ++n) there += data[n] != 0;
    return there;
  }
};

/// `positions`, if a mask of so many is one of a layer of `length` positions; std::invalid_argument if
/// not: what is beyond a mask must never be asked for.
inline Index positions_of(Index positions, Index length) {
  if (positions != length)
    throw std::invalid_argument("a mask of " + std::to_string(positions) +
                                " positions meets a layer of " + std::to_string(length));
  return positions;
}

}  // namespace axone
