// Layers in lanes whose blocks of examples have nothing to do with one another until gradients are added
// up, and how a batch passes through several of them: not layer by layer, but one block through all of
// them before the next is begun. What a block's layers hand to one another then stays in the cache, and
// threads that have blocks of their own wait for one another once, not at every layer.
#pragma once

#include <algorithm>

#include "layer.hpp"

namespace axone {

/// Blocks whose gradients are added up before they are added to those of others: sums must not depend on
/// how many threads there are.
class Bunches {
 public:
  Bunches() = default;
  explicit Bunches(Index blocks) : blocks_(blocks), together_((blocks + kMost - 1) / kMost) {}

  /// How many a batch of up to so many blocks can have.
  static Index most(Index blocks) { return std::min(blocks, kMost); }

  Index count() const { return together_ ? (blocks_ + together_ - 1) / together_ : 0; }
  Index of(Index block) const { return block / together_; }
  bool is_first(Index block) const { return block % together_ == 0; }
  Index begin(Index bunch) const { return bunch * together_; }
  Index end(Index bunch) const { return std::min(blocks_, (bunch + 1) * together_); }

 private:
  static constexpr Index kMost = 16;
  Index blocks_ = 0, together_ = 0;
};

/// Memory for a gradient in lanes: of a whole batch, or, where it is used at once, of one block for each
/// of the threads.
template <class Real>
class GradientBlocks {
 public:
  GradientBlocks() = default;
  GradientBlocks(const Site& site, Index numbers)
      : examples_(site.rows), numbers_(numbers), members_(site.threads) {}

  /// Get ready for one or the other, and return where the whole of it will lie, if it is kept. Most
  /// networks only ever need one of the two.
  Matrix<Real> hold(bool whole) {
    is_whole_ = whole;
    auto& memory = whole ? whole_ : passing_;
    if (!memory.view().data)
      memory = LaneMatrix<Real>(whole ? examples_ : cells(members_, kLanes<Real>), numbers_);
    return whole ? memory.view() : Matrix<Real>{};
  }
  /// Where this member of the team has its blocks: row b of it is block b.
  Matrix<Real> of(int member) const {
    if (is_whole_) return whole_.view();
    return {passing_.view().row(member), 0, passing_.view().columns};
  }

 private:
  Index examples_ = 0, numbers_ = 0, members_ = 1;
  bool is_whole_ = true;
  LaneMatrix<Real> whole_, passing_;
};

/// Let a team share out the blocks of so many examples: `job(block, member)`.
template <class Real, class Job>
void share_blocks(Team* team, Index examples, const Job& job) {
  share(team, blocks_of<Real>(examples), [&](Index from, Index to, int member) {
    for (Index block = from; block < to; ++block) job(block, member);
  });
}

/// The same by whole bunches, whose blocks one thread has in their order.
template <class Job>
void share_bunches(Team* team, const Bunches& bunches, const Job& job) {
  share(team, bunches.count(), [&](Index from, Index to, int member) {
    for (Index block = bunches.begin(from); block < bunches.end(to - 1); ++block) job(block, member);
  });
}

/// Let a team share out the parts of all blocks, `parts` of each: `job(block, from, to, member)`.
template <class Job>
void share_parts(Team* team, Index blocks, Index parts, const Job& job) {
  share(team, blocks * parts, [&](Index from, Index to, int member) {
    while (from < to) {
      const Index block = from / parts, first = from % parts;
      const Index last = std::min(parts, first + to - from);
      job(block, first, last, member);
      from += last - first;
    }
  });
}

/// A layer that can be asked for one block after the other. Its `forward` and `backward` are for where it
/// is alone, or blocks are too few for all threads.
template <class Real>
class Blockwise : public Layer<Real> {
 public:
  using Layer<Real>::Layer;

  Blockwise* blockwise() override { return this; }
  Arrangement takes() const override { return Arrangement::lanes; }

  /// Get ready for a batch of which nothing need be there yet; return where y will lie.
  virtual Matrix<Real> begin_forward(Matrix<Real> x, Pass<Real>& pass) = 0;
  virtual void forward_block(Index block) = 0;

  /// Get ready and return where ∂L/∂x will lie, if `is_whole` says that all of it is to be kept; the
  /// same is then true of dy where ∂L/∂x takes its place.
  virtual Matrix<Real> begin_backward(Matrix<Real> dy, Pass<Real>& pass, bool is_whole) = 0;
  /// Whether ∂L/∂x takes the place of ∂L/∂y.
  virtual bool overwrites() const { return false; }
  /// Take ∂L/∂y of a block (row `block` of dy, which may be overwritten) and give ∂L/∂x likewise. One
  /// thread has all blocks of a bunch, in their order.
  virtual Matrix<Real> backward_block(Index block, Matrix<Real> dy, int member) = 0;
  /// Add up what the bunches found, when they are all through.
  virtual void end_backward(Pass<Real>&) {}

  Matrix<Real> forward(Matrix<Real> x, Pass<Real>& pass) override {
    const auto y = begin_forward(x, pass);
    share_blocks<Real>(pass.team, pass.rows, [&](Index block, int) { forward_block(block); });
    return y;
  }

  Matrix<Real> backward(Matrix<Real> dy, Pass<Real>& pass) override {
    const auto dx = begin_backward(dy, pass, true);
    share_bunches(pass.team, Bunches(blocks_of<Real>(pass.rows)),
                  [&](Index block, int member) { backward_block(block, dy, member); });
    end_backward(pass);
    return dx;
  }
};

/// Whether a batch has blocks enough to keep all threads at work.
template <class Real>
bool has_blocks_enough(const Pass<Real>& pass) {
  const Index bunches = Bunches(blocks_of<Real>(pass.rows)).count();
  const Index members = pass.team ? pass.team->size() : 1;
  return bunches % members == 0 || bunches >= 2 * members;
}

/// Pass a batch through layers `from` to `to`; `ready(n)` is called before layer n has it.
template <class Real, class Ready>
Matrix<Real> forward_through(const Layers<Real>& layers, std::size_t from, std::size_t to, Matrix<Real> x,
                             Pass<Real>& pass, Ready ready) {
  const bool by_blocks = has_blocks_enough(pass);
  for (std::size_t n = from; n < to;) {
    std::size_t end = n;
    while (by_blocks && end < to && layers[end]->blockwise()) ++end;
    if (end == n) {
      ready(n);
      x = layers[n++]->forward(x, pass);
      continue;
    }
    for (std::size_t m = n; m < end; ++m) {
      ready(m);
      x = layers[m]->blockwise()->begin_forward(x, pass);
    }
    share_blocks<Real>(pass.team, pass.rows, [&](Index block, int) {
      for (std::size_t m = n; m < end; ++m) layers[m]->blockwise()->forward_block(block);
    });
    n = end;
  }
  return x;
}

/// Pass ∂L/∂y back through layers `to` − 1 to `from`; `then(n)` is called when layer n has done with it.
template <class Real, class Then>
Matrix<Real> backward_through(const Layers<Real>& layers, std::size_t from, std::size_t to, Matrix<Real> d,
                              Pass<Real>& pass, Then then) {
  const bool by_blocks = has_blocks_enough(pass);
  const Bunches bunches(blocks_of<Real>(pass.rows));
  for (std::size_t n = to; n > from;) {
    std::size_t begin = n;
    while (by_blocks && begin > from && layers[begin - 1]->blockwise()) --begin;
    if (begin == n) {
      d = layers[--n]->backward(d, pass);
      then(n);
      continue;
    }
    // What the first of them gives is kept for the layer before, and so is what lies in its place.
    std::size_t kept = begin;
    while (kept + 1 < n && layers[kept]->blockwise()->overwrites()) ++kept;
    Matrix<Real> at = d;
    for (std::size_t m = n; m-- > begin;)
      at = layers[m]->blockwise()->begin_backward(at, pass, m <= kept);
    share_bunches(pass.team, bunches, [&](Index block, int member) {
      auto here = d;
      for (std::size_t m = n; m-- > begin;)
        here = layers[m]->blockwise()->backward_block(block, here, member);
    });
    d = at;
    while (n > begin) {
      layers[--n]->blockwise()->end_backward(pass);
      then(n);
    }
  }
  return d;
}

}  // namespace axone
