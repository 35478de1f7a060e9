/* Winograd's method in the deep layers, which have few tiles and so many filters that, once
 * transformed, they would not fit into any cache. Each panel of filters is transformed in slices,
 * just before its product with the factors of a batch of tiles, and never lies in memory as a whole. */
#include "winograd.h"

#define SLICE 32         /* input channels */
#define BATCH (4 * ROWS) /* tiles */
#define VERY_FEW 8       /* tiles whose products leave a slice's filters in the cache */

/* From one factor's matrix to the next's; see winograd.c for the vector more. */
#define FILTER_STRIDE ((long)SLICE * PANEL + VL)
#define OUT_STRIDE ((2L * BATCH + 1) * VL)

typedef struct {
    Grid grid;
    const Convolution *layer;
    Team *team;
    float *factors; /* (216, blocks, tiles, VL) */
    long stride;    /* from one factor to the next */
    long batches;
    Moments moments;
} Task;

static int read_block(void *argument, long block, int member) {
    (void)member;
    const Task *task = argument;
    read_tiles(task->layer, &task->grid, 0, (int)task->grid.tiles, (int)block,
               task->factors + block * task->grid.tiles * VL, task->stride);
    return 1;
}

static void transform_slice(const Convolution *layer, long panel, int first, int count,
                            float *filters, int past_caches) {
    long channels = (long)layer->blocks * VL;
    for (int half = 0; half < 2; half++)
        for (int channel = 0; channel < count; channel++) {
            long taps = ((2 * panel + half) * channels + first + channel) * 27 * VL;
            filter_to_factors(layer->filters + taps, filters + channel * PANEL + half * VL,
                              FILTER_STRIDE, past_caches);
        }
}

static int convolve_batch(void *argument, long item, int member) {
    Task *task = argument;
    const Convolution *layer = task->layer;
    long panel = item / task->batches, batch = item % task->batches;
    float *filters = team_memory(task->team, member, 0, PRODUCTS * FILTER_STRIDE);
    float *products = team_memory(task->team, member, 1, PRODUCTS * OUT_STRIDE);
    if (!filters || !products) return 0;

    int first = (int)batch * BATCH, channels = layer->blocks * VL;
    int count = task->grid.tiles - first < BATCH ? (int)(task->grid.tiles - first) : BATCH;
    for (int channel = 0; channel < channels; channel += SLICE) {
        int depth = channels - channel < SLICE ? channels - channel : SLICE;
        transform_slice(layer, panel, channel, depth, filters, count > VERY_FEW);
        const float *factors = task->factors + ((long)channel / VL * task->grid.tiles + first) * VL;
        for (int product = 0; product < PRODUCTS; product++)
            multiply(count, depth, factors + product * task->stride, task->grid.tiles,
                     filters + product * FILTER_STRIDE, products + product * OUT_STRIDE,
                     BATCH, channel > 0);
    }
    for (int half = 0; half < 2; half++) {
        Sums sums = write_tiles(layer, &task->grid, first, count, (int)panel * 2 + half,
                                products + (long)half * BATCH * VL, OUT_STRIDE);
        if (layer->mean) moments_keep(&task->moments, batch, (int)panel * 2 + half, &sums);
    }
    return 1;
}

int winograd_deep(Team *team, const Convolution *layer) {
    Task task = {.grid = grid_of(layer), .layer = layer, .team = team};
    task.stride = ((long)layer->blocks * task.grid.tiles + 1) * VL;
    task.batches = (task.grid.tiles + BATCH - 1) / BATCH;
    task.factors = team_memory(team, -1, 0, PRODUCTS * task.stride);
    if (!task.factors) return 1;
    int failed = !moments_open(&task.moments, task.batches, layer->out_blocks * VL) ||
                 team_run(team, read_block, &task, layer->blocks) ||
                 team_run(team, convolve_batch, &task, task.batches * (layer->out_blocks / 2));
    if (!failed && layer->mean) moments_join(&task.moments, layer->mean, layer->variance);
    moments_close(&task.moments);
    return failed;
}
