// Memory of a program: aligned buffers taken once, and matrices that look into them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "simd.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace axone {

/// Ask for memory in large pages before it is first written to, where it is much and the system has them:
/// a network of images is made of so many small ones that a short run would spend a tenth of its time on
/// having them handed out.
inline void take_large_pages([[maybe_unused]] void* data, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
  constexpr std::uintptr_t page = std::uintptr_t{1} << 21;
  const auto start = reinterpret_cast<std::uintptr_t>(data);
  const auto first = (start + page - 1) / page * page, last = (start + bytes) / page * page;
  // Whether the system does as it is asked changes nothing but the time.
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

/// A zeroed array, aligned to a cache line and padded by one widest vector.
template <class Real>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(Index size)
      : size_(size), data_(static_cast<Real*>(::operator new[](bytes(size), kAlign))) {
    take_large_pages(data_.get(), bytes(size));
    std::fill_n(data_.get(), bytes(size) / sizeof(Real), Real{0});
  }

  Real* data() { return data_.get(); }
  const Real* data() const { return data_.get(); }
  Index size() const { return size_; }
  Real& operator[](Index n) { return data_[n]; }

 private:
  static constexpr std::align_val_t kAlign{64};
  struct Free {
    void operator()(Real* p) const { ::operator delete[](p, kAlign); }
  };
  static std::size_t bytes(Index size) {
    constexpr Index most = std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(Real)) - 64;
    if (size < 0 || size > most) throw std::bad_array_new_length();
    return static_cast<std::size_t>(round_up(size, 16) + 16) * sizeof(Real);
  }

  Index size_ = 0;
  std::unique_ptr<Real[], Free> data_;
};

/// Numbers that lie in memory of somebody else's.
template <class Real>
class Span {
 public:
  Span() = default;
  Span(Real* data, Index size) : data_(data), size_(size) {}

  Real* data() { return data_; }
  const Real* data() const { return data_; }
  Index size() const { return size_; }
  Real& operator[](Index n) { return data_[n]; }

 private:
  Real* data_ = nullptr;
  Index size_ = 0;
};

/// rows·columns; std::bad_array_new_length instead of an overflow.
inline Index cells(Index rows, Index columns) {
  Index product;
  if (__builtin_mul_overflow(rows, columns, &product)) throw std::bad_array_new_length();
  return product;
}

/// How many numbers a row may have, so that its padding is counted in 32 bits too.
inline constexpr Index kMostColumns = std::numeric_limits<std::int32_t>::max() / 2;

/// Rows of a batch: `columns` numbers each, `stride` apart. It travels in two registers: what is handed
/// over in memory, small networks would wait for.
template <class Real>
struct Matrix {
  Real* data = nullptr;
  std::int32_t stride = 0, columns = 0;

  Matrix() = default;
  Matrix(Real* data, Index stride, Index columns)
      : data(data), stride(static_cast<std::int32_t>(stride)),
        columns(static_cast<std::int32_t>(columns)) {}
  Real* row(Index r) const { return data + r * stride; }
};

/// Copy the numbers of a row by whole vectors, the last one overlapping the one before.
template <class Real>
AXONE_INLINE void copy_row(const Real* from, Real* to, Index columns) {
  using V = Vector<Real, kFewestLanes<Real>>;
  constexpr Index lanes = kFewestLanes<Real>;
  if (columns > 256) {
    std::memcpy(to, from, static_cast<std::size_t>(columns) * sizeof(Real));
  } else if (columns >= lanes) {
    for (Index c = 0; c < columns - lanes; c += lanes) store(to + c, load<V>(from + c));
    store(to + columns - lanes, load<V>(from + columns - lanes));
  } else {
    for (Index c = 0; c < columns; ++c) to[c] = from[c];
  }
}

/// A matrix with memory of its own. Rows are padded to whole vectors, and so are columns, for code
/// that takes a vector of rows; a stride of a multiple of 1 KiB would map all rows to the same few
/// sets of the first-level cache.
template <class Real>
class OwnMatrix {
 public:
  OwnMatrix() = default;
  OwnMatrix(Index rows, Index columns)
      : view_{nullptr, stride_for(columns), columns},
        buffer_(cells(round_up(rows, kLanes<Real>), view_.stride)) {
    view_.data = buffer_.data();
  }

  Matrix<Real> view() const { return view_; }

 private:
  static Index stride_for(Index columns) {
    if (columns > kMostColumns) throw std::bad_array_new_length();
    const Index stride = round_up(columns, 2 * kLanes<Real>);
    return stride * static_cast<Index>(sizeof(Real)) % 1024 ? stride : stride + kLanes<Real>;
  }

  Matrix<Real> view_;
  Buffer<Real> buffer_;
};

}  // namespace axone
