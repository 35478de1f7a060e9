#include "tiles.h"

#include "transforms.h"

/* Rows of six voxels along x, where all of them lie in the map. */
static void rows_inside(const vf *start, const int size[3], const Activation *how,
                        vf tile[IN][IN][IN]) {
    for (int z = 0; z < IN; z++)
        for (int y = 0; y < IN; y++) {
            const vf *row = start + ((long)z * size[1] + y) * size[2];
            vf values[IN];
            for (int x = 0; x < OUT; x++) __builtin_prefetch(row + IN + x); /* the next tile's */
            for (int x = 0; x < IN; x++) values[x] = activate(row[x], how);
            transform_input(values);
            for (int x = 0; x < IN; x++) tile[z][y][x] = values[x];
        }
}

static void rows_at_border(const vf *block, const int size[3], const int corner[3],
                           const Activation *how, vf tile[IN][IN][IN]) {
    for (int z = 0; z < IN; z++)
        for (int y = 0; y < IN; y++) {
            int at_z = corner[0] + z, at_y = corner[1] + y;
            int in_row = at_z >= 0 && at_z < size[0] && at_y >= 0 && at_y < size[1];
            vf values[IN];
            for (int x = 0; x < IN; x++) {
                int at_x = corner[2] + x;
                int inside = in_row && at_x >= 0 && at_x < size[2];
                values[x] = (vf){};
                if (inside)
                    values[x] = activate(block[((long)at_z * size[1] + at_y) * size[2] + at_x], how);
            }
            transform_input(values);
            for (int x = 0; x < IN; x++) tile[z][y][x] = values[x];
        }
}

static int lies_inside(const int size[3], const int corner[3]) {
    for (int axis = 0; axis < 3; axis++)
        if (corner[axis] < 0 || corner[axis] + IN > size[axis]) return 0;
    return 1;
}

void tile_to_factors(const float *block, const int size[3], const int corner[3],
                     const Activation *how, float *factors, long stride) {
    vf tile[IN][IN][IN], values[IN];
    if (lies_inside(size, corner)) {
        long start = ((long)corner[0] * size[1] + corner[1]) * size[2] + corner[2];
        rows_inside((const vf *)block + start, size, how, tile);
    } else {
        rows_at_border((const vf *)block, size, corner, how, tile);
    }
    for (int z = 0; z < IN; z++)
        for (int x = 0; x < IN; x++) {
            for (int y = 0; y < IN; y++) /* they are written last, and lie in 216 places */
                __builtin_prefetch(factors + ((z * IN + y) * IN + x) * stride, 1);
            for (int y = 0; y < IN; y++) values[y] = tile[z][y][x];
            transform_input(values);
            for (int y = 0; y < IN; y++) tile[z][y][x] = values[y];
        }
    for (int y = 0; y < IN; y++)
        for (int x = 0; x < IN; x++) {
            for (int z = 0; z < IN; z++) values[z] = tile[z][y][x];
            transform_input(values);
            for (int z = 0; z < IN; z++)
                *(vf *)(factors + ((z * IN + y) * IN + x) * stride) = values[z];
        }
}

void tile_from_products(const float *products, long stride, vf bias, float *block,
                        const int size[3], const int corner[3], Sums *sums) {
    vf along_z[OUT][IN][IN], along_y[OUT][OUT][IN], values[IN], out[OUT];
    for (int y = 0; y < IN; y++)
        for (int x = 0; x < IN; x++) {
            for (int z = 0; z < IN; z++)
                values[z] = *(const vf *)(products + ((z * IN + y) * IN + x) * stride);
            transform_output(values, out);
            for (int z = 0; z < OUT; z++) along_z[z][y][x] = out[z];
        }
    for (int z = 0; z < OUT; z++)
        for (int x = 0; x < IN; x++) {
            for (int y = 0; y < IN; y++) values[y] = along_z[z][y][x];
            transform_output(values, out);
            for (int y = 0; y < OUT; y++) along_y[z][y][x] = out[y];
        }
    int depth = size[0] - corner[0] < OUT ? size[0] - corner[0] : OUT;
    int height = size[1] - corner[1] < OUT ? size[1] - corner[1] : OUT;
    int width = size[2] - corner[2] < OUT ? size[2] - corner[2] : OUT;
    Sums own = *sums;
    for (int z = 0; z < depth; z++)
        for (int y = 0; y < height; y++) {
            long row = ((long)(corner[0] + z) * size[1] + corner[1] + y) * size[2] + corner[2];
            transform_output(along_y[z][y], out);
            if (own.count == 0 && z + y == 0) own.pivot = out[0] + bias;
            for (int x = 0; x < width; x++) {
                vf value = out[x] + bias;
                stream((vf *)block + row + x, value);
                count_voxel(&own, value);
            }
        }
    own.count += (long)depth * height * width;
    *sums = own;
}

void filter_to_factors(const float *taps, float *factors, long stride, int past_caches) {
    const vf *tap = (const vf *)taps;
    vf along_x[3][3][IN], along_y[3][IN][IN], out[IN];
    for (int z = 0; z < 3; z++)
        for (int y = 0; y < 3; y++, tap += 3)
            transform_filter(tap[0], tap[1], tap[2], along_x[z][y]);
    for (int z = 0; z < 3; z++)
        for (int x = 0; x < IN; x++) {
            transform_filter(along_x[z][0][x], along_x[z][1][x], along_x[z][2][x], out);
            for (int y = 0; y < IN; y++) along_y[z][y][x] = out[y];
        }
    for (int y = 0; y < IN; y++)
        for (int x = 0; x < IN; x++) {
            transform_filter(along_y[0][y][x], along_y[1][y][x], along_y[2][y][x], out);
            for (int z = 0; z < IN; z++) {
                vf *factor = (vf *)(factors + ((z * IN + y) * IN + x) * stride);
                if (past_caches)
                    stream(factor, out[z]);
                else
                    *factor = out[z];
            }
        }
}
