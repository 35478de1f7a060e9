/* A convolution by Winograd's method: tiles to factors, a matrix product per factor, products to
 * tiles. A member of the team takes a batch of tiles at a time, as far as its cache has room. */
#include "winograd.h"

#include "transforms.h"

#define FEW_TILES 64 /* with so few, transforming the filters is most of the work */

typedef struct {
    Grid grid;
    const Convolution *layer;
    Team *team;
    float *filters; /* (slices, 216, panels, channels of the slice, PANEL) */
    int batch;      /* tiles */
    int slice;      /* input channels that are multiplied at a time */
    Moments moments;
} Task;

Grid grid_of(const Convolution *layer) {
    Grid grid = {.tiles = 1};
    for (int axis = 0; axis < 3; axis++) {
        grid.along[axis] = (layer->size[axis] + OUT - 1) / OUT;
        grid.tiles *= grid.along[axis];
    }
    return grid;
}

static void corner_of(const Grid *grid, long tile, int corner[3]) {
    corner[2] = OUT * (int)(tile % grid->along[2]);
    corner[1] = OUT * (int)(tile / grid->along[2] % grid->along[1]);
    corner[0] = OUT * (int)(tile / grid->along[2] / grid->along[1]);
}

static long voxels_of(const Convolution *layer) {
    return (long)layer->size[0] * layer->size[1] * layer->size[2];
}

void read_tiles(const Convolution *layer, const Grid *grid, long first, int count, int block,
                float *factors, long stride) {
    const Source *source = layer->sources;
    while (block >= source->blocks) block -= source++->blocks;
    Activation how = activation_of(source, block);
    const float *map = source->data + block * voxels_of(layer) * VL;
    for (int tile = 0; tile < count; tile++) {
        int corner[3];
        corner_of(grid, first + tile, corner);
        for (int axis = 0; axis < 3; axis++) corner[axis] -= 1;
        tile_to_factors(map, layer->size, corner, &how, factors + (long)tile * VL, stride);
    }
}

Sums write_tiles(const Convolution *layer, const Grid *grid, long first, int count, int block,
                 const float *products, long stride) {
    Sums sums = {};
    vf bias = *(const vf *)(layer->bias + block * VL);
    float *map = layer->out + block * voxels_of(layer) * VL;
    for (int tile = 0; tile < count; tile++) {
        int corner[3];
        corner_of(grid, first + tile, corner);
        tile_from_products(products + (long)tile * VL, stride, bias, map, layer->size, corner,
                           &sums);
    }
    return sums;
}

/* Where the filters of a slice begin, which is the whole of those before it. */
static float *filters_from(const Task *task, int channel) {
    return task->filters + (long)PRODUCTS * task->layer->out_blocks * VL * channel;
}

static int width_from(const Task *task, int channel) {
    int left = task->layer->blocks * VL - channel;
    return left < task->slice ? left : task->slice;
}

static int transform_panel(void *argument, long panel, int member) {
    (void)member;
    const Task *task = argument;
    const Convolution *layer = task->layer;
    int channels = layer->blocks * VL, panels = layer->out_blocks / 2;
    for (int slice = 0; slice < channels; slice += task->slice) {
        long width = width_from(task, slice);
        float *filters = filters_from(task, slice) + panel * width * PANEL;
        for (int half = 0; half < 2; half++)
            for (int channel = 0; channel < width; channel++) {
                long taps = ((2 * panel + half) * channels + slice + channel) * 27 * VL;
                filter_to_factors(layer->filters + taps, filters + channel * PANEL + half * VL,
                                  panels * width * PANEL, 1);
            }
    }
    return 1;
}

/* From one factor's matrix to the next's: a vector more than it takes, as with powers of two all
 * 216 would fall into the same few lines of the cache. */
static long stride_of(const Task *task, int blocks) { return ((long)task->batch * blocks + 1) * VL; }

static int convolve_batch(void *argument, long item, int member) {
    Task *task = argument;
    const Convolution *layer = task->layer;
    long in_stride = stride_of(task, task->slice / VL);
    long out_stride = stride_of(task, layer->out_blocks);
    float *factors = team_memory(task->team, member, 0, PRODUCTS * in_stride);
    float *products = team_memory(task->team, member, 1, PRODUCTS * out_stride);
    if (!factors || !products) return 0;

    long first = item * task->batch, left = task->grid.tiles - first, row = task->batch * VL;
    int count = left < task->batch ? (int)left : task->batch;
    int channels = layer->blocks * VL, panels = layer->out_blocks / 2;
    for (int slice = 0; slice < channels; slice += task->slice) {
        int width = width_from(task, slice);
        for (int block = 0; block < width / VL; block++)
            read_tiles(layer, &task->grid, first, count, slice / VL + block,
                       factors + block * row, in_stride);
        const float *filters = filters_from(task, slice);
        for (int product = 0; product < PRODUCTS; product++)
            for (int panel = 0; panel < panels; panel++, filters += (long)width * PANEL)
                multiply(count, width, factors + product * in_stride, task->batch, filters,
                         products + product * out_stride + 2 * panel * row, task->batch,
                         slice > 0);
    }
    for (int block = 0; block < layer->out_blocks; block++) {
        Sums sums = write_tiles(layer, &task->grid, first, count, block, products + block * row,
                                out_stride);
        if (layer->mean) moments_keep(&task->moments, item, block, &sums);
    }
    return 1;
}

/* Factors and products of a batch should stay in a core's second cache, of which filters then pass by
 * from the third: of few channels, by a register tile at a time. The more filters there are, the more
 * tiles must share a reading of them. */
static void choose_sizes(Task *task) {
    int width = task->layer->out_blocks * VL, channels = task->layer->blocks * VL;
    int members = team_members(task->team);
    long share = (task->grid.tiles + members - 1) / members;
    int most = width <= 32 ? ROWS : (width <= 64 ? 14 : 28) / ROWS * ROWS;
    task->batch = share < most ? (int)share : most;
    task->slice = width <= 32 ? 32 : 64;
    if (task->slice > channels) task->slice = channels;
}

int winograd(Team *team, const Convolution *layer) {
    Task task = {.grid = grid_of(layer), .layer = layer, .team = team};
    if (task.grid.tiles <= FEW_TILES) return winograd_deep(team, layer);
    choose_sizes(&task);
    task.filters =
        team_memory(team, -1, 0, (long)PRODUCTS * layer->blocks * layer->out_blocks * VL * VL);
    if (!task.filters) return 1;
    long items = (task.grid.tiles + task.batch - 1) / task.batch;
    int failed = !moments_open(&task.moments, items, layer->out_blocks * VL) ||
                 team_run(team, transform_panel, &task, layer->out_blocks / 2) ||
                 team_run(team, convolve_batch, &task, items);
    if (!failed && layer->mean) moments_join(&task.moments, layer->mean, layer->variance);
    moments_close(&task.moments);
    return failed;
}
