/* Winograd's minimal filtering F(4, 3) along one axis: four outputs of a filter of three taps from
 * six products, in place of twelve (Lavin and Gray 2016, section 4.3; points 0, ±1, ±2). */
#ifndef ULS_TRANSFORMS_H
#define ULS_TRANSFORMS_H

#include "vectors.h"

#define OUT 4 /* voxels of a tile along an axis */
#define IN 6  /* voxels that these depend on, and products */

/* Six inputs, in place. */
INLINE void transform_input(vf d[IN]) {
    vf even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], far = d[4] - d[2], near = d[3] - d[1];
    vf zero = 4 * d[0] + (d[4] - 5 * d[2]), infinite = 4 * d[1] + (d[5] - 5 * d[3]);
    d[0] = zero;
    d[1] = even + odd;
    d[2] = even - odd;
    d[3] = far + 2 * near;
    d[4] = far - 2 * near;
    d[5] = infinite;
}

/* Three taps to six factors. */
INLINE void transform_filter(vf a, vf b, vf c, vf u[IN]) {
    vf outer = (a + c) * (1.0f / 6), inner = b * (1.0f / 6);
    vf even = a * (1.0f / 24) + c * (1.0f / 6), odd = b * (1.0f / 12);
    u[0] = a * 0.25f;
    u[1] = -outer - inner;
    u[2] = inner - outer;
    u[3] = even + odd;
    u[4] = even - odd;
    u[5] = c;
}

/* Six products to four outputs. */
INLINE void transform_output(const vf m[IN], vf out[OUT]) {
    vf sum = m[1] + m[2], difference = m[1] - m[2];
    vf far_sum = m[3] + m[4], far_difference = m[3] - m[4];
    out[0] = m[0] + sum + far_sum;
    out[1] = difference + 2 * far_difference;
    out[2] = sum + 4 * far_sum;
    out[3] = difference + 8 * far_difference + m[5];
}

#endif
