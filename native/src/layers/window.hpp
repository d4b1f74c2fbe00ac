// How windows lie over the planes of a layer: of convolutions and of pools.
#pragma once

#include "../correlation.hpp"
#include "../presence.hpp"
#include "layer.hpp"

namespace axone {

/// How a layer's windows lie over the planes that it is given: what comes out, and the two axes.
struct Window {
  Planes in, out;
  Axis rows, columns;

  Window(const Settings& s, Index channels)
      : in{s.size("in_channels"), s.size("in_height"), s.size("in_width")},
        out{channels, s.size("out_height"), s.size("out_width")},
        rows{in.height, out.height, s.size("kernel_height"), s.size("stride_height"),
             s.whole("padding_top"), s.size("dilation_height")},
        columns{in.width, out.width, s.size("kernel_width"), s.size("stride_width"),
                s.whole("padding_left"), s.size("dilation_width")} {
    rows.check();
    columns.check();
    if (in.numbers() != s.size("columns"))
      throw std::invalid_argument("the planes of a layer do not hold the numbers that it is given");
  }
  /// How many positions a mask has behind the windows.
  Index positions_after(Index positions) const {
    if (in.height != 1 || out.height != 1 || rows.kernel != 1)
      throw std::invalid_argument("a mask meets an image");
    positions_of(positions, in.width);
    return out.width;
  }
};

/// What is there of a batch of signals, and of what is behind a layer's windows. It takes its memory in the
/// first pass under a mask: most networks never meet one.
template <class Real>
class WindowPresence {
 public:
  WindowPresence(const Window& window, Index most_rows) : window_(window), most_rows_(most_rows) {}

  /// Note which positions of a pass are there, and let it go on with those behind the windows.
  void take(Pass<Real>& pass) {
    is_masked_ = static_cast<bool>(pass.mask);
    if (!is_masked_) return;
    if (!presence_) presence_ = std::make_unique<LanePresence<Real>>(most_rows_, window_.in.width);
    presence_->take(pass.mask, pass.rows);
    const Axis& axis = window_.columns;
    pass.mask = behind_.of(pass.mask, pass.rows, axis.outputs, [&](Index output, auto visit) {
      const Taps taps = taps_of_output(axis, output);
      for (Index k = 0; k < taps.count; ++k) visit(taps.from + k * taps.advance);
    });
  }

  bool is_masked() const { return is_masked_; }
  /// What is there of a masked batch.
  const LanePresence<Real>& operator*() const { return *presence_; }

 private:
  const Window window_;
  const Index most_rows_;
  bool is_masked_ = false;
  std::unique_ptr<LanePresence<Real>> presence_;
  MaskBehindWindows behind_;
};

}  // namespace axone
