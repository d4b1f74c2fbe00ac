// Augmentation: training rows changed at random while they are gathered into a batch, each by numbers of
// the run's seed, the step and its place in the batch, as axone/augmentation does it.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "memory.hpp"
#include "random.hpp"
#include "settings.hpp"
#include "tables.hpp"

namespace axone {

enum class Change { shift, rotate, scale, flip, time_warp, time_shift, crop, jitter, magnify, cut };
enum class ChangeFamily { affine, time, value };

inline constexpr Named<Change> kAugmentations[] = {
    {"shift", Change::shift},           {"rotate", Change::rotate},
    {"scale", Change::scale},           {"flip", Change::flip},
    {"time_warp", Change::time_warp},   {"time_shift", Change::time_shift},
    {"crop", Change::crop},             {"jitter", Change::jitter},
    {"magnify", Change::magnify},       {"cut", Change::cut},
};

inline ChangeFamily family_of(Change change) {
  if (change <= Change::flip) return ChangeFamily::affine;
  return change <= Change::crop ? ChangeFamily::time : ChangeFamily::value;
}

/// One of them with its two strengths, which mean what each makes of them.
struct Augmentation {
  Change change;
  double first, second;
};

enum class ExampleKind { features, signals, sequences, images };

inline constexpr Named<ExampleKind> kExampleKinds[] = {
    {"features", ExampleKind::features},
    {"signals", ExampleKind::signals},
    {"sequences", ExampleKind::sequences},
    {"images", ExampleKind::images},
};

/// The axes of an example. What is no image has the height 1; the width of what has time is its length,
/// of features 1. In sequences the channels of a position lie side by side, elsewhere those of a channel.
struct ExampleAxes {
  ExampleKind kind = ExampleKind::features;
  Index channels = 0, height = 1, width = 1;

  Index numbers() const { return product_of(product_of(channels, height), width); }
  bool has_time() const { return kind == ExampleKind::signals || kind == ExampleKind::sequences; }

  static ExampleAxes of(const Settings& s) {
    return {find(kExampleKinds, s.word("kind"), "kind of examples"), s.size("channels"),
            s.size("height"), s.size("width")};
  }
};

/// From where in the old image a place of the new one comes, both counted from the middle:
/// (a·i + b·j + c, d·i + e·j + f).
struct AffineWay {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;

  /// The way back through this map and a later one: first undo the later one.
  AffineWay after(const AffineWay& later) const {
    return {a * later.a + b * later.d, a * later.b + b * later.e, a * later.c + b * later.f + c,
            d * later.a + e * later.d, d * later.b + e * later.e, d * later.c + e * later.f + f};
  }

  /// The same within numbers whose products with places are finite, in single precision too: far beyond
  /// every image, one place is like another.
  AffineWay held() const {
    const auto within = [](double number, double most) { return std::min(std::max(number, -most), most); };
    constexpr double factor = 1e25, distance = 1e35;
    return {within(a, factor), within(b, factor), within(c, distance),
            within(d, factor), within(e, factor), within(f, distance)};
  }
};

/// Numbers n to n + count of a stream, of which a row's changes have a few.
class FewNumbers {
 public:
  static constexpr Index kMost = 64;

  void draw_uniform(RandomStream stream, Index n, Index count) {
    for (Index i = 0; i < count; i += kLanesOf<Doubles>)
      store(numbers_.data() + i, stream.uniform(static_cast<std::uint32_t>(n + i)));
  }
  /// Of `all` normal numbers.
  void draw_normal(RandomStream stream, Index n, Index count, Index all) {
    for (Index i = 0; i < count; i += kLanesOf<Doubles>)
      store(numbers_.data() + i,
            stream.normal(static_cast<std::uint32_t>(n + i), static_cast<std::uint32_t>(all)));
  }
  double operator[](Index i) const { return numbers_[static_cast<std::size_t>(i)]; }

 private:
  std::array<double, kMost + kLanesOf<Doubles>> numbers_;
};

/// Positions from the first to before the second.
struct Piece {
  Index from, to;
};

/// A piece of the share `share` of so many positions, placed by a number of [0, 1).
inline Piece piece_of(double share, Index positions, double drawn) {
  const double size = std::nearbyint(share * static_cast<double>(positions));
  const auto from = static_cast<Index>((static_cast<double>(positions) - size + 1) * drawn);
  return {from, from + static_cast<Index>(size)};
}

template <class Real>
class Augmenter {
 public:
  Augmenter() = default;
  Augmenter(const std::vector<Settings>& described, const ExampleAxes& axes, int threads)
      : axes_(axes) {
    for (const auto& s : described)
      changes_.push_back(checked({find(kAugmentations, s.word("kind"), "augmentation"),
                                  s.number("first"), s.number("second")}));
    streams_.resize(changes_.size());
    if (axes.numbers() > kMostColumns)
      throw std::invalid_argument("examples to be changed are too large");
    scratch_.resize(static_cast<std::size_t>(threads));
    for (auto& scratch : scratch_) {
      scratch.row = Buffer<Real>(axes.numbers());
      scratch.place = Buffer<double>(axes.width);
      scratch.before = Buffer<std::int32_t>(axes.width);
      scratch.part = Buffer<Real>(axes.width);
    }
    down_ = Buffer<Real>(axes.height * axes.width);
    right_ = Buffer<Real>(axes.height * axes.width);
    for (Index i = 0; i < axes.height; ++i)
      for (Index j = 0; j < axes.width; ++j) {
        down_[i * axes.width + j] = Real(i);
        right_[i * axes.width + j] = Real(j);
      }
  }

  explicit operator bool() const { return !changes_.empty(); }

  /// Set out on a step of so many rows; `stream` is of the step.
  void begin(RandomStream stream, Index rows) {
    for (std::size_t n = 0; n < streams_.size(); ++n) streams_[n] = stream.child(n);
    rows_ = rows;
  }

  /// Write row number `row` of the batch, changed; its positions from `length` on are not there.
  void write(const Real* from, Real* to, Index row, Index length, int member) {
    auto& scratch = scratch_[static_cast<std::size_t>(member)];
    const Real* current = from;
    for (std::size_t n = 0; n < changes_.size();) {
      const auto family = family_of(changes_[n].change);
      std::size_t end = n + 1;
      if (family != ChangeFamily::value)
        while (end < changes_.size() && family_of(changes_[end].change) == family) ++end;
      if (family == ChangeFamily::value) {
        if (current != to) std::copy_n(current, axes_.numbers(), to);
        change_values(n, row, length, to);
      } else {
        if (current == to) {
          std::copy_n(to, axes_.numbers(), scratch.row.data());
          current = scratch.row.data();
        }
        if (family == ChangeFamily::affine) {
          map_image(current, to, way_back(n, end, row).held());
        } else {
          find_places(n, end, row, length, scratch);
          map_time(current, to, scratch);
        }
      }
      current = to;
      n = end;
    }
  }

  Index length() const { return axes_.width; }
  Index numbers() const { return axes_.numbers(); }

 private:
  static constexpr Index kGroup = 256;  // of pixels or positions, whose neighbours are fetched together
  using V = Vector<Real>;
  using Places = typename VectorOf<std::int32_t, kLanes<Real>>::type;

  struct Scratch {
    Buffer<Real> row, part;        // part: how far a place lies towards the following position
    Buffer<double> place;
    Buffer<std::int32_t> before;   // the position before each place
  };

  /// Only strengths by which every place stays within the example.
  Augmentation checked(const Augmentation& each) const {
    const auto require = [](bool holds, const char* message) {
      if (!holds) throw std::invalid_argument(message);
    };
    const auto family = family_of(each.change);
    require(family != ChangeFamily::affine || axes_.kind == ExampleKind::images,
            "only images are mapped");
    require(family != ChangeFamily::time || axes_.has_time(), "only what has time is warped");
    require(!axes_.has_time() || axes_.height == 1, "what has time has no height");
    require(std::abs(each.first) <= 1e9 && std::abs(each.second) <= 1e9,
            "the strength of an augmentation is out of range");
    if (each.change == Change::scale)
      require(each.first >= 1e-3 && each.second >= each.first, "the factors are out of range");
    if (each.change == Change::time_warp)
      require(each.first >= 0 && each.first <= 10 && each.second >= 2 &&
                  each.second <= FewNumbers::kMost,
              "the speed or its knots are out of range");
    if (each.change == Change::time_shift || each.change == Change::crop ||
        each.change == Change::cut)
      require(each.first >= 0 && each.first <= 1, "a share lies between 0 and 1");
    return each;
  }

  AffineWay way_back(std::size_t from, std::size_t to, Index row) const {
    AffineWay way;
    FewNumbers drawn;
    for (std::size_t n = from; n < to; ++n) {
      const auto& each = changes_[n];
      AffineWay own;
      if (each.change == Change::shift) {
        const double choices = 2 * each.first + 1;
        drawn.draw_uniform(streams_[n], 2 * row, 2);
        own.c = -(std::floor(choices * drawn[0]) - each.first);
        own.f = -(std::floor(choices * drawn[1]) - each.first);
      } else {
        drawn.draw_uniform(streams_[n], row, 1);
        if (each.change == Change::rotate) {
          const double angle = each.first * (2 * drawn[0] - 1);
          own.a = own.e = std::cos(angle);
          own.b = std::sin(angle);
          own.d = -own.b;
        } else if (each.change == Change::scale) {
          own.a = own.e = 1 / (each.first + (each.second - each.first) * drawn[0]);
        } else if (drawn[0] < each.first) {
          (each.second != 0 ? own.e : own.a) = -1;
        }
      }
      way = way.after(own);
    }
    return way;
  }

  /// Bilinear interpolation; beyond the edge stands what stands at the edge. Pixels pass in groups whose
  /// neighbours are fetched side by side first: no vector waits for memory that lies anywhere.
  void map_image(const Real* from, Real* to, const AffineWay& way) const {
    const Index height = axes_.height, width = axes_.width, pixels = height * width;
    const double middle_i = static_cast<double>(height - 1) / 2;
    const double middle_j = static_cast<double>(width - 1) / 2;
    const Real offset_i = Real(way.c + middle_i - (way.a * middle_i + way.b * middle_j));
    const Real offset_j = Real(way.f + middle_j - (way.d * middle_i + way.e * middle_j));
    const Real a = Real(way.a), b = Real(way.b), d = Real(way.d), e = Real(way.e);
    const Index below = height > 1 ? width : 0;
    alignas(64) std::int32_t at[kGroup];
    alignas(64) Real part_i[kGroup], part_j[kGroup], upper[2 * kGroup], lower[2 * kGroup];
    for (Index first = 0; first < pixels; first += kGroup) {
      const Index count = std::min(kGroup, pixels - first);
      for (Index k = 0; k < count; k += kLanes<Real>) {
        const V i = load<V>(down_.data() + first + k), j = load<V>(right_.data() + first + k);
        const auto top = before(a * i + b * j + offset_i, height);
        const auto left = before(d * i + e * j + offset_j, width);
        store(at + k, top.place * static_cast<std::int32_t>(width) + left.place);
        store(part_i + k, top.part);
        store(part_j + k, left.part);
      }
      for (Index c = 0; c < axes_.channels; ++c) {
        const Real* plane = from + c * pixels;
        fetch_pairs(plane, at, count, width, upper);
        fetch_pairs(plane + below, at, count, width, lower);
        each_vector(to + c * pixels + first, count, [&](Index k) __attribute__((always_inline)) {
          const V part = load<V>(part_j + k);
          return between(between_pairs(upper + 2 * k, part), between_pairs(lower + 2 * k, part),
                         load<V>(part_i + k));
        });
      }
    }
  }

  struct Before {
    Places place;
    V part;
  };

  /// The whole place before each of these, of `count`, and how far they lie towards the next one.
  static AXONE_INLINE Before before(V place, Index count) {
    // What is no number, as infinitely many times 0, lies at the first place.
    const V held = minimum(maximum(V{}, place), splat<V>(Real(count - 1)));
    const auto most = static_cast<std::int32_t>(std::max<Index>(count - 2, 0));
    const Places whole = __builtin_convertvector(held, Places);
    const Places at = whole > most ? Places{} + most : whole;
    return {at, held - __builtin_convertvector(at, V)};
  }

  /// The numbers at these places and those that follow them, of which there are `size` in a row: a lone
  /// one follows itself.
  static void fetch_pairs(const Real* from, const std::int32_t* at, Index count, Index size,
                          Real* pairs) {
    if (size == 1) {
      for (Index k = 0; k < count; ++k) pairs[2 * k] = pairs[2 * k + 1] = from[at[k]];
    } else {
      for (Index k = 0; k < count; ++k) std::memcpy(pairs + 2 * k, from + at[k], 2 * sizeof(Real));
    }
  }

  template <int... I>
  static AXONE_INLINE V firsts(V a, V b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b, (2 * I)...);
  }
  template <int... I>
  static AXONE_INLINE V seconds(V a, V b, std::integer_sequence<int, I...>) {
    return __builtin_shufflevector(a, b, (2 * I + 1)...);
  }

  static AXONE_INLINE V between_pairs(const Real* pairs, V part) {
    using Numbers = std::make_integer_sequence<int, kLanes<Real>>;
    const V a = load<V>(pairs), b = load<V>(pairs + kLanes<Real>);
    return between(firsts(a, b, Numbers{}), seconds(a, b, Numbers{}), part);
  }

  template <class T>
  static AXONE_INLINE T between(T one, T other, T part) {
    return (1 - part) * one + part * other;
  }

  /// Write `count` numbers that `at` gives a vector at a time.
  template <class At>
  static AXONE_INLINE void each_vector(Real* out, Index count, const At& at) {
    Index k = 0;
    for (; k + kLanes<Real> <= count; k += kLanes<Real>) store(out + k, at(k));
    if (k == count) return;
    const V last = at(k);
    for (Index lane = 0; k + lane < count; ++lane) out[k + lane] = last[lane];
  }

  /// Where each position comes from, as the position before it and how far it lies beyond that.
  void find_places(std::size_t from, std::size_t to, Index row, Index length, Scratch& scratch) const {
    double* place = scratch.place.data();
    const auto last = static_cast<double>(length - 1);
    for (Index t = 0; t < length; ++t) place[t] = static_cast<double>(t);
    for (std::size_t n = to; n-- > from;) {
      map_places(n, row, length, place);
      for (Index t = 0; t < length; ++t) place[t] = std::min(std::max(place[t], 0.0), last);
    }
    const auto most = static_cast<std::int32_t>(std::max<Index>(axes_.width - 2, 0));
    for (Index t = length; t < axes_.width; ++t) place[t] = static_cast<double>(t);
    for (Index t = 0; t < axes_.width; ++t) {
      const std::int32_t whole = std::min(static_cast<std::int32_t>(place[t]), most);
      scratch.before[t] = whole;
      scratch.part[t] = Real(place[t] - whole);
    }
  }

  void map_places(std::size_t n, Index row, Index length, double* place) const {
    const auto& each = changes_[n];
    const auto last = static_cast<double>(length - 1);
    FewNumbers drawn;
    if (each.change == Change::time_warp) {
      warp(n, row, length, place);
      return;
    }
    drawn.draw_uniform(streams_[n], row, 1);
    if (each.change == Change::time_shift) {
      const double most = std::nearbyint(each.first * static_cast<double>(length));
      const double steps = std::floor((2 * most + 1) * drawn[0]) - most;
      for (Index t = 0; t < length; ++t) place[t] -= steps;
    } else {
      const double start = (1 - each.first) * last * drawn[0];
      for (Index t = 0; t < length; ++t) place[t] = start + each.first * place[t];
    }
  }

  /// The speed of time changes linearly from knot to knot, and what it has come is its integral.
  void warp(std::size_t n, Index row, Index length, double* place) const {
    const auto& each = changes_[n];
    const auto knots = static_cast<Index>(each.second);
    const auto stretches = static_cast<double>(knots - 1);
    double speed[FewNumbers::kMost], rise[FewNumbers::kMost], reached[FewNumbers::kMost];
    FewNumbers drawn;
    drawn.draw_normal(streams_[n], row * knots, knots, rows_ * knots);
    for (Index k = 0; k < knots; ++k) speed[k] = std::exp(each.first * drawn[k]);
    reached[0] = 0;
    for (Index k = 0; k + 1 < knots; ++k) {
      rise[k] = (speed[k + 1] - speed[k]) / 2;
      reached[k + 1] = reached[k] + (speed[k] + speed[k + 1]) / 2;
    }
    const double last = static_cast<double>(length - 1), all = 1 / reached[knots - 1];
    const double unit = stretches / std::max(last, 1.0), one = 1 / stretches;
    const auto most = static_cast<std::int32_t>(knots - 2);
    for (Index t = 0; t < length; ++t) {
      const double at = place[t] * unit;
      const std::int32_t k = std::min(static_cast<std::int32_t>(at), most);
      const double part = at - k;
      const double come = reached[k] + part * (speed[k] + part * rise[k]);
      place[t] += last * (come * all - at * one);
    }
  }

  void map_time(const Real* from, Real* to, const Scratch& scratch) const {
    const Index length = axes_.width, channels = axes_.channels, next = length > 1 ? 1 : 0;
    if (axes_.kind == ExampleKind::sequences) {
      for (Index t = 0; t < length; ++t) {
        const Real* one = from + scratch.before.data()[t] * channels;
        const Real* other = one + next * channels;
        const Real part = scratch.part.data()[t];
        for (Index c = 0; c < channels; ++c) to[t * channels + c] = between(one[c], other[c], part);
      }
      return;
    }
    alignas(64) Real pairs[2 * kGroup];
    for (Index first = 0; first < length; first += kGroup) {
      const Index count = std::min(kGroup, length - first);
      for (Index c = 0; c < channels; ++c) {
        fetch_pairs(from + c * length, scratch.before.data() + first, count, length, pairs);
        each_vector(to + c * length + first, count, [&](Index k) __attribute__((always_inline)) {
          return between_pairs(pairs + 2 * k, load<V>(scratch.part.data() + first + k));
        });
      }
    }
  }

  void change_values(std::size_t n, Index row, Index length, Real* x) const {
    const auto& each = changes_[n];
    const Index numbers = axes_.numbers();
    FewNumbers drawn;
    if (each.change == Change::jitter) {
      const Index first = row * numbers;
      const auto all = static_cast<std::uint32_t>(rows_ * numbers);
      for (Index c = 0; c < numbers; c += kLanesOf<Doubles>) {
        const Doubles noise =
            each.first * streams_[n].normal(static_cast<std::uint32_t>(first + c), all);
        if (c + kLanesOf<Doubles> <= numbers) {
          using Few = typename VectorOf<Real, kLanesOf<Doubles>>::type;
          store(x + c, load<Few>(x + c) + __builtin_convertvector(noise, Few));
        } else {
          for (Index i = 0; c + i < numbers; ++i) x[c + i] += Real(noise[i]);
        }
      }
    } else if (each.change == Change::magnify) {
      drawn.draw_normal(streams_[n], row, 1, rows_);
      const Real factor = Real(1 + each.first * drawn[0]);
      for (Index c = 0; c < numbers; ++c) x[c] *= factor;
    } else {
      drawn.draw_uniform(streams_[n], 2 * row, 2);
      cut(each.first, drawn, length, x);
    }
  }

  void cut(double share, const FewNumbers& drawn, Index length, Real* x) const {
    const Index channels = axes_.channels, height = axes_.height, width = axes_.width;
    const bool in_time = axes_.has_time();
    const Piece rows = in_time ? Piece{0, 1} : piece_of(share, height, drawn[0]);
    const Piece columns = in_time ? piece_of(share, length, drawn[0])
                                  : piece_of(share, width, drawn[1]);
    if (axes_.kind == ExampleKind::sequences) {
      std::fill(x + columns.from * channels, x + columns.to * channels, Real{0});
      return;
    }
    for (Index c = 0; c < channels; ++c)
      for (Index i = rows.from; i < rows.to; ++i) {
        Real* line = x + (c * height + i) * width;
        std::fill(line + columns.from, line + columns.to, Real{0});
      }
  }

  ExampleAxes axes_;
  std::vector<Augmentation> changes_;
  std::vector<RandomStream> streams_;  // of the step, one for each change
  Index rows_ = 0;                     // of the step
  std::vector<Scratch> scratch_;       // of each member of a team
  Buffer<Real> down_, right_;          // of every pixel its row and its column
};

}  // namespace axone
