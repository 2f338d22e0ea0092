// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's body, included by the baseline, the AVX2 and the AVX-512 file. Everything has internal linkage and uses
// no templates of the standard library: a weak symbol compiled for one CPU could be the one the linker keeps for all.
#pragma once

#include "engine/models/product_kernels.h"

namespace learnscope {
namespace {

// A tile of C stays in registers: 6 rows of 4 or 2 vectors leave some for B and one for A.
constexpr int tileRows = 6;
#if defined(__AVX512F__)
constexpr int tileLanes = 16, tileVectors = 4;
#elif defined(__AVX2__)
constexpr int tileLanes = 8, tileVectors = 2;
#else
constexpr int tileLanes = 4, tileVectors = 2;
#endif
constexpr int tileColumns = tileLanes * tileVectors;
static_assert(tileColumns <= productColumns);

typedef float TileLanes __attribute__((vector_size(4 * tileLanes), aligned(4), may_alias));
typedef float FourLanes __attribute__((vector_size(16), aligned(4), may_alias));

inline const TileLanes& lanesAt(const float* p) { return *reinterpret_cast<const TileLanes*>(p); }
inline TileLanes& lanesAt(float* p) { return *reinterpret_cast<TileLanes*>(p); }
inline const FourLanes& fourAt(const float* p) { return *reinterpret_cast<const FourLanes*>(p); }
inline FourLanes& fourAt(float* p) { return *reinterpret_cast<FourLanes*>(p); }

// panel [4 rows, stride] <- the transpose of 4 rows of B's, each of which goes along k.
inline void transposeFour(const float* b, long column, float* panel, long stride) {
  const FourLanes &r0 = fourAt(b), &r1 = fourAt(b + column), &r2 = fourAt(b + 2 * column), &r3 = fourAt(b + 3 * column);
  const FourLanes a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), c = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  const FourLanes d = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), e = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  fourAt(panel) = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  fourAt(panel + stride) = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  fourAt(panel + 2 * stride) = __builtin_shufflevector(d, e, 0, 1, 4, 5);
  fourAt(panel + 3 * stride) = __builtin_shufflevector(d, e, 2, 3, 6, 7);
}

// panel [k, padded] <- `width` columns of B, then zeros.
void fillPanel(const MatrixProduct& of, long column, long width, long padded, float* panel) {
  const float* b = of.b + column * of.bColumn;
  long done = 0;  // columns
  if (of.bColumn == 1) {
    for (; done + tileLanes <= width; done += tileLanes)
      for (long p = 0; p < of.k; ++p) lanesAt(panel + p * padded + done) = lanesAt(b + p * of.bStep + done);
  } else {
    for (; done + 4 <= width; done += 4) {
      const float* rows = b + done * of.bColumn;
      long p = 0;
      for (; p + 4 <= of.k; p += 4) transposeFour(rows + p, of.bColumn, panel + p * padded + done, padded);
      for (; p < of.k; ++p)
        for (long j = 0; j < 4; ++j) panel[p * padded + done + j] = rows[p + j * of.bColumn];
    }
  }
  for (long p = 0; p < of.k; ++p)
    for (long j = done; j < padded; ++j) panel[p * padded + j] = j < width ? b[p * of.bStep + j * of.bColumn] : 0;
}

// A tile's sums [rows, stride], of which `width` columns count, to their place in C.
__attribute__((noinline)) void finishTile(const MatrixProduct& of, const float* sums, long rows, long stride, long row,
                                          long column, long width) {
  for (long r = 0; r < rows; ++r, sums += stride) {
    float* __restrict__ to = of.c + (row + r) * of.n + column;
    if (of.add)
      for (long j = 0; j < width; ++j) to[j] += sums[j];
    else
      for (long j = 0; j < width; ++j) to[j] = sums[j];
    if (of.bias)
      for (long j = 0; j < width; ++j) to[j] += of.bias[column + j];
    if (of.relu)
      for (long j = 0; j < width; ++j) to[j] = to[j] > 0 ? to[j] : 0;
  }
}

template <int Rows, int Vectors, bool RowsTogether>
void productTile(const MatrixProduct& of, const float* panel, long row, long column, long width) {
  const long next = RowsTogether ? 1 : of.aRow, step = RowsTogether ? of.aStep : 1;
  const float* a = of.a + row * of.aRow;
  TileLanes sum[Rows][Vectors] = {};
  for (long p = 0; p < of.k; ++p, a += step, panel += Vectors * tileLanes) {
    TileLanes b[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) b[v] = lanesAt(panel + v * tileLanes);
#pragma GCC unroll 6
    for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[r][v] += b[v] * a[r * next];
  }
  float sums[Rows * Vectors * tileLanes];
#pragma GCC unroll 6
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) lanesAt(sums + (r * Vectors + v) * tileLanes) = sum[r][v];
  finishTile(of, sums, Rows, Vectors * tileLanes, row, column, width);
}

template <int Vectors, bool RowsTogether>
void productRows(const MatrixProduct& of, const float* panel, long column, long width) {
  long row = 0;
  for (; row + tileRows <= of.m; row += tileRows)
    productTile<tileRows, Vectors, RowsTogether>(of, panel, row, column, width);
  const long rest = of.m - row;
  if (rest == 5) productTile<5, Vectors, RowsTogether>(of, panel, row, column, width);
  if (rest == 4) productTile<4, Vectors, RowsTogether>(of, panel, row, column, width);
  if (rest == 3) productTile<3, Vectors, RowsTogether>(of, panel, row, column, width);
  if (rest == 2) productTile<2, Vectors, RowsTogether>(of, panel, row, column, width);
  if (rest == 1) productTile<1, Vectors, RowsTogether>(of, panel, row, column, width);
}

template <int Vectors>
void productPanel(const MatrixProduct& of, long column, long width, float* panel) {
  fillPanel(of, column, width, Vectors * tileLanes, panel);
  if (of.aRow == 1)
    productRows<Vectors, true>(of, panel, column, width);
  else
    productRows<Vectors, false>(of, panel, column, width);
}

void multiplyKernel(const MatrixProduct& of, float* panel) {
  for (long column = 0; column < of.n; column += tileColumns) {
    const long width = of.n - column < tileColumns ? of.n - column : tileColumns;
    const long vectors = (width + tileLanes - 1) / tileLanes;
    if (vectors == 1) productPanel<1>(of, column, width, panel);
    if (vectors == 2) productPanel<2>(of, column, width, panel);
    if constexpr (tileVectors == 4) {
      if (vectors == 3) productPanel<3>(of, column, width, panel);
      if (vectors == 4) productPanel<4>(of, column, width, panel);
    }
  }
}

}  // namespace
}  // namespace learnscope
