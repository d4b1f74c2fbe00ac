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

/// The mask behind the windows along an axis.
inline Mask behind(MaskBehindWindows& memory, const Mask& mask, Index examples, const Axis& axis) {
  return memory.of(mask, examples, axis.outputs, [&](Index output, auto visit) {
    const Taps taps = taps_of_output(axis, output);
    for (Index k = 0; k < taps.count; ++k) visit(taps.from + k * taps.advance);
  });
}

}  // namespace axone
