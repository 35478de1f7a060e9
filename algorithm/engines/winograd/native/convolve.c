/* Convolutions of any kernel and stride, tap by tap: what a tap sees of a batch of output voxels is
 * gathered, and its matrix product added to the sums. */
#include "layers.h"
#include "matrix.h"
#include "moments.h"

typedef struct {
    const Convolution *layer;
    Team *team;
    long voxels; /* of the output */
    int batch;
    Moments moments;
    const float *planar; /* the input, where it is planar */
    int channels;        /* of that */
    int classes;         /* of a planar output; else 0 */
} Task;

typedef struct {
    int z, y, x;
} Voxel;

static Voxel voxel_at(long index, const int size[3]) {
    return (Voxel){(int)(index / size[2] / size[1]), (int)(index / size[2] % size[1]),
                   (int)(index % size[2])};
}

static int taps_of(const Convolution *layer) {
    return layer->kernel[0] * layer->kernel[1] * layer->kernel[2];
}

/* Output voxels that follow each other along x, and what a tap of the filter sees at them. */
typedef struct {
    int row, end;   /* of the batch */
    int seen, last; /* rows from `seen` until `last` see the input, the others lie beyond it */
    long start;     /* voxel that the first of these sees; each further one is a stride on */
} Run;

static int clamp(int value, int least, int most) {
    return value < least ? least : value > most ? most : value;
}

static Run run_from(const Convolution *layer, long first, int row, int count, Voxel tap) {
    const int *size = layer->size, *stride = layer->stride, *pad = layer->pad;
    Voxel out = voxel_at(first + row, layer->out_size);
    int left = layer->out_size[2] - out.x, length = left < count - row ? left : count - row;
    int z = out.z * stride[0] - pad[0] + tap.z, y = out.y * stride[1] - pad[1] + tap.y;
    int x = out.x * stride[2] - pad[2] + tap.x;
    int inside = z >= 0 && z < size[0] && y >= 0 && y < size[1];
    int before = clamp((-x + stride[2] - 1) / stride[2], 0, length);
    int until = clamp((size[2] - x + stride[2] - 1) / stride[2], before, length);
    return (Run){.row = row,
                 .end = row + length,
                 .seen = row + (inside ? before : length),
                 .last = row + (inside ? until : length),
                 .start = ((long)z * size[1] + y) * size[2] + x + (long)before * stride[2]};
}

/* What a tap sees of all sources, from the first row's on: (blocks, batch, VL). */
static void gather(const Task *task, long first, int count, int tap, float *seen) {
    const Convolution *layer = task->layer;
    long voxels = (long)layer->size[0] * layer->size[1] * layer->size[2], step = layer->stride[2];
    Voxel place = voxel_at(tap, layer->kernel);
    for (int row = 0; row < count;) {
        Run run = run_from(layer, first, row, count, place);
        vf *rows = (vf *)seen;
        for (int source = 0; source < layer->source_count; source++)
            for (int block = 0; block < layer->sources[source].blocks; block++) {
                Activation how = activation_of(&layer->sources[source], block);
                const vf *map =
                    (const vf *)layer->sources[source].data + block * voxels + run.start;
                for (int at = run.row; at < run.seen; at++) rows[at] = (vf){};
                for (int at = run.seen; at < run.last; at++, map += step)
                    rows[at] = activate(*map, &how);
                for (int at = run.last; at < run.end; at++) rows[at] = (vf){};
                rows += task->batch;
            }
        row = run.end;
    }
}

/* All taps of all channels at once: rows of filters are (channel, tap), filled up with zeros. */
static void gather_planar(const Task *task, long first, int count, int depth, float *seen) {
    const Convolution *layer = task->layer;
    long voxels = (long)layer->size[0] * layer->size[1] * layer->size[2], step = layer->stride[2];
    int taps = taps_of(layer), used = task->channels * taps;
    for (int k = 0; k < depth; k++) {
        float *column = seen + (long)(k / VL) * task->batch * VL + k % VL;
        Voxel place = voxel_at(k % taps, layer->kernel);
        for (int row = 0; row < count;) {
            Run run = run_from(layer, first, row, count, place);
            if (k >= used) run.seen = run.last = run.end;
            const float *map = task->planar + k / taps * voxels + run.start;
            for (int at = run.row; at < run.seen; at++) column[(long)at * VL] = 0;
            for (int at = run.seen; at < run.last; at++, map += step)
                column[(long)at * VL] = *map;
            for (int at = run.last; at < run.end; at++) column[(long)at * VL] = 0;
            row = run.end;
        }
    }
}

static void multiply_panels(const Task *task, int count, int depth, const float *seen,
                            const float *filters, float *sums, int more) {
    int panels = task->layer->out_blocks / 2;
    long panel_stride = (long)depth * PANEL;
    if (!task->planar) panel_stride *= task->layer->kernel[0] * task->layer->kernel[1];
    for (int panel = 0; panel < panels; panel++)
        multiply(count, depth, seen, task->batch, filters + panel * panel_stride,
                 sums + (long)panel * task->batch * PANEL, task->batch, more);
}

static void write_blocks(Task *task, long item, int count, const float *products) {
    const Convolution *layer = task->layer;
    for (int block = 0; block < layer->out_blocks; block++) {
        const vf *row = (const vf *)products + (long)block * task->batch;
        vf bias = *(const vf *)(layer->bias + block * VL);
        vf *out = (vf *)layer->out + block * task->voxels + item * task->batch;
        Sums sums = {.pivot = row[0] + bias, .count = count};
        for (int voxel = 0; voxel < count; voxel++) {
            vf value = row[voxel] + bias;
            stream(out + voxel, value);
            count_voxel(&sums, value);
        }
        if (layer->mean) moments_keep(&task->moments, item, block, &sums);
    }
}

static void write_planar(const Task *task, long item, int count, const float *products) {
    for (int class = 0; class < task->classes; class++) {
        const float *product = products + (long)(class / VL) * task->batch * VL + class % VL;
        float *out = task->layer->out + class * task->voxels + item * task->batch;
        for (int voxel = 0; voxel < count; voxel++)
            out[voxel] = product[(long)voxel * VL] + task->layer->bias[class];
    }
}

static int convolve_batch(void *argument, long item, int member) {
    Task *task = argument;
    const Convolution *layer = task->layer;
    int taps = taps_of(layer), depth = layer->blocks * VL;
    if (task->planar) depth = (task->channels * taps + VL - 1) / VL * VL;
    int at_once = task->planar ? 1 : layer->kernel[2]; /* taps, a row of them */
    float *seen = team_memory(task->team, member, 0, (long)depth * at_once * task->batch);
    float *sums = team_memory(task->team, member, 1, (long)layer->out_blocks * VL * task->batch);
    if (!seen || !sums) return 0;

    long first = item * task->batch;
    int count = task->voxels - first < task->batch ? (int)(task->voxels - first) : task->batch;
    if (task->planar) {
        gather_planar(task, first, count, depth, seen);
        multiply_panels(task, count, depth, seen, layer->filters, sums, 0);
    } else {
        for (int tap = 0; tap < taps; tap += at_once) {
            for (int x = 0; x < at_once; x++)
                gather(task, first, count, tap + x, seen + (long)x * depth * task->batch);
            const float *filters = layer->filters + (long)tap * depth * PANEL;
            multiply_panels(task, count, at_once * depth, seen, filters, sums, tap > 0);
        }
    }
    if (task->classes)
        write_planar(task, item, count, sums);
    else
        write_blocks(task, item, count, sums);
    return 1;
}

static int run(Task *task) {
    const Convolution *layer = task->layer;
    task->voxels = (long)layer->out_size[0] * layer->out_size[1] * layer->out_size[2];
    long share = (task->voxels + team_members(task->team) - 1) / team_members(task->team);
    task->batch = share < 8 * ROWS ? (int)share : 8 * ROWS;
    long items = (task->voxels + task->batch - 1) / task->batch;
    int failed = !moments_open(&task->moments, items, layer->out_blocks * VL) ||
                 team_run(task->team, convolve_batch, task, items);
    if (!failed && layer->mean) moments_join(&task->moments, layer->mean, layer->variance);
    moments_close(&task->moments);
    return failed;
}

int convolve(Team *team, const Convolution *layer) {
    return run(&(Task){.layer = layer, .team = team});
}

int convolve_planar(Team *team, const Convolution *layer, const float *planar, int channels) {
    return run(&(Task){.layer = layer, .team = team, .planar = planar, .channels = channels});
}

int convolve_to_planar(Team *team, const Convolution *layer, int classes) {
    return run(&(Task){.layer = layer, .team = team, .classes = classes});
}
