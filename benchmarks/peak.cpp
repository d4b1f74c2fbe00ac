// What the hardware can do: the rate of fused multiply-adds in float32, and the time that Adam's
// traffic takes (weights and both moments read and written) for given numbers of parameters.
//
//   peak THREADS PARAMETERS...
//
// prints a line "flops_per_second F" and a line "update N SECONDS" for every number of parameters.
// Each figure is the best of several repetitions, because a limit is what is never passed.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "timing.hpp"

namespace {

using timing::now;

#if defined(__AVX512F__)
constexpr int width = 16;
#elif defined(__AVX__)
constexpr int width = 8;
#else
constexpr int width = 4;
#endif
typedef float Vector __attribute__((vector_size(width * sizeof(float))));

constexpr int repetitions = 9;
// More sums in flight than any core's latency times its multiply-add units, fewer than registers.
constexpr int sums = 12;

// Run work(thread) on every thread at once and return the seconds until the last has ended.
template <class Work> double seconds(int threads, Work work) {
    const double start = now();
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
    work(0);
    for (std::thread& other : others) other.join();
    return now() - start;
}

template <class Work> double best_seconds(int threads, Work work) {
    double best = seconds(threads, work);
    for (int i = 1; i < repetitions; ++i) best = std::min(best, seconds(threads, work));
    return best;
}

float multiply_add(long loops, float factor) {
    const Vector x = Vector{} + factor, y = Vector{} + 0.5f;
    Vector sum[sums];
    for (int i = 0; i < sums; ++i) sum[i] = Vector{} + float(i);
    for (long loop = 0; loop < loops; ++loop) {
#pragma GCC unroll 16
        for (int i = 0; i < sums; ++i) sum[i] = sum[i] * x + y;
    }
    Vector total = sum[0];
    for (int i = 1; i < sums; ++i) total += sum[i];
    return total[0];
}

double flops_per_second(int threads) {
    constexpr long loops = 4'000'000;
    volatile float factor = 0.999f;
    std::vector<float> results(threads);
    const double best =
        best_seconds(threads, [&](int thread) { results[thread] = multiply_add(loops, factor); });
    volatile float kept = results[0];
    (void)kept;
    return 2.0 * width * sums * loops * threads / best;
}

void touch(Vector* weight, Vector* first, Vector* second, long vectors) {
    for (long i = 0; i < vectors; ++i) {
        weight[i] += 1.0f;
        first[i] += 1.0f;
        second[i] += 1.0f;
    }
    asm volatile("" ::: "memory");  // every pass must reach memory
}

double update_seconds(int threads, long parameters) {
    const long vectors = std::max(1L, parameters / (long(width) * threads));
    const long passes = std::max(1L, 20'000'000 / std::max(parameters, 1L));
    std::vector<void*> memory(threads);
    for (void*& block : memory) {
        block = std::aligned_alloc(64, (3 * vectors * sizeof(Vector) + 63) / 64 * 64);
        if (!block) std::exit(1);
        std::fill_n(static_cast<float*>(block), 3 * vectors * width, 0.0f);
    }
    const double best = best_seconds(threads, [&](int thread) {
        Vector* weight = static_cast<Vector*>(memory[thread]);
        for (long pass = 0; pass < passes; ++pass)
            touch(weight, weight + vectors, weight + 2 * vectors, vectors);
    });
    for (void* block : memory) std::free(block);
    return best / passes;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) return 2;
    const int threads = std::max(1, std::atoi(arguments[1]));
    std::printf("flops_per_second %.6e\n", flops_per_second(threads));
    for (int i = 2; i < count; ++i) {
        const long parameters = std::atol(arguments[i]);
        std::printf("update %ld %.6e\n", parameters, update_seconds(threads, parameters));
    }
}
