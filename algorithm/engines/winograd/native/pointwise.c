/* Sums and averages of feature maps. */
#include "layers.h"

#define CHUNK (1L << 14) /* voxels of an item of work */

typedef struct {
    const Source *first, *second;
    float *out;
    long voxels, chunks;
} Sum;

static int add_chunk(void *argument, long item, int member) {
    (void)member;
    const Sum *sum = argument;
    int block = (int)(item / sum->chunks);
    long begin = item % sum->chunks * CHUNK, end = begin + CHUNK;
    if (end > sum->voxels) end = sum->voxels;
    Activation one = activation_of(sum->first, block), other = activation_of(sum->second, block);
    const vf *first = (const vf *)sum->first->data + block * sum->voxels;
    const vf *second = (const vf *)sum->second->data + block * sum->voxels;
    vf *out = (vf *)sum->out + block * sum->voxels;
    for (long voxel = begin; voxel < end; voxel++)
        stream(out + voxel, activate(first[voxel], &one) + activate(second[voxel], &other));
    return 1;
}

int add(Team *team, const Source *first, const Source *second, float *out, long voxels) {
    Sum sum = {first, second, out, voxels, (voxels + CHUNK - 1) / CHUNK};
    return team_run(team, add_chunk, &sum, sum.chunks * first->blocks);
}

typedef struct {
    const Source *source;
    const int *size, *box;
    float *out;
} Pool;

/* One plane of one block of the output. */
static int pool_plane(void *argument, long item, int member) {
    (void)member;
    const Pool *pool = argument;
    const int *size = pool->size, *box = pool->box;
    int planes = size[0] / box[0], rows = size[1] / box[1], columns = size[2] / box[2];
    int block = (int)(item / planes), plane = (int)(item % planes);
    Activation how = activation_of(pool->source, block);
    const vf *map = (const vf *)pool->source->data + (long)block * size[0] * size[1] * size[2];
    vf *out = (vf *)pool->out + item * rows * columns;
    vf share = splat(1.0f / (float)(box[0] * box[1] * box[2]));
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++) {
            vf sum = {};
            for (int z = plane * box[0]; z < (plane + 1) * box[0]; z++)
                for (int y = row * box[1]; y < (row + 1) * box[1]; y++)
                    for (int x = column * box[2]; x < (column + 1) * box[2]; x++)
                        sum += activate(map[((long)z * size[1] + y) * size[2] + x], &how);
            out[(long)row * columns + column] = sum * share;
        }
    return 1;
}

int average_pool(Team *team, const Source *source, const int size[3], const int box[3],
                 float *out) {
    Pool pool = {source, size, box, out};
    return team_run(team, pool_plane, &pool, (long)source->blocks * (size[0] / box[0]));
}

int vector_length(void) { return VL; }
