/* Vectors of channels. A feature map is blocks of VL channels, (blocks, z, y, x, VL), float32, so
 * that one voxel's VL channels are one vector; sizes are (z, y, x) throughout. */
#ifndef ULS_VECTORS_H
#define ULS_VECTORS_H

#include <immintrin.h>

#ifdef __AVX512F__
#define VL 16   /* channels of a vector */
#define ROWS 14 /* rows of the matrix product's register tile: 2 × 14 sums, of 32 registers */
#else
#define VL 8
#define ROWS 6 /* 2 × 6 sums, of 16 registers */
#endif

#define PANEL (2 * VL) /* output channels that are computed together */

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((vector_size(VL * 4)));

#if VL == 16
INLINE vf splat(float value) { return (vf)_mm512_set1_ps(value); }
INLINE vf larger(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
#else
INLINE vf splat(float value) { return (vf)_mm256_set1_ps(value); }
INLINE vf larger(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
#endif

/* Write past the caches, as a map is read again only when the next layer comes to it. Before another
 * thread may read it, `finish_streaming`. */
INLINE void stream(vf *to, vf value) {
#if VL == 16
    _mm512_stream_ps((float *)to, (__m512)value);
#else
    _mm256_stream_ps((float *)to, (__m256)value);
#endif
}

INLINE void finish_streaming(void) { _mm_sfence(); }

/* A feature map as a layer reads it: value × scale + shift per channel, then a leaky ReLU. With
 * slope 1 there is no ReLU, with 0 a plain one. */
typedef struct {
    const float *data;  /* (blocks, z, y, x, VL) */
    const float *scale; /* (blocks × VL) */
    const float *shift; /* (blocks × VL) */
    float slope;        /* 0 to 1 */
    int blocks;
} Source;

typedef struct {
    vf scale, shift, slope;
} Activation;

INLINE Activation activation_of(const Source *source, int block) {
    return (Activation){*(const vf *)(source->scale + block * VL),
                        *(const vf *)(source->shift + block * VL), splat(source->slope)};
}

INLINE vf activate(vf value, const Activation *how) {
    vf affine = value * how->scale + how->shift;
    return larger(affine, affine * how->slope);
}

#endif
