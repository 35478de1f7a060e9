// Unpacks a lesion's mask and finds its outline in a slice of any plane.

export const COLOURS = ["#ffcf3f", "#4fd1ff", "#ff8ad1", "#8ee36b", "#ffa057", "#b9a4ff"];
export const PLANES = {
  axial: { across: 0, rows: 1, columns: 2 },
  coronal: { across: 1, rows: 0, columns: 2 },
  sagittal: { across: 2, rows: 0, columns: 1 },
};

export function unpacked(lesion) {
  const bytes = Uint8Array.from(atob(lesion.bits), (c) => c.charCodeAt(0));
  const [nz, ny, nx] = lesion.size;
  const steps = [ny * nx, nx, 1];
  const has = (at) => {
    for (let a = 0; a < 3; a += 1) if (at[a] < 0 || at[a] >= lesion.size[a]) return false;
    const i = at[0] * steps[0] + at[1] * steps[1] + at[2];
    return ((bytes[i >> 3] >> (i & 7)) & 1) === 1;
  };
  return { ...lesion, has, empty: nz * ny * nx === 0 };
}

// Tells whether a voxel of the scan lies in the mask.
export function holds(lesion, place) {
  return lesion.has(place.map((at, a) => Math.round(at) - lesion.corner[a]));
}

// Gives [filled cells, edges] of a slice in (column, row) units; a cell spans [c, c+1].
export function outline(lesion, plane, index) {
  const { across, rows, columns } = PLANES[plane];
  const at = [0, 0, 0];
  at[across] = index - lesion.corner[across];
  const cells = [];
  const edges = [];
  if (lesion.empty || at[across] < 0 || at[across] >= lesion.size[across]) return [cells, edges];
  const has = (r, c) => { at[rows] = r; at[columns] = c; return lesion.has(at); };
  const [top, left] = [lesion.corner[rows], lesion.corner[columns]];
  for (let r = 0; r < lesion.size[rows]; r += 1) {
    for (let c = 0; c < lesion.size[columns]; c += 1) {
      if (!has(r, c)) continue;
      const [x, y] = [left + c, top + r];
      cells.push([x, y]);
      if (!has(r - 1, c)) edges.push([x, y, x + 1, y]);
      if (!has(r + 1, c)) edges.push([x, y + 1, x + 1, y + 1]);
      if (!has(r, c - 1)) edges.push([x, y, x, y + 1]);
      if (!has(r, c + 1)) edges.push([x + 1, y, x + 1, y + 1]);
    }
  }
  return [cells, edges];
}
