/* Mean and variance of each output channel, in an order that does not depend on the threads.
 *
 * Each item of work sums over its own voxels in float32, less a value that is among them, so that
 * little is lost where the mean is large; the items' moments are joined in double precision
 * (Chan, Golub and LeVeque 1983). */
#ifndef ULS_MOMENTS_H
#define ULS_MOMENTS_H

#include "vectors.h"

typedef struct {
    vf pivot, sum, squares;
    long count; /* voxels so far */
} Sums;

INLINE void count_voxel(Sums *sums, vf value) {
    vf off = value - sums->pivot;
    sums->sum += off;
    sums->squares += off * off;
}

typedef struct {
    long items;
    int channels;
    float *mean;    /* (items, channels) */
    float *squares; /* (items, channels): of what is left when the mean is taken away */
    long *count;    /* (items) */
} Moments;

/* Returns 0 where there is no memory. */
int moments_open(Moments *moments, long items, int channels);

void moments_keep(Moments *moments, long item, int block, const Sums *sums);

void moments_join(const Moments *moments, double *mean, double *variance);

void moments_close(Moments *moments);

#endif
