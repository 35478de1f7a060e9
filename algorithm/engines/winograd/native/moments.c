#include "moments.h"

#include <stdlib.h>

int moments_open(Moments *moments, long items, int channels) {
    moments->items = items;
    moments->channels = channels;
    moments->mean = aligned_alloc(VL * sizeof(float), items * channels * sizeof(float));
    moments->squares = aligned_alloc(VL * sizeof(float), items * channels * sizeof(float));
    moments->count = calloc(items, sizeof(long));
    return moments->mean && moments->squares && moments->count;
}

void moments_keep(Moments *moments, long item, int block, const Sums *sums) {
    vf mean = sums->sum / splat((float)sums->count);
    long at = item * moments->channels + block * VL;
    *(vf *)(moments->mean + at) = sums->pivot + mean;
    *(vf *)(moments->squares + at) = sums->squares - sums->sum * mean;
    if (block == 0) moments->count[item] = sums->count; /* once, as blocks may have threads each */
}

void moments_join(const Moments *moments, double *mean, double *variance) {
    int channels = moments->channels;
    double voxels = 0;
    for (int c = 0; c < channels; c++) mean[c] = variance[c] = 0;
    for (long item = 0; item < moments->items; item++) {
        double count = moments->count[item];
        voxels += count;
        for (int c = 0; c < channels; c++) {
            double off = moments->mean[item * channels + c] - mean[c];
            mean[c] += off * count / voxels;
            variance[c] += moments->squares[item * channels + c] +
                           off * off * count * (voxels - count) / voxels;
        }
    }
    for (int c = 0; c < channels; c++)
        variance[c] = variance[c] < 0 ? 0 : variance[c] / voxels;
}

void moments_close(Moments *moments) {
    free(moments->mean);
    free(moments->squares);
    free(moments->count);
}
