/* Calls every layer with random sizes, blocks, strides and teams, and compares some of what it writes
 * with plain loops: for the sanitizers, which see what the Python tests cannot (see sanitize.sh).
 * Every buffer is exactly as large as layers.h says, so that one float too far is noticed.
 *
 *   fuzz SEED ROUNDS        prints the round that fails, and exits with 1 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers.h"

#define CHECKED 40 /* output values per round that are computed anew */

static unsigned long long state;

static unsigned below(unsigned limit) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(state >> 33) % limit;
}

static int between(int least, int most) { return least + (int)below(most - least + 1); }

static float noise(void) { return (float)below(2001) / 1000 - 1; }

static float *floats(long count) {
    float *made = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    if (!made) abort();
    for (long at = 0; at < count; at++) made[at] = noise();
    return made;
}

/* What a layer's call needs, all of it freed by `forget`. */
typedef struct {
    Source sources[2];
    Convolution layer;
    float *planar;
    int channels, classes; /* of a planar input or output; else 0 */
    long voxels, out_voxels;
} Call;

static long volume(const int size[3]) { return (long)size[0] * size[1] * size[2]; }

static void make_sources(Call *call, int count) {
    call->layer.sources = call->sources;
    call->layer.source_count = count;
    call->layer.blocks = 0;
    for (int at = 0; at < count; at++) {
        int blocks = 2 * between(1, 2);
        call->sources[at] = (Source){.data = floats(blocks * call->voxels * VL),
                                     .scale = floats(blocks * VL),
                                     .shift = floats(blocks * VL),
                                     .slope = (float)below(3) / 2,
                                     .blocks = blocks};
        call->layer.blocks += blocks;
    }
}

static void finish(Call *call, long filters, int wants_moments) {
    Convolution *layer = &call->layer;
    int outputs = layer->out_blocks * VL;
    layer->filters = floats(filters);
    layer->bias = floats(outputs);
    layer->out = floats((call->classes ? call->classes : outputs) * call->out_voxels);
    layer->mean = wants_moments ? malloc(outputs * sizeof(double)) : 0;
    layer->variance = wants_moments ? malloc(outputs * sizeof(double)) : 0;
}

static void forget(Call *call) {
    for (int at = 0; at < call->layer.source_count; at++) {
        free((void *)call->sources[at].data);
        free((void *)call->sources[at].scale);
        free((void *)call->sources[at].shift);
    }
    free(call->planar);
    free((void *)call->layer.filters);
    free((void *)call->layer.bias);
    free(call->layer.out);
    free(call->layer.mean);
    free(call->layer.variance);
}

/* Input channel at a voxel, activated; 0 beyond the map. */
static double seen(const Call *call, int channel, int z, int y, int x) {
    const int *size = call->layer.size;
    if (z < 0 || y < 0 || x < 0 || z >= size[0] || y >= size[1] || x >= size[2]) return 0;
    long voxel = ((long)z * size[1] + y) * size[2] + x;
    if (call->planar) return call->planar[channel * call->voxels + voxel];
    const Source *source = call->sources;
    while (channel >= source->blocks * VL) channel -= source++->blocks * VL;
    long at = (channel / VL * call->voxels + voxel) * VL + channel % VL;
    double value = source->data[at] * source->scale[channel] + source->shift[channel];
    return value > 0 ? value : value * source->slope;
}

typedef enum { WINOGRAD, DIRECT, PLANAR_IN, PLANAR_OUT, TRANSPOSED, KINDS } Kind;

static double filter(const Call *call, Kind kind, int out, int channel, int tap) {
    const Convolution *layer = &call->layer;
    long channels = layer->blocks * VL, panel = out / PANEL;
    long taps = volume(layer->kernel), panels = layer->out_blocks / 2;
    if (kind == WINOGRAD)
        return layer->filters[((out / VL * channels + channel) * 27 + tap) * VL + out % VL];
    if (kind == PLANAR_IN) {
        long rows = (call->channels * taps + VL - 1) / VL * VL;
        return layer->filters[(panel * rows + channel * taps + tap) * PANEL + out % PANEL];
    }
    if (kind == TRANSPOSED)
        return layer->filters[((tap * panels + panel) * channels + channel) * PANEL + out % PANEL];
    return layer->filters[((panel * taps + tap) * channels + channel) * PANEL + out % PANEL];
}

static double expected(const Call *call, Kind kind, int out, const int at[3]) {
    const Convolution *layer = &call->layer;
    const int *kernel = layer->kernel, *stride = layer->stride, *pad = layer->pad;
    int channels = kind == PLANAR_IN ? call->channels : layer->blocks * VL;
    double sum = layer->bias[out];
    for (int z = 0; z < kernel[0]; z++)
        for (int y = 0; y < kernel[1]; y++)
            for (int x = 0; x < kernel[2]; x++) {
                int tap = (z * kernel[1] + y) * kernel[2] + x;
                int is_of_box = at[0] % kernel[0] == z && at[1] % kernel[1] == y &&
                                at[2] % kernel[2] == x;
                if (kind == TRANSPOSED && !is_of_box) continue;
                for (int c = 0; c < channels; c++)
                    sum += filter(call, kind, out, c, tap) *
                           (kind == TRANSPOSED
                                ? seen(call, c, at[0] / kernel[0], at[1] / kernel[1],
                                       at[2] / kernel[2])
                                : seen(call, c, at[0] * stride[0] - pad[0] + z,
                                       at[1] * stride[1] - pad[1] + y,
                                       at[2] * stride[2] - pad[2] + x));
            }
    return sum;
}

static int is_close(double value, double wanted, double scale) {
    return fabs(value - wanted) <= 2e-4 * (scale + fabs(wanted));
}

static int outputs_hold(const Call *call, Kind kind) {
    const Convolution *layer = &call->layer;
    int outputs = call->classes ? call->classes : layer->out_blocks * VL;
    for (int check = 0; check < CHECKED; check++) {
        int out = between(0, outputs - 1), at[3];
        for (int axis = 0; axis < 3; axis++) at[axis] = between(0, layer->out_size[axis] - 1);
        long voxel = ((long)at[0] * layer->out_size[1] + at[1]) * layer->out_size[2] + at[2];
        double value = call->classes ? layer->out[out * call->out_voxels + voxel]
                                     : layer->out[(out / VL * call->out_voxels + voxel) * VL + out % VL];
        if (!is_close(value, expected(call, kind, out, at), 30)) return 0;
    }
    return 1;
}

static int moments_hold(const Call *call) {
    const Convolution *layer = &call->layer;
    if (!layer->mean) return 1;
    int out = between(0, layer->out_blocks * VL - 1);
    double sum = 0, squares = 0;
    for (long voxel = 0; voxel < call->out_voxels; voxel++)
        sum += layer->out[(out / VL * call->out_voxels + voxel) * VL + out % VL];
    sum /= call->out_voxels;
    for (long voxel = 0; voxel < call->out_voxels; voxel++) {
        double off = layer->out[(out / VL * call->out_voxels + voxel) * VL + out % VL] - sum;
        squares += off * off / call->out_voxels;
    }
    return is_close(layer->mean[out], sum, 1) && is_close(layer->variance[out], squares, 1);
}

static void choose_geometry(Call *call, Kind kind) {
    Convolution *layer = &call->layer;
    for (int axis = 0; axis < 3; axis++) {
        layer->size[axis] = between(1, kind == WINOGRAD ? 21 : 9);
        layer->kernel[axis] = kind == WINOGRAD ? 3 : between(1, 3);
        layer->stride[axis] = kind == WINOGRAD ? 1 : between(1, 2);
        layer->pad[axis] = kind == WINOGRAD ? 1 : layer->kernel[axis] / 2;
        int reach = layer->size[axis] + 2 * layer->pad[axis] - layer->kernel[axis];
        if (reach < 0) layer->size[axis] -= reach, reach = 0;
        layer->out_size[axis] = reach / layer->stride[axis] + 1;
        if (kind == TRANSPOSED) layer->out_size[axis] = layer->size[axis] * layer->kernel[axis];
    }
    call->voxels = volume(layer->size);
    call->out_voxels = volume(layer->out_size);
    layer->out_blocks = 2 * between(1, 2);
}

static int layer_holds(Team *team, Kind kind) {
    Call call = {};
    choose_geometry(&call, kind);
    Convolution *layer = &call.layer;
    long taps = volume(layer->kernel), outputs = layer->out_blocks * VL, inputs;
    if (kind == PLANAR_IN) {
        call.channels = between(1, 9);
        call.planar = floats(call.channels * call.voxels);
        inputs = (call.channels * taps + VL - 1) / VL * VL;
    } else {
        make_sources(&call, between(1, 2));
        inputs = layer->blocks * VL * taps;
    }
    if (kind == PLANAR_OUT) call.classes = between(1, 3);
    finish(&call, inputs * outputs, kind != TRANSPOSED && kind != PLANAR_OUT && below(2));
    int failed = kind == WINOGRAD     ? winograd(team, layer)
                 : kind == DIRECT     ? convolve(team, layer)
                 : kind == PLANAR_IN  ? convolve_planar(team, layer, call.planar, call.channels)
                 : kind == PLANAR_OUT ? convolve_to_planar(team, layer, call.classes)
                                      : transpose_convolve(team, layer);
    int holds = !failed && outputs_hold(&call, kind) && moments_hold(&call);
    forget(&call);
    return holds;
}

/* Sums, in place as well, and averages. */
static int pointwise_holds(Team *team) {
    Call call = {.layer = {.out_blocks = 2}};
    int box[3], size[3];
    for (int axis = 0; axis < 3; axis++) {
        box[axis] = between(1, 2);
        call.layer.size[axis] = size[axis] = box[axis] * between(1, 12);
    }
    call.voxels = volume(size);
    call.out_voxels = call.voxels / volume(box);
    make_sources(&call, 2);
    Source *one = &call.sources[0], *other = &call.sources[1];
    int both = one->blocks < other->blocks ? one->blocks : other->blocks;
    one->blocks = other->blocks = both;
    long at = (long)between(0, both - 1) * call.voxels * VL + (long)below(call.voxels) * VL;
    int voxel = (int)(at / VL % call.voxels), channel = (int)(at / VL / call.voxels) * VL;
    int z = voxel / size[2] / size[1], y = voxel / size[2] % size[1], x = voxel % size[2];
    float *pooled = floats(both * call.out_voxels * VL);
    double average = 0;
    int corner[3] = {z / box[0] * box[0], y / box[1] * box[1], x / box[2] * box[2]};
    for (int tap = 0; tap < volume(box); tap++)
        average += seen(&call, channel, corner[0] + tap / box[2] / box[1],
                        corner[1] + tap / box[2] % box[1], corner[2] + tap % box[2]) /
                   volume(box);
    int failed = average_pool(team, one, size, box, pooled);
    long place = ((long)(z / box[0]) * (size[1] / box[1]) + y / box[1]) * (size[2] / box[2]) +
                 x / box[2];
    int holds = is_close(pooled[(channel / VL * call.out_voxels + place) * VL], average, 1);
    double sum = seen(&call, channel, z, y, x) +
                 seen(&call, call.sources[0].blocks * VL + channel, z, y, x);
    failed |= add(team, one, other, (float *)one->data, call.voxels);
    holds = holds && is_close(one->data[at], sum, 1) && !failed;
    free(pooled);
    forget(&call);
    return holds;
}

int main(int count, char **arguments) {
    unsigned long long seed = count > 1 ? strtoull(arguments[1], 0, 10) : 1;
    int rounds = count > 2 ? atoi(arguments[2]) : 100;
    for (int round = 0; round < rounds; round++) {
        state = seed * 1000003 + round;
        Kind kind = below(KINDS + 1);
        Team *team = team_open(between(1, 4));
        if (!team) return fprintf(stderr, "no team\n"), 1;
        int holds = kind == KINDS ? pointwise_holds(team) : layer_holds(team, kind);
        if (holds && kind == WINOGRAD) holds = layer_holds(team, DIRECT); /* memory used again */
        team_close(team);
        if (!holds) return fprintf(stderr, "seed %llu, round %d, kind %d\n", seed, round, kind), 1;
    }
    printf("%d rounds of seed %llu hold\n", rounds, seed);
    return 0;
}
