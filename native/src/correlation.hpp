// Correlations of signals and images in lanes (see lanes.hpp): y[o][p] = b[o] + Σ w[o][i][k]·x[i][p·s + k·d],
// their full convolution ∂L/∂x, and ∂L/∂w. A signal is an image of height 1.
//
// Along each axis every output position reads some taps of the kernel, at positions that lie evenly;
// positions that read the same taps make a run. Forward and backward differ only in their runs, so that
// one kernel serves both, with any stride, padding and dilation, and no number is multiplied by a zero
// of the padding.
#pragma once

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "gemm.hpp"
#include "lanes.hpp"
#include "settings.hpp"

namespace axone {

/// Channels of numbers that lie in rows; a signal has one row.
struct Planes {
  Index channels, height, width;
  Index size() const { return height * width; }  // of one of them
  Index numbers() const { return product_of(channels, product_of(height, width)); }
};

/// One axis of a correlation.
struct Axis {
  Index inputs, outputs, kernel, stride, padding, dilation;  // padding: before the first input

  /// Where output `o` reads its tap 0; it may lie in the padding.
  Index start(Index o) const { return o * stride - padding; }
  /// From the first position that an output reads to behind the last.
  Index reach() const { return (kernel - 1) * dilation + 1; }

  void check() const {
    constexpr Index most = Index{1} << 30;
    for (Index n : {inputs, outputs, kernel, stride, dilation})
      if (n < 1 || n > most) throw std::invalid_argument("an axis of a correlation is out of range");
    if (padding < 0 || padding > most) throw std::invalid_argument("a padding is out of range");
    if (padding >= reach() || start(outputs - 1) >= inputs)
      throw std::invalid_argument("an output of a correlation lies out of range of its inputs");
  }
};

/// ⌈a/b⌉ for b > 0, but 0 where that is less.
constexpr Index divided_up(Index a, Index b) { return a > 0 ? (a - 1) / b + 1 : 0; }

/// The taps `first`, `first + step`, … that a position reads, and where: the first of them at `from`,
/// each following one `advance` farther.
struct Taps {
  Index first = 0, step = 1, count = 0, from = 0, advance = 0;
};

/// Positions `output`, `output + output_step`, … that read the same taps, each `input_step` farther.
struct Run {
  Index output, output_step, count;
  Taps taps;
  Index input_step;
};

/// What output `o` reads of the inputs.
inline Taps taps_of_output(const Axis& axis, Index o) {
  const Index start = axis.start(o), first = divided_up(-start, axis.dilation);
  const Index behind = std::min(axis.kernel, divided_up(axis.inputs - start, axis.dilation));
  if (first >= behind) return {0, 1, 0, 0, axis.dilation};
  return {first, 1, behind - first, start + first * axis.dilation, axis.dilation};
}

/// What input `i` was read by: outputs o with start(o) + k·dilation = i.
inline Taps taps_of_input(const Axis& axis, Index i) {
  const Index step = axis.stride / std::gcd(axis.stride, axis.dilation);
  const Index advance = -(step * axis.dilation / axis.stride), distance = i + axis.padding;
  const Index behind = std::min(axis.kernel, distance / axis.dilation + 1);
  // Of the taps that come from one of the outputs the first whose output is a whole one.
  Index first = divided_up(distance - (axis.outputs - 1) * axis.stride, axis.dilation);
  const Index tried = std::min(behind, first + step);
  while (first < tried && (distance - first * axis.dilation) % axis.stride != 0) ++first;
  if (first >= tried) return {0, step, 0, 0, advance};
  return {first, step, divided_up(behind - first, step), (distance - first * axis.dilation) / axis.stride,
          advance};
}

/// All `positions` by runs: those that lie `step` apart and read alike, `input_step` farther each.
template <class TapsOf>
std::vector<Run> runs_of(Index positions, Index step, Index input_step, TapsOf taps_of) {
  std::vector<Run> runs;
  for (Index phase = 0; phase < std::min(step, positions); ++phase) {
    bool continues = false;
    for (Index p = phase; p < positions; p += step) {
      const Taps taps = taps_of(p);
      if (continues) {
        auto& run = runs.back();
        const bool alike = taps.count == run.taps.count &&
                           (taps.count == 0 || (taps.first == run.taps.first &&
                                                taps.from == run.taps.from + run.count * input_step));
        if (alike) {
          ++run.count;
          continue;
        }
      }
      runs.push_back({p, step, 1, taps, input_step});
      continues = true;
    }
  }
  return runs;
}

inline std::vector<Run> output_runs(const Axis& axis) {
  return runs_of(axis.outputs, 1, axis.stride, [&](Index o) { return taps_of_output(axis, o); });
}

inline std::vector<Run> input_runs(const Axis& axis) {
  return runs_of(axis.inputs, axis.stride, 1, [&](Index i) { return taps_of_input(axis, i); });
}

/// A loop of a tile: how often, and how far x and w advance.
struct Loop {
  Index count, x, w;
};

/// What the tiles of a run have in common. The innermost loop is the last.
template <class Real>
struct RunOfTiles {
  Loop outer, middle, inner;
  Index x_pixel, y_pixel, y_channel;  // from one position, or channel, to the next
  Real floor;                         // what is below is lifted to it
};

/// `Channels` outputs at `Pixels` positions: a vector each, kept in registers while all taps pass by.
template <class Real, int Channels, int Pixels>
void correlate_tile(const RunOfTiles<Real>& run, const Real* x, const Real* w, const Real* bias, Real* y) {
  using V = Vector<Real>;
  V sums[Channels][Pixels];
  AXONE_UNROLL for (int c = 0; c < Channels; ++c) {
    const V start = bias ? splat<V>(bias[c]) : V{};
    AXONE_UNROLL for (int p = 0; p < Pixels; ++p) sums[c][p] = start;
  }
  const Index pixel = run.x_pixel;
  for (Index o = 0; o < run.outer.count; ++o) {
    const Real* x_middle = x + o * run.outer.x;
    const Real* w_middle = w + o * run.outer.w;
    for (Index m = 0; m < run.middle.count; ++m) {
      const Real* here = x_middle + m * run.middle.x;
      const Real* weight = w_middle + m * run.middle.w;
      for (Index n = 0; n < run.inner.count; ++n) {
        V numbers[Pixels];
        AXONE_UNROLL for (int p = 0; p < Pixels; ++p) numbers[p] = load<V>(here + p * pixel);
        AXONE_UNROLL for (int c = 0; c < Channels; ++c) {
          const V factor = splat<V>(weight[c]);
          AXONE_UNROLL for (int p = 0; p < Pixels; ++p) sums[c][p] += factor * numbers[p];
        }
        here += run.inner.x;
        weight += run.inner.w;
      }
    }
  }
  const V floor = splat<V>(run.floor);
  AXONE_UNROLL for (int c = 0; c < Channels; ++c)
    AXONE_UNROLL for (int p = 0; p < Pixels; ++p)
      store(y + c * run.y_channel + p * run.y_pixel, maximum(sums[c][p], floor));
}

/// Sums of `Channels` × `Pixels` vectors, with as many numbers of x and a weight, fill the registers.
inline constexpr int kMostChannels = 6, kMostPixels = kVectorRegisters == 32 ? 4 : 2;

template <class Real>
using CorrelateTile = void (*)(const RunOfTiles<Real>&, const Real*, const Real*, const Real*, Real*);

/// The function for a tile of so many channels and positions: [channels − 1][positions − 1].
template <class Real>
inline constexpr auto kCorrelateTiles = []<int... C>(std::integer_sequence<int, C...>) {
  constexpr auto of_channels = []<int Channels, int... P>(std::integer_sequence<int, P...>) {
    return std::array<CorrelateTile<Real>, kMostPixels>{correlate_tile<Real, Channels, P + 1>...};
  };
  return std::array{of_channels.template operator()<C + 1>(
      std::make_integer_sequence<int, kMostPixels>{})...};
}(std::make_integer_sequence<int, kMostChannels>{});

/// Some channels that are computed together, and where their weights lie: [tap][input channel][channel].
struct ChannelTile {
  Index first, count, weights;
};

/// The channels of every group, by tiles.
inline std::vector<ChannelTile> channel_tiles(Index channels, Index groups, Index weights_per_channel) {
  std::vector<ChannelTile> tiles;
  Index first = 0;
  for (Index group = 0; group < groups; ++group)
    each_tile(channels / groups, kMostChannels, [&](Index count) {
      tiles.push_back({first, count, first * weights_per_channel});
      first += count;
    });
  return tiles;
}

/// One direction of a correlation: from planes of `in` channels to planes of `out` channels.
template <class Real>
class Correlator {
 public:
  Correlator(Planes in, Planes out, Index groups, Index kernel_height, Index kernel_width,
             std::vector<Run> rows, std::vector<Run> columns)
      : in_(in), out_(out), groups_(groups), kernel_height_(kernel_height), kernel_width_(kernel_width),
        rows_(std::move(rows)), columns_(std::move(columns)),
        tiles_(channel_tiles(out.channels, groups, depth() * kernel_height * kernel_width)),
        weights_(cells(out.channels, depth() * kernel_height * kernel_width)) {
    const Index at_a_position = cells(cells(depth(), kernel_height), kLanes<Real> * Index(sizeof(Real)));
    together_ = std::max<Index>(kCacheBytes / at_a_position, kMostPixels) / kMostPixels * kMostPixels;
  }

  /// How many tiles the channels of y are divided into, for threads to share out.
  Index tiles() const { return static_cast<Index>(tiles_.size()); }
  /// The first channel of a tile; behind the last, how many channels there are.
  Index channel_of(Index tile) const { return tile < tiles() ? tiles_[tile].first : out_.channels; }

  /// Copy the weights of some tiles to their order: `weight_of(channel, input channel of its group, ky, kx)`.
  template <class WeightOf>
  void pack(Index first, Index last, WeightOf weight_of) {
    for (Index n = first; n < last; ++n) {
      const auto& tile = tiles_[n];
      Real* to = weights_.data() + tile.weights;
      for (Index y = 0; y < kernel_height_; ++y)
        for (Index x = 0; x < kernel_width_; ++x)
          for (Index i = 0; i < depth(); ++i)
            for (Index c = 0; c < tile.count; ++c) *to++ = weight_of(tile.first + c, i, y, x);
    }
  }

  /// y of one block of examples in the channels of some tiles, nothing below `floor`; `bias` may be null.
  void run(const Real* x, const Real* bias, Real floor, Real* y, Index first, Index last) const {
    for (const auto& row : rows_)
      for (Index n = 0; n < row.count; ++n)
        for (const auto& column : columns_)
          for (Index from = 0; from < column.count; from += together_)
            for (Index tile = first; tile < last; ++tile)
              run_row(row, n, column, from, std::min(column.count, from + together_), tiles_[tile], x,
                      bias, floor, y);
  }

 private:
  static constexpr Index kLane = kLanes<Real>;
  static constexpr Index kCacheBytes = 128 * 1024;  // of x, read by the tiles of all channels in turn

  Index depth() const { return in_.channels / groups_; }

  void run_row(const Run& row, Index n, const Run& column, Index from, Index to,
               const ChannelTile& tile, const Real* x, const Real* bias, Real floor, Real* y) const {
    const Index group = tile.first / (out_.channels / groups_);
    const Index first_tap = row.taps.first * kernel_width_ + column.taps.first;
    const Loop down{row.taps.count, row.taps.advance * in_.width * kLane,
                    row.taps.step * kernel_width_ * depth() * tile.count};
    const Loop across{column.taps.count, column.taps.advance * kLane,
                      column.taps.step * depth() * tile.count};
    const Loop through{depth(), in_.size() * kLane, tile.count};
    const bool is_deep = through.count >= across.count;
    const RunOfTiles<Real> run{down, is_deep ? across : through, is_deep ? through : across,
                               column.input_step * kLane, column.output_step * kLane,
                               out_.size() * kLane, floor};
    const Index in_row = row.taps.from + n * row.input_step;
    const Index out_row = row.output + n * row.output_step;
    const Real* here = x + ((group * depth() * in_.height + in_row) * in_.width + column.taps.from) * kLane;
    Real* there = y + ((tile.first * out_.height + out_row) * out_.width + column.output) * kLane;
    const Real* weights = weights_.data() + tile.weights + first_tap * depth() * tile.count;
    const Real* start = bias ? bias + tile.first : nullptr;
    const auto& tiles = kCorrelateTiles<Real>[tile.count - 1];
    here += from * run.x_pixel;
    there += from * run.y_pixel;
    each_tile(to - from, kMostPixels, [&](Index pixels) {
      tiles[pixels - 1](run, here, weights, start, there);
      here += pixels * run.x_pixel;
      there += pixels * run.y_pixel;
    });
  }

  Planes in_, out_;
  Index groups_, kernel_height_, kernel_width_, together_;
  std::vector<Run> rows_, columns_;
  std::vector<ChannelTile> tiles_;
  Buffer<Real> weights_;
};

/// ∂L/∂w[o][i][k] = Σ over examples and positions p of δ[o][p]·x[i][p·s + k·d].
template <class Real>
class WeightCorrelator {
 public:
  WeightCorrelator(Planes in, Planes out, Index groups, const Axis& rows, const Axis& columns)
      : in_(in), out_(out), groups_(groups), rows_(rows), columns_(columns) {
    const Index depth = in.channels / groups;
    for (Index i = 0; i < depth; ++i)
      for (Index ky = 0; ky < rows.kernel; ++ky)
        for (Index kx = 0; kx < columns.kernel; ++kx)
          taps_.push_back({i, ky * rows.dilation - rows.padding, kx * columns.dilation - columns.padding,
                           valid(columns, kx)});
    for (Index group = 0; group < groups; ++group) {
      Index channel = group * (out.channels / groups);
      each_tile(out.channels / groups, kMostDeltas, [&](Index channels) {
        Index tap = 0;
        each_tile(static_cast<Index>(taps_.size()), kMostTaps, [&](Index taps) {
          pieces_.push_back({group, channel, channels, tap, taps});
          tap += taps;
        });
        channel += channels;
      });
    }
  }

  /// How many pieces there are to share out.
  Index pieces() const { return static_cast<Index>(pieces_.size()); }

  /// Pieces `from` to `to` of a block's gradient, into `gradient` in the order of the flat weights if it
  /// `is_first` there, or added to what is there. The empty lanes of δ must be zero.
  void run(const Real* x, const Real* delta, bool is_first, Index from, Index to, Real* gradient) const {
    for (Index n = from; n < to; ++n) run_piece(pieces_[n], x, delta, is_first, gradient);
  }

 private:
  static constexpr Index kLane = kLanes<Real>;
  static constexpr int kMostDeltas = kVectorRegisters == 32 ? 5 : 4;
  static constexpr int kMostTaps = kVectorRegisters == 32 ? 4 : 2;

  struct Range {
    Index from, to;
  };
  /// An input channel and where, relative to an output's start, its tap reads.
  struct Tap {
    Index channel, row, column;
    Range columns;  // outputs whose reading lies within the input
  };
  struct Piece {
    Index group, channel, channels, tap, taps;
  };

  static Range valid(const Axis& axis, Index k) {
    const Index offset = k * axis.dilation - axis.padding;
    return {divided_up(-offset, axis.stride),
            std::min(axis.outputs, divided_up(axis.inputs - offset, axis.stride))};
  }

  using Tile = void (WeightCorrelator::*)(const Piece&, const Real*, const Real*, bool, Real*) const;

  void run_piece(const Piece& piece, const Real* x, const Real* delta, bool is_first,
                 Real* gradient) const {
    static constexpr auto tiles = []<int... C>(std::integer_sequence<int, C...>) {
      constexpr auto of_channels = []<int Channels, int... T>(std::integer_sequence<int, T...>) {
        return std::array<Tile, kMostTaps>{&WeightCorrelator::tile<Channels, T + 1>...};
      };
      return std::array{
          of_channels.template operator()<C + 1>(std::make_integer_sequence<int, kMostTaps>{})...};
    }(std::make_integer_sequence<int, kMostDeltas>{});
    (this->*tiles[piece.channels - 1][piece.taps - 1])(piece, x, delta, is_first, gradient);
  }

  /// `Channels` × `Taps` sums, a lane for each example.
  template <int Channels, int Taps>
  void tile(const Piece& piece, const Real* x, const Real* delta, bool is_first, Real* gradient) const {
    using V = Vector<Real>;
    V sums[Channels][Taps] = {};
    const Tap* taps = taps_.data() + piece.tap;
    const Index depth = in_.channels / groups_, plane = out_.size() * kLane;
    const Index pixel = columns_.stride * kLane;
    // Outputs for which all of the taps read something.
    Range common = taps[0].columns;
    AXONE_UNROLL for (int t = 1; t < Taps; ++t) {
      common.from = std::max(common.from, taps[t].columns.from);
      common.to = std::min(common.to, taps[t].columns.to);
    }
    common.to = std::max(common.to, common.from);
    const Real* block_x = x + piece.group * depth * in_.size() * kLane;
    const Real* d = delta + piece.channel * plane;
    for (Index row = 0; row < out_.height; ++row, d += out_.width * kLane) {
      Index at[Taps];  // relative to block_x: a tap that reads padding may lie before it
      bool reads[Taps], all = true;
      AXONE_UNROLL for (int t = 0; t < Taps; ++t) {
        const Index in_row = row * rows_.stride + taps[t].row;
        reads[t] = in_row >= 0 && in_row < in_.height;
        all = all && reads[t];
        at[t] = ((taps[t].channel * in_.height + in_row) * in_.width + taps[t].column) * kLane;
      }
      const Range together = all ? common : Range{0, 0};
      for (Index o = together.from; o < together.to; ++o) {
        V numbers[Taps];
        AXONE_UNROLL for (int t = 0; t < Taps; ++t) numbers[t] = load<V>(block_x + at[t] + o * pixel);
        AXONE_UNROLL for (int c = 0; c < Channels; ++c) {
          const V here = load<V>(d + c * plane + o * kLane);
          AXONE_UNROLL for (int t = 0; t < Taps; ++t) sums[c][t] += here * numbers[t];
        }
      }
      AXONE_UNROLL for (int t = 0; t < Taps; ++t) {
        if (!reads[t]) continue;
        const auto add = [&](Index first, Index last) __attribute__((always_inline)) {
          for (Index o = first; o < last; ++o) {
            const V number = load<V>(block_x + at[t] + o * pixel);
            AXONE_UNROLL for (int c = 0; c < Channels; ++c)
              sums[c][t] += load<V>(d + c * plane + o * kLane) * number;
          }
        };
        const auto& columns = taps[t].columns;
        if (together.from == together.to) {
          add(columns.from, columns.to);
        } else {
          add(columns.from, together.from);
          add(together.to, columns.to);
        }
      }
    }
    AXONE_UNROLL for (int c = 0; c < Channels; ++c) {
      Real* to_add = gradient + (piece.channel + c) * static_cast<Index>(taps_.size()) + piece.tap;
      AXONE_UNROLL for (int t = 0; t < Taps; ++t)
        to_add[t] = is_first ? sum_of(sums[c][t]) : to_add[t] + sum_of(sums[c][t]);
    }
  }

  Planes in_, out_;
  Index groups_;
  Axis rows_, columns_;
  std::vector<Tap> taps_;
  std::vector<Piece> pieces_;
};

}  // namespace axone
