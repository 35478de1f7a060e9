// Keeps slices that were looked at, and fetches their neighbours before they are asked for.

import { getSlice } from "./api.js";

const MOST = 160;
const AHEAD = 4;

export class Slices {
  constructor(scan, shape) {
    this.scan = scan;
    this.counts = { axial: shape[0], coronal: shape[1], sagittal: shape[2] };
    this.kept = new Map();
    this.waiting = new Map();
  }

  // Gives a slice at once where it is here, else undefined.
  ready(plane, index) {
    return this.kept.get(`${plane}/${index}`);
  }

  fetch(plane, index) {
    const key = `${plane}/${index}`;
    if (this.kept.has(key)) return Promise.resolve(this.kept.get(key));
    if (!this.waiting.has(key)) {
      const arriving = getSlice(this.scan, plane, index)
        .then((hu) => { this.keep(key, hu); return hu; })
        .finally(() => this.waiting.delete(key));
      this.waiting.set(key, arriving);
    }
    return this.waiting.get(key);
  }

  keep(key, hu) {
    this.kept.set(key, hu);
    if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value);
  }

  prefetch(plane, index) {
    for (let step = 1; step <= AHEAD; step += 1) {
      for (const near of [index + step, index - step]) {
        const inside = near >= 0 && near < this.counts[plane];
        if (inside && this.waiting.size < 8) this.fetch(plane, near).catch(() => {});
      }
    }
  }
}
