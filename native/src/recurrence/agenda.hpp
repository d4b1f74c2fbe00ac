// In which order the rows of a batch go along their positions together, and how far. A row that ends early
// leaves those it goes with: nothing is computed for what is not there behind its end.
#pragma once

#include <algorithm>
#include <vector>

#include "../mask.hpp"

namespace axone {

/// Rows by how far they go, the furthest first, in groups of so many; at every step those of a group
/// that are still on their way are its first.
class Agenda {
 public:
  Agenda(Index length, Index rows, Index together)
      : length_(length), together_(together), order_(static_cast<std::size_t>(rows)),
        extents_(order_.size()), ends_(static_cast<std::size_t>(length) + 2) {
    const auto groups = static_cast<std::size_t>((rows + together - 1) / together);
    counts_.resize(groups * (static_cast<std::size_t>(length) + 1));
    starts_.resize(counts_.size());
  }

  /// Take up a pass of so many rows, whose positions are gone along from the first or from the last.
  void take(const Mask& mask, Index rows, bool is_backward) {
    rows_ = rows;
    sort(mask, is_backward);
    steps_ = 0;
    for (Index group = 0; group < groups(); ++group) {
      Index going = count(group);
      for (Index t = 0; t <= length_; ++t) {
        while (going > 0 && extents_[first(group) + going - 1] <= t) --going;
        counts_[place(group, t)] = going;
        starts_[place(group, t)] = steps_;
        steps_ += going;
      }
    }
  }

  Index groups() const { return (rows_ + together_ - 1) / together_; }
  Index first(Index group) const { return group * together_; }
  /// Rows of a group, and those of them that make step t.
  Index count(Index group) const { return std::min(together_, rows_ - first(group)); }
  Index count(Index group, Index t) const { return counts_[place(group, t)]; }
  /// How many steps of rows come before those of step t of a group; and how many there are in all.
  Index start(Index group, Index t) const { return starts_[place(group, t)]; }
  Index steps() const { return steps_; }
  /// Which row of the batch the n-th is, and how many steps it makes.
  Index row(Index n) const { return order_[n]; }
  Index extent(Index n) const { return extents_[n]; }

 private:
  std::size_t place(Index group, Index t) const {
    return static_cast<std::size_t>(group * (length_ + 1) + t);
  }

  static Index extent_of(const Mask& mask, Index row, Index length, bool is_backward) {
    Index extent = length;
    while (extent > 0 && !mask.has(row, is_backward ? length - extent : extent - 1)) --extent;
    return extent;
  }

  /// Sort by counting, which keeps the order of rows that go equally far.
  void sort(const Mask& mask, bool is_backward) {
    if (!mask) {
      for (Index r = 0; r < rows_; ++r) {
        order_[r] = r;
        extents_[r] = length_;
      }
      return;
    }
    std::fill(ends_.begin(), ends_.end(), 0);
    for (Index r = 0; r < rows_; ++r) ++ends_[length_ - extent_of(mask, r, length_, is_backward) + 1];
    for (Index n = 1; n < Index(ends_.size()); ++n) ends_[n] += ends_[n - 1];
    for (Index r = 0; r < rows_; ++r) {
      const Index extent = extent_of(mask, r, length_, is_backward), n = ends_[length_ - extent]++;
      order_[n] = r;
      extents_[n] = extent;
    }
  }

  Index length_, together_, rows_ = 0, steps_ = 0;
  std::vector<Index> order_, extents_, ends_;
  std::vector<Index> counts_, starts_;  // of each group and step
};

}  // namespace axone
