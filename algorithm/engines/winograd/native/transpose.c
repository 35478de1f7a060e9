/* Transposed convolutions whose kernel is their stride: every input voxel becomes a box of output
 * voxels, each by a matrix product of its own. */
#include "layers.h"
#include "matrix.h"

#define BATCH (4 * ROWS)

typedef struct {
    const Convolution *layer;
    Team *team;
    long voxels; /* of the input */
} Task;

static void read_voxels(const Task *task, long first, int count, vf *seen) {
    const Convolution *layer = task->layer;
    for (int source = 0; source < layer->source_count; source++)
        for (int block = 0; block < layer->sources[source].blocks; block++, seen += BATCH) {
            Activation how = activation_of(&layer->sources[source], block);
            const vf *map = (const vf *)layer->sources[source].data + block * task->voxels + first;
            for (int row = 0; row < count; row++) seen[row] = activate(map[row], &how);
        }
}

/* Where the tap of each input voxel's box lies in the output. */
static void places(const Convolution *layer, long first, int count, int tap, long *place) {
    const int *size = layer->size, *out_size = layer->out_size, *box = layer->kernel;
    for (int row = 0; row < count; row++) {
        long voxel = first + row;
        long z = voxel / size[2] / size[1] * box[0] + tap / box[2] / box[1];
        long y = voxel / size[2] % size[1] * box[1] + tap / box[2] % box[1];
        long x = voxel % size[2] * box[2] + tap % box[2];
        place[row] = (z * out_size[1] + y) * out_size[2] + x;
    }
}

static int spread_batch(void *argument, long item, int member) {
    Task *task = argument;
    const Convolution *layer = task->layer;
    int depth = layer->blocks * VL, panels = layer->out_blocks / 2;
    int taps = layer->kernel[0] * layer->kernel[1] * layer->kernel[2];
    float *seen = team_memory(task->team, member, 0, (long)depth * BATCH);
    float *products = team_memory(task->team, member, 1, PANEL * BATCH);
    if (!seen || !products) return 0;

    long first = item * BATCH, place[BATCH];
    int count = task->voxels - first < BATCH ? (int)(task->voxels - first) : BATCH;
    read_voxels(task, first, count, (vf *)seen);
    long out_voxels = task->voxels * taps;
    const float *filters = layer->filters;
    for (int tap = 0; tap < taps; tap++) {
        places(layer, first, count, tap, place);
        for (int panel = 0; panel < panels; panel++, filters += (long)depth * PANEL) {
            multiply(count, depth, seen, BATCH, filters, products, BATCH, 0);
            for (int half = 0; half < 2; half++) {
                int block = 2 * panel + half;
                vf bias = *(const vf *)(layer->bias + block * VL);
                vf *out = (vf *)layer->out + block * out_voxels;
                for (int row = 0; row < count; row++)
                    stream(out + place[row], ((vf *)products)[half * BATCH + row] + bias);
            }
        }
    }
    return 1;
}

int transpose_convolve(Team *team, const Convolution *layer) {
    long voxels = (long)layer->size[0] * layer->size[1] * layer->size[2];
    Task task = {layer, team, voxels};
    return team_run(team, spread_batch, &task, (voxels + BATCH - 1) / BATCH);
}
