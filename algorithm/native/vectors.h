/* Vectors of channels. A feature map is blocks of VL channels, (blocks, z, y, x, VL), float32, so
 * that one voxel's VL channels are one vector; sizes are (z, y, x) throughout. */
#ifndef ULS_VECTORS_H
#define ULS_VECTORS_H

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

INLINE vf splat(float value) {
#if VL == 16
    return (vf){value, value, value, value, value, value, value, value,
                value, value, value, value, value, value, value, value};
#else
    return (vf){value, value, value, value, value, value, value, value};
#endif
}

INLINE vf larger(vf a, vf b) {
#ifdef __clang__
    return __builtin_elementwise_max(a, b);
#else
    typedef int mask __attribute__((vector_size(VL * 4)));
    mask take = a > b;
    return (vf)((take & (mask)a) | (~take & (mask)b));
#endif
}

/* Write past the caches, as a map is read again only when the next layer comes to it. Before another
 * thread may read, `finish_streaming`. */
INLINE void stream(vf *to, vf value) {
#if defined(__clang__)
    __builtin_nontemporal_store(value, to);
#elif VL == 16
    __builtin_ia32_movntps512((float *)to, value);
#else
    __builtin_ia32_movntps256((float *)to, value);
#endif
}

INLINE void finish_streaming(void) { __builtin_ia32_sfence(); }

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
