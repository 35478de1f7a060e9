/* What both ways through Winograd's method share: the tiles of a layer, read and written. */
#ifndef ULS_WINOGRAD_H
#define ULS_WINOGRAD_H

#include "layers.h"
#include "matrix.h"
#include "moments.h"
#include "tiles.h"

typedef struct {
    int along[3];
    long tiles;
} Grid;

Grid grid_of(const Convolution *layer);

/* Factors of a block of input channels, of `count` tiles from `first` on. */
void read_tiles(const Convolution *layer, const Grid *grid, long first, int count, int block,
                float *factors, long stride);

/* Products to a block of output channels; returns its sums. */
Sums write_tiles(const Convolution *layer, const Grid *grid, long first, int count, int block,
                 const float *products, long stride);

int winograd_deep(Team *team, const Convolution *layer);

#endif
