/* The matrix product inside every convolution, by register tiles of up to ROWS × PANEL. */
#ifndef ULS_MATRIX_H
#define ULS_MATRIX_H

#include "vectors.h"

/* out[row][PANEL] = sum over k of in[row][k] × filters[k][PANEL], added to what was there if `more`.
 *
 * depth: how many k, a multiple of VL.
 * in: (depth / VL, in_stride, VL), of which `rows` rows are used.
 * filters: (depth, PANEL).
 * out: (2, out_stride, VL). */
void multiply(int rows, int depth, const float *in, long in_stride, const float *filters,
              float *out, long out_stride, int more);

#endif
