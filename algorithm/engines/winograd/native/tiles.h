/* One tile of a feature map, VL channels at once, to Winograd's products and back. */
#ifndef ULS_TILES_H
#define ULS_TILES_H

#include "moments.h"
#include "vectors.h"

#define PRODUCTS 216 /* 6 × 6 × 6 */

/* Read the 6 × 6 × 6 voxels from `corner` on, zeros outside of the map, and write the factors, each
 * `stride` floats after the one before. */
void tile_to_factors(const float *block, const int size[3], const int corner[3],
                     const Activation *how, float *factors, long stride);

/* Turn the products into the 4 × 4 × 4 voxels from `corner` on, as far as the map reaches. */
void tile_from_products(const float *products, long stride, vf bias, float *block,
                        const int size[3], const int corner[3], Sums *sums);

/* Turn 27 taps, VL filters at once, into factors, each `stride` floats after the one before; past
 * the caches, where these would be emptied before the factors are read. */
void filter_to_factors(const float *taps, float *factors, long stride, int past_caches);

#endif
