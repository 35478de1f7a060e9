// One picture: a slice in a window, masks and axes over it, zoom and pan.

import { COLOURS, PLANES, outline } from "./masks.js";

export class View {
  constructor(canvas, plane, state) {
    Object.assign(this, { canvas, plane, state, zoom: 1, pan: [0, 0], box: null, corner: null, stroke: null });
    this.axes = PLANES[plane];
    this.context = canvas.getContext("2d");
    this.picture = document.createElement("canvas");
    this.caption = document.getElementById(`${plane}-text`);
  }

  get index() { return this.state.at[this.axes.across]; }
  get size() { return [this.state.shape[this.axes.columns], this.state.shape[this.axes.rows]]; }
  get upward() { return this.plane !== "axial"; }

  // Gives canvas pixels a voxel wide and high, and where the middle of the slice lies.
  geometry() {
    const step = [...this.state.spacing].reverse();
    const [mmX, mmY] = [step[this.axes.columns], step[this.axes.rows]];
    const [columns, rows] = this.size;
    const { width, height } = this.canvas;
    const fit = Math.min(width / (columns * mmX), height / (rows * mmY)) * 0.96 * this.zoom;
    const ratio = window.devicePixelRatio || 1;
    const middle = [width / 2 + this.pan[0] * ratio, height / 2 + this.pan[1] * ratio];
    return { sx: fit * mmX, sy: fit * mmY * (this.upward ? -1 : 1), middle, fit };
  }

  // Gives the place of the scan (z, y, x; voxel centres are whole) under a point of the page.
  placeAt(clientX, clientY) {
    const frame = this.canvas.getBoundingClientRect();
    const ratio = this.canvas.width / frame.width;
    const { sx, sy, middle } = this.geometry();
    const [columns, rows] = this.size;
    const place = [...this.state.at];
    place[this.axes.columns] = ((clientX - frame.left) * ratio - middle[0]) / sx + columns / 2 - 0.5;
    place[this.axes.rows] = ((clientY - frame.top) * ratio - middle[1]) / sy + rows / 2 - 0.5;
    return place;
  }

  inside(place) {
    return place.every((at, a) => at > -0.5 && at < this.state.shape[a] - 0.5);
  }

  async draw() {
    if (!this.state.slices) return;
    const { slices } = this.state;
    const index = this.index;
    const hu = slices.ready(this.plane, index) || await slices.fetch(this.plane, index);
    if (slices !== this.state.slices || index !== this.index) return; // overtaken
    this.fill(hu);
    this.paint();
    slices.prefetch(this.plane, index);
    this.canvas.dataset.drawn = String(index);
  }

  fill(hu) {
    const [columns, rows] = this.size;
    if (this.picture.width !== columns || this.picture.height !== rows) {
      this.picture.width = columns;
      this.picture.height = rows;
    }
    const context = this.picture.getContext("2d");
    const image = context.createImageData(columns, rows);
    const grey = new Uint32Array(image.data.buffer);
    const [level, width] = this.state.window;
    const low = level - width / 2;
    const factor = 255 / width;
    for (let i = 0; i < hu.length; i += 1) {
      const v = Math.max(0, Math.min(255, (hu[i] - low) * factor)) | 0;
      grey[i] = 0xff000000 | (v << 16) | (v << 8) | v;
    }
    context.putImageData(image, 0, 0);
  }

  // Draws what is there already: picture, masks, axes, cross, box or stroke in the making.
  paint() {
    const { canvas, context } = this;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [canvas.clientWidth * ratio | 0, canvas.clientHeight * ratio | 0];
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    const { sx, sy, middle } = this.geometry();
    const [columns, rows] = this.size;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#000";
    context.fillRect(0, 0, w, h);
    context.setTransform(sx, 0, 0, sy, middle[0] - sx * columns / 2, middle[1] - sy * rows / 2);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.picture, 0, 0);
    this.unit = [ratio / Math.abs(sx), ratio / Math.abs(sy)];
    this.state.lesions.forEach((lesion, n) => this.paintLesion(lesion, n));
    this.paintCross();
    this.paintSides(w, h, ratio);
    const box = this.box ?? (this.corner && [this.corner, this.state.at]);
    if (box) this.paintBox(box);
    if (this.stroke) this.paintStroke();
    const names = { axial: "Axial", coronal: "Coronal", sagittal: "Sagittal" };
    canvas.dataset.zoom = this.zoom.toFixed(2);
    this.caption.textContent = `${names[this.plane]} ${this.index + 1} / ${this.state.shape[this.axes.across]}`;
  }

  paintLesion(lesion, n) {
    const { context } = this;
    const [cells, edges] = outline(lesion, this.plane, this.index);
    const chosen = n === this.state.chosen;
    context.globalAlpha = lesion.decision === "rejected" ? 0.35 : 1;
    context.fillStyle = `${COLOURS[n % COLOURS.length]}${chosen ? "38" : "1c"}`;
    context.beginPath();
    for (const [x, y] of cells) context.rect(x, y, 1, 1);
    context.fill();
    this.lines(edges, COLOURS[n % COLOURS.length], chosen ? 2 : 1.2);
    if (this.plane === "axial") {
      for (const axis of Object.values(lesion.axes)) {
        const [[z, y0, x0], [, y1, x1]] = axis.ends;
        if (Math.round(z) === this.index) this.lines([[x0 + 0.5, y0 + 0.5, x1 + 0.5, y1 + 0.5]], "#ffffff", 1.6);
      }
    }
    context.globalAlpha = 1;
  }

  lines(segments, colour, width) {
    const { context } = this;
    context.strokeStyle = colour;
    context.beginPath();
    for (const [x0, y0, x1, y1] of segments) { context.moveTo(x0, y0); context.lineTo(x1, y1); }
    context.save(); // the line's width counts pixels of the screen, whatever the voxels' shape
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.lineWidth = width * (window.devicePixelRatio || 1);
    context.stroke();
    context.restore();
  }

  paintCross() {
    const x = this.state.at[this.axes.columns] + 0.5;
    const y = this.state.at[this.axes.rows] + 0.5;
    const [[gx, gy], [fx, fy]] = [26, 44].map((px) => this.unit.map((u) => px * u));
    this.lines([[x - fx, y, x - gx, y], [x + gx, y, x + fx, y],
      [x, y - fy, x, y - gy], [x, y + gy, x, y + fy]], "#6cc7ff", 1.2);
  }

  // Says which side of the patient each side of the picture is.
  paintSides(w, h, ratio) {
    const { context } = this;
    const [left, top, right, bottom] = { axial: "RALP", coronal: "RHLF", sagittal: "AHPF" }[this.plane];
    const letters = [[left, 12, h / ratio / 2], [top, w / ratio / 2, 14], [right, w / ratio - 12, h / ratio / 2],
      [bottom, w / ratio / 2, h / ratio - 12]];
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    Object.assign(context, { font: "600 13px sans-serif", textAlign: "center", textBaseline: "middle",
      fillStyle: "#dbe6ee", strokeStyle: "#000", lineWidth: 3 });
    for (const [text, x, y] of letters) { context.strokeText(text, x, y); context.fillText(text, x, y); }
    context.restore();
  }

  paintBox(corners) {
    const [a, b] = corners.map((p) => [p[this.axes.columns] + 0.5, p[this.axes.rows] + 0.5]);
    this.lines([[a[0], a[1], b[0], a[1]], [b[0], a[1], b[0], b[1]],
      [b[0], b[1], a[0], b[1]], [a[0], b[1], a[0], a[1]]], "#ffffff", 1.5);
  }

  paintStroke() {
    const { context } = this;
    const radius = this.state.radius / [...this.state.spacing].reverse()[this.axes.columns];
    context.fillStyle = this.stroke.adds ? "#8ee36b88" : "#ff6b5b88";
    for (const p of this.stroke.places) {
      context.beginPath();
      context.arc(p[this.axes.columns] + 0.5, p[this.axes.rows] + 0.5, radius, 0, 7);
      context.fill();
    }
  }
}
