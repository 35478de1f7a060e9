#include "matrix.h"

#define AHEAD (24 * PANEL) /* floats from what is multiplied to what is fetched meanwhile */
#define UNROLL _Pragma("GCC unroll 16")

/* Of a fixed number of rows, as the sums have to stay in registers. */
#define DEFINE(rows)                                                                               \
    static void multiply_##rows(int depth, const float *restrict in, long in_stride,               \
                                const float *restrict filters, float *restrict out,                \
                                long out_stride, int more) {                                       \
        vf first[rows], second[rows];                                                              \
        UNROLL for (int row = 0; row < rows; row++) {                                              \
            first[row] = more ? *(vf *)(out + row * VL) : (vf){};                                  \
            second[row] = more ? *(vf *)(out + (out_stride + row) * VL) : (vf){};                  \
        }                                                                                          \
        for (int block = 0; block < depth; block += VL, in += in_stride * VL)                      \
            for (int k = 0; k < VL; k++, filters += PANEL) {                                       \
                __builtin_prefetch(filters + AHEAD);                                               \
                __builtin_prefetch(filters + AHEAD + VL);                                          \
                vf left = *(const vf *)filters, right = *(const vf *)(filters + VL);               \
                UNROLL for (int row = 0; row < rows; row++) {                                      \
                    vf value = splat(in[row * VL + k]);                                            \
                    first[row] += value * left;                                                    \
                    second[row] += value * right;                                                  \
                }                                                                                  \
            }                                                                                      \
        UNROLL for (int row = 0; row < rows; row++) {                                              \
            *(vf *)(out + row * VL) = first[row];                                                  \
            *(vf *)(out + (out_stride + row) * VL) = second[row];                                  \
        }                                                                                          \
    }

DEFINE(1)
DEFINE(2)
DEFINE(3)
DEFINE(4)
DEFINE(5)
DEFINE(6)
#if ROWS > 6
DEFINE(7)
DEFINE(8)
DEFINE(9)
DEFINE(10)
DEFINE(11)
DEFINE(12)
DEFINE(13)
DEFINE(14)
#endif

typedef void (*Product)(int, const float *, long, const float *, float *, long, int);

static const Product products[ROWS + 1] = {
    0,          multiply_1, multiply_2, multiply_3, multiply_4, multiply_5, multiply_6,
#if ROWS > 6
    multiply_7, multiply_8, multiply_9, multiply_10, multiply_11, multiply_12, multiply_13,
    multiply_14,
#endif
};

void multiply(int rows, int depth, const float *in, long in_stride, const float *filters,
              float *out, long out_stride, int more) {
    for (int row = 0; row < rows; row += ROWS) {
        int left = rows - row < ROWS ? rows - row : ROWS;
        products[left](depth, in + row * VL, in_stride, filters, out + row * VL, out_stride, more);
    }
}
