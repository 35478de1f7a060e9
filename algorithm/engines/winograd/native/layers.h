/* What Python calls. Every function returns 0, or 1 where there was no memory (nothing then counts).
 * Feature maps are laid out as vectors.h says; all pointers are aligned to VL floats, but those to
 * planar maps. Where a map has fewer channels than its blocks, the rest are zeros, as filters, bias,
 * scale and shift are there. */
#ifndef ULS_LAYERS_H
#define ULS_LAYERS_H

#include "team.h"
#include "vectors.h"

/* A convolution of zero-padded inputs, one source after the other along the channels. */
typedef struct {
    const Source *sources;
    int source_count;
    int blocks;           /* of all sources */
    int size[3];          /* of the input */
    int out_size[3];
    int out_blocks;       /* even */
    int kernel[3], stride[3], pad[3];
    const float *filters; /* winograd: (out_blocks, blocks × VL, 27, VL);
                             convolve: (out_blocks / 2, taps, blocks × VL, PANEL) */
    const float *bias;    /* (out_blocks × VL) */
    float *out;
    double *mean;         /* (out_blocks × VL), of the output; or 0 */
    double *variance;
} Convolution;

/* 3 × 3 × 3, stride 1, pad 1: by tiles of 4 × 4 × 4 voxels, with 8 times fewer multiplications. */
int winograd(Team *team, const Convolution *layer);

/* Any kernel, stride and pad. */
int convolve(Team *team, const Convolution *layer);

/* From planar (channels, z, y, x), not activated. The rows of filters are (channel, tap), filled up
 * with zeros to a multiple of VL: (out_blocks / 2, rows, PANEL). */
int convolve_planar(Team *team, const Convolution *layer, const float *planar, int channels);

/* To planar (classes, z, y, x). */
int convolve_to_planar(Team *team, const Convolution *layer, int classes);

/* A transposed convolution whose kernel is its stride, so that outputs do not overlap.
 * Filters: (taps, out_blocks / 2, blocks × VL, PANEL). */
int transpose_convolve(Team *team, const Convolution *layer);

/* The sum of two maps; it may lie where one of them lies. */
int add(Team *team, const Source *first, const Source *second, float *out, long voxels);

/* Averages over boxes that do not overlap. */
int average_pool(Team *team, const Source *source, const int size[3], const int box[3], float *out);

/* Channels of a vector, so that Python can lay out what it passes. */
int vector_length(void);

#endif
