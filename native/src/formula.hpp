// Formulas as activations: straight-line programs that Python made of them, whose every instruction
// goes over a block of cells. The registers of a program lie side by side and stay in the first-level
// cache, so that going from one instruction to the next costs a call, not a way to memory.
#pragma once

#include <string>
#include <vector>

#include "functions.hpp"
#include "memory.hpp"
#include "settings.hpp"
#include "tables.hpp"

namespace axone {

/// What an instruction reads: a register, or the vector of a constant, again and again.
template <class Real>
struct Operand {
  const Real* data = nullptr;
  Index step = 0;  // from one vector to the next: none for a constant
};

/// An operation on whole vectors: how many operands it has, and its loop over a block.
template <class Real>
struct Operation {
  int operands;
  void (*run)(Real* to, const Operand<Real>* x, Index count);
};

/// Apply f to every vector of a block. `to` may be one of the operands.
template <class Real, int N, class Function>
AXONE_INLINE void over_block(Real* to, const Operand<Real>* x, Index count, Function f) {
  using V = Vector<Real>;
  const Real* at[N];
  Index step[N];
  AXONE_UNROLL for (int n = 0; n < N; ++n) {
    at[n] = x[n].data;
    step[n] = x[n].step;
  }
  for (Index c = 0; c < count; c += kLanes<Real>) {
    V given[N];
    AXONE_UNROLL for (int n = 0; n < N; ++n) {
      given[n] = load<V>(at[n]);
      at[n] += step[n];
    }
    if constexpr (N == 1) {
      store(to + c, f(given[0]));
    } else if constexpr (N == 2) {
      store(to + c, f(given[0], given[1]));
    } else if constexpr (N == 3) {
      store(to + c, f(given[0], given[1], given[2]));
    } else {
      store(to + c, f(given[0], given[1], given[2], given[3]));
    }
  }
}

/// The operation that a function of N vectors is, which holds nothing.
template <class Real, int N, class Function>
constexpr Operation<Real> operation(Function) {
  return {N, [](Real* to, const Operand<Real>* x, Index count) {
            over_block<Real, N>(to, x, count, Function{});
          }};
}

#define AXONE_VECTORS __attribute__((always_inline))

/// The instructions, by the names that `axone.formula.program` gives them.
template <class Real>
inline constexpr Named<Operation<Real>> kOperations[] = {
    {"add", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return x + y; })},
    {"subtract", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return x - y; })},
    {"multiply", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return x * y; })},
    {"divide", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return x / y; })},
    {"multiply_add", operation<Real, 3>([](auto x, auto y, auto w) AXONE_VECTORS { return x * y + w; })},
    {"subtract_product", operation<Real, 3>([](auto x, auto y, auto w) AXONE_VECTORS { return w - x * y; })},
    {"product_subtract", operation<Real, 3>([](auto x, auto y, auto w) AXONE_VECTORS { return x * y - w; })},
    {"select_greater",
     operation<Real, 4>([](auto x, auto y, auto u, auto v) AXONE_VECTORS { return x > y ? u : v; })},
    {"select_not_less",
     operation<Real, 4>([](auto x, auto y, auto u, auto v) AXONE_VECTORS { return x >= y ? u : v; })},
    {"select_equal",
     operation<Real, 4>([](auto x, auto y, auto u, auto v) AXONE_VECTORS { return x == y ? u : v; })},
    // Of what is no number, no number, on either side.
    {"max", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return y == y ? maximum(x, y) : y; })},
    {"min", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return y == y ? minimum(x, y) : y; })},
    {"relu", operation<Real, 1>([](auto x) AXONE_VECTORS { return maximum(x, decltype(x){}); })},
    {"abs", operation<Real, 1>([](auto x) AXONE_VECTORS { return with_sign_of(decltype(x){}, x); })},
    {"sqrt", operation<Real, 1>([](auto x) AXONE_VECTORS { return square_root(x); })},
    {"exp", operation<Real, 1>([](auto x) AXONE_VECTORS { return bounded_exponential(x); })},
    {"expm1", operation<Real, 1>([](auto x) AXONE_VECTORS { return bounded_exponential_minus_one(x); })},
    {"log", operation<Real, 1>([](auto x) AXONE_VECTORS { return logarithm_of(x); })},
    {"log1p", operation<Real, 1>([](auto x) AXONE_VECTORS { return logarithm_of_one_plus(x); })},
    {"tanh", operation<Real, 1>([](auto x) AXONE_VECTORS { return hyperbolic_tangent(x); })},
    {"sigmoid", operation<Real, 1>([](auto x) AXONE_VECTORS { return sigmoid(x); })},
    {"softplus", operation<Real, 1>([](auto x) AXONE_VECTORS { return softplus(x); })},
    {"erf", operation<Real, 1>([](auto x) AXONE_VECTORS { return error_function(x); })},
    {"sin", operation<Real, 1>([](auto x) AXONE_VECTORS { return sine(x); })},
    {"cos", operation<Real, 1>([](auto x) AXONE_VECTORS { return cosine(x); })},
    {"power", operation<Real, 2>([](auto x, auto y) AXONE_VECTORS { return power(x, y); })},
};

#undef AXONE_VECTORS

/// Cells of a matrix that a program takes at a time: some of a row, or several whole rows that lie one
/// behind the other, padding and all.
struct CellBlock {
  Index row, column, rows, cells;
};

/// One program: from z, and perhaps a, to its outputs.
template <class Real>
class Program {
 public:
  static constexpr int kZ = 0, kA = 1, kFirstFree = 2;  // registers
  static constexpr int kMostRegisters = 32, kMostOperands = 4;
  /// Numbers of all registers together: a third or a half of a first-level cache.
  static constexpr Index kScratch = 16 * 1024 / static_cast<Index>(sizeof(Real));

  /// std::invalid_argument where a register is read that was not written, or there is no such operation,
  /// register or constant. `knows_a` says that a is there beside z.
  Program(const Settings& s, bool knows_a) {
    bool written[kMostRegisters] = {true, knows_a};
    for (const auto& constant : s.list("constants")) {
      const Real value = Real(constant.number("value"));
      constants_.insert(constants_.end(), kLanes<Real>, value);
    }
    const Index constants = static_cast<Index>(s.list("constants").size());
    const auto checked = [&](Index at) {
      if (at >= 0 ? at >= kMostRegisters || !written[at] : -1 - at >= constants)
        throw std::invalid_argument("a program reads place " + std::to_string(at) +
                                    ", where nothing was put");
      reads_z_ |= at == kZ;
      return static_cast<std::int32_t>(at);
    };
    for (const auto& described : s.list("instructions")) {
      Instruction instruction;
      const auto& operation = find(kOperations<Real>, described.word("operation"), "operation");
      const auto& operands = described.list("operands");
      if (operands.size() != static_cast<std::size_t>(operation.operands))
        throw std::invalid_argument("the operation '" + described.word("operation") + "' takes " +
                                    std::to_string(operation.operands) + " operands");
      for (std::size_t n = 0; n < operands.size(); ++n)
        instruction.operands[n] = checked(operands[n].whole("at"));
      const Index to = described.whole("to");
      if (to < kFirstFree || to >= kMostRegisters)
        throw std::invalid_argument("a program writes to register " + std::to_string(to));
      written[to] = true;
      registers_ = std::max(registers_, to + 1);
      instruction.to = static_cast<std::int32_t>(to);
      instruction.run = operation.run;
      instruction.count = operation.operands;
      instructions_.push_back(instruction);
    }
    for (const auto& output : s.list("outputs")) outputs_.push_back(checked(output.whole("at")));
    const Index room = kScratch / std::max<Index>(registers_ - kFirstFree, 1);
    block_ = std::min<Index>(room, 512) / kLanes<Real> * kLanes<Real>;
  }

  std::size_t outputs() const { return outputs_.size(); }
  Index constants() const { return static_cast<Index>(constants_.size()) / kLanes<Real>; }
  bool reads_z() const { return reads_z_; }
  /// How many cells a block may have; the registers of z and a are somebody else's memory.
  Index block() const { return block_; }

  void set_constant(Index n, Real value) {
    std::fill_n(constants_.begin() + n * kLanes<Real>, kLanes<Real>, value);
  }

  /// Run over `count` cells, whole vectors of them; `scratch` has room for `kScratch` numbers.
  void run(const Real* z, const Real* a, Index count, Real* scratch) const {
    for (const auto& instruction : instructions_) run(instruction, z, a, count, scratch, nullptr);
  }
  /// The same, and its one output into `to`, which may be z or a.
  void run_into(const Real* z, const Real* a, Index count, Real* scratch, Real* to) const {
    const bool ends_with_it = !instructions_.empty() && instructions_.back().to == outputs_[0];
    const std::size_t before = instructions_.size() - ends_with_it;
    for (std::size_t n = 0; n < before; ++n) run(instructions_[n], z, a, count, scratch, nullptr);
    if (ends_with_it) {
      run(instructions_.back(), z, a, count, scratch, to);
    } else {
      const auto from = output(0, z, a, scratch);
      for (Index c = 0, at = 0; c < count; c += kLanes<Real>, at += from.step)
        store(to + c, load<Vector<Real>>(from.data + at));
    }
  }
  /// Where an output is after `run`.
  Operand<Real> output(std::size_t n, const Real* z, const Real* a, const Real* scratch) const {
    return at(outputs_[n], z, a, scratch);
  }

 private:
  struct Instruction {
    void (*run)(Real*, const Operand<Real>*, Index) = nullptr;
    std::int32_t to = 0, count = 0;
    std::int32_t operands[kMostOperands] = {};
  };

  Operand<Real> at(std::int32_t place, const Real* z, const Real* a, const Real* scratch) const {
    if (place < 0) return {constants_.data() + (-1 - place) * kLanes<Real>, 0};
    const Real* data = place == kZ ? z : place == kA ? a : scratch + (place - kFirstFree) * block_;
    return {data, kLanes<Real>};
  }
  void run(const Instruction& instruction, const Real* z, const Real* a, Index count, Real* scratch,
           Real* to) const {
    Operand<Real> operands[kMostOperands];
    for (int n = 0; n < instruction.count; ++n) operands[n] = at(instruction.operands[n], z, a, scratch);
    instruction.run(to ? to : scratch + (instruction.to - kFirstFree) * block_, operands, count);
  }

  std::vector<Instruction> instructions_;
  std::vector<std::int32_t> outputs_;
  std::vector<Real> constants_;  // a vector each
  Index registers_ = kFirstFree, block_ = 0;
  bool reads_z_ = false;
};

/// σ as a formula says: a = σ(z), δ = ∂L/∂a ⊙ σ′(z), and ∂L/∂p of the constants p that it learns.
template <class Real>
class Formula {
 public:
  /// std::invalid_argument where the programs are not what they must be.
  explicit Formula(const Settings& s)
      : learned_(s.whole("learned")), value_(s.part("value"), false), slope_(s.part("slope"), true),
        by_constants_(s.part("by_constants"), true) {
    if (value_.outputs() != 1 || slope_.outputs() != 1)
      throw std::invalid_argument("the programs of a formula must have one output");
    if (learned_ < 0 || by_constants_.outputs() != static_cast<std::size_t>(learned_))
      throw std::invalid_argument("a formula must have a derivative by each constant that it learns");
    for (const auto* program : {&value_, &slope_, &by_constants_})
      if (program->constants() < learned_)
        throw std::invalid_argument("the programs of a formula must know the constants that it learns");
  }

  /// Whether z must be kept beside a for the backward pass.
  bool needs_input() const { return slope_.reads_z() || by_constants_.reads_z(); }

  void set_constant(Index n, Real value) {
    if (n < learned_)
      for (auto* program : {&value_, &slope_, &by_constants_}) program->set_constant(n, value);
  }

  void forward(Matrix<Real> z, Matrix<Real> a, Index rows) const {
    alignas(kVectorBytes) Real scratch[Program<Real>::kScratch];
    each_piece(rows, a, z.stride == a.stride, value_.block(), [&](const CellBlock& piece) {
      const Real* from = z.row(piece.row) + piece.column;
      value_.run_into(from, nullptr, piece.cells, scratch, a.row(piece.row) + piece.column);
    });
    clear(a, rows, written(a, z.stride == a.stride, rows, value_.block()));
  }

  /// Nothing in what no column is, from the last one to `end`: a formula may have no value at 0, or an
  /// infinite one, and sums over whole vectors would spread it.
  static void clear(Matrix<Real> m, Index rows, Index end) {
    for (Index r = 0; r < rows; ++r)
      for (Index c = m.columns; c < end; ++c) m.row(r)[c] = 0;
  }
  /// Nothing in the lanes of one block behind the first `present` ones.
  static void clear_absent(Matrix<Real> block, Index present) {
    for (Index c = 0; c < block.columns; c += kLanes<Real>)
      for (Index lane = present; lane < kLanes<Real>; ++lane) block.data[c + lane] = 0;
  }

  /// In place in d. Where nothing depends on a cell its slope does not matter, infinite as it may be.
  void backward(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index rows) const {
    using V = Vector<Real>;
    alignas(kVectorBytes) Real scratch[Program<Real>::kScratch];
    const bool alike = z.stride == d.stride && a.stride == d.stride;
    d.columns = a.columns;
    each_piece(rows, d, alike, slope_.block(), [&](const CellBlock& piece) {
      const Real* at_z = z.row(piece.row) + piece.column;
      const Real* at_a = a.row(piece.row) + piece.column;
      Real* at_d = d.row(piece.row) + piece.column;
      slope_.run(at_z, at_a, piece.cells, scratch);
      const auto slope = slope_.output(0, at_z, at_a, scratch);
      for (Index c = 0, at = 0; c < piece.cells; c += kLanes<Real>, at += slope.step)
        store(at_d + c, passed_on(load<V>(at_d + c), load<V>(slope.data + at)));
    });
    clear(d, rows, written(d, alike, rows, slope_.block()));
  }

  /// Σ over rows `from` to `to` of ∂L/∂a · ∂a/∂p, for each p, from ∂L/∂a before it becomes ∂L/∂z.
  void sum_slopes(Matrix<Real> z, Matrix<Real> a, Matrix<Real> d, Index from, Index to, Real* sums) const {
    alignas(kVectorBytes) Real scratch[Program<Real>::kScratch];
    std::fill_n(sums, learned_, Real{0});
    d.columns = a.columns;
    const bool alike = z.stride == d.stride && a.stride == d.stride;
    each_piece(to - from, d, alike, by_constants_.block(), [&](const CellBlock& piece) {
      const Real* at_z = z.row(from + piece.row) + piece.column;
      const Real* at_a = a.row(from + piece.row) + piece.column;
      const Real* at_d = d.row(from + piece.row) + piece.column;
      by_constants_.run(at_z, at_a, piece.cells, scratch);
      for (Index n = 0; n < learned_; ++n)
        sums[n] += sum_of_piece(by_constants_.output(n, at_z, at_a, scratch), at_d, d, piece);
    });
  }

 private:
  template <class V>
  static AXONE_INLINE V passed_on(V d, V slope) { return d == 0 ? V{} : d * slope; }

  /// Rows are padded to whole vectors, but what stands in the padding counts for nothing.
  static Real sum_of_piece(Operand<Real> slope, const Real* at_d, Matrix<Real> d, const CellBlock& piece) {
    using V = Vector<Real>;
    constexpr Index lanes = kLanes<Real>;
    const bool is_part = piece.rows == 1;
    const Index wanted = is_part ? std::min<Index>(piece.cells, d.columns - piece.column) : d.columns;
    V sum{};
    Real rest = 0;
    for (Index r = 0; r < piece.rows; ++r) {
      const Index start = r * d.stride;
      const auto at = [&](Index c) { return slope.data + (start + c) / lanes * slope.step; };
      Index c = 0;
      for (; c + lanes <= wanted; c += lanes)
        sum += passed_on(load<V>(at_d + start + c), load<V>(at(c)));
      if (c == wanted) continue;
      const V last = passed_on(load<V>(at_d + start + c), load<V>(at(c)));
      for (Index i = 0; i < wanted - c; ++i) rest += last[i];
    }
    return sum_of(sum) + rest;
  }

  /// How many rows of a matrix are taken together, padding and all: those that lie one behind the other
  /// in all matrices that are `alike`, with nobody else's columns between them.
  static Index rows_together(Matrix<Real> m, bool alike, Index rows, Index block) {
    const bool alone = alike && rows > 1 && round_up(m.columns, 2 * kLanes<Real>) == m.stride;
    return alone ? std::max<Index>(block / m.stride, 1) : 1;
  }
  /// Where that ends which is written of a row.
  static Index written(Matrix<Real> m, bool alike, Index rows, Index block) {
    return rows_together(m, alike, rows, block) > 1 ? m.stride : round_up(m.columns, kLanes<Real>);
  }

  /// Go through a matrix by pieces of at most `block` cells.
  template <class Body>
  static AXONE_INLINE void each_piece(Index rows, Matrix<Real> m, bool alike, Index block, Body body) {
    const Index width = round_up(m.columns, kLanes<Real>);
    const Index together = rows_together(m, alike, rows, block);
    if (together > 1) {
      for (Index r = 0; r < rows; r += together) {
        const Index here = std::min(together, rows - r);
        body(CellBlock{r, 0, here, (here - 1) * m.stride + width});
      }
      return;
    }
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < width; c += block) body(CellBlock{r, c, 1, std::min(block, width - c)});
  }

  Index learned_;
  Program<Real> value_, slope_, by_constants_;
};

}  // namespace axone
