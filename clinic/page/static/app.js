// The page's state and everything that changes it.

import { get } from "./api.js";
import { WINDOWS, makeBar, markTool, markWindow } from "./bar.js";
import { listenToKeys } from "./keys.js";
import { figures, listLesions } from "./lesions.js";
import { PLANES, holds, unpacked } from "./masks.js";
import { listen } from "./pointer.js";
import { Sending } from "./sending.js";
import { Slices } from "./slices.js";
import { Steps } from "./steps.js";
import { View } from "./view.js";

const byId = (id) => document.getElementById(id);

class App {
  constructor() {
    this.state = { scan: null, slices: null, shape: [1, 1, 1], spacing: [1, 1, 1], at: [0, 0, 0], lesions: [],
      chosen: -1, tool: "click", radius: 3, window: [40, 400], writes: false, sends: false, dicom: false };
    this.steps = new Steps(this);
    this.sending = new Sending(this, byId("sent"));
    this.views = Object.keys(PLANES).map((plane) => new View(byId(plane), plane, this.state));
    this.wanted = null; // threshold that waits for the one under way
    makeBar(this);
    listenToKeys(this);
    for (const view of this.views) listen(view, this);
    new ResizeObserver(() => this.state.slices && this.views.forEach((v) => v.paint())).observe(byId("planes"));
    this.setTool("click");
    markWindow(0);
  }

  say(text, bad = false) {
    byId("status").textContent = text;
    byId("status").classList.toggle("bad", bad);
  }

  async start() {
    const listed = await get("/api/scans");
    Object.assign(this.state, { writes: listed.writes, boxes: listed.boxes, sends: listed.sends });
    if (listed.sends) this.sending.follow(); // what waits from an earlier time
    byId("studies").replaceChildren(...listed.scans.map((scan, n) => this.study(scan, n)));
    if (listed.scans.length === 1 && !listed.scans[0].problem) await this.open(0);
  }

  study(scan, n) {
    const button = document.createElement("button");
    const small = document.createElement("small");
    small.textContent = scan.problem ? `${scan.title}: ${scan.problem}` : scan.title;
    button.append(scan.identity, small);
    button.disabled = Boolean(scan.problem);
    button.addEventListener("click", () => this.open(n));
    const made = document.createElement("li");
    made.append(button);
    return made;
  }

  async open(n) {
    this.opening = n;
    this.say("Reading the scan …");
    try {
      const scan = await get(`/api/scans/${n}`);
      if (this.opening !== n) return;
      const slices = new Slices(n, scan.shape);
      Object.assign(this.state, { scan: n, slices, shape: scan.shape, spacing: scan.spacing, dicom: scan.dicom, at: scan.shape.map((s) => s >> 1) });
      byId("identity").textContent = scan.identity;
      byId("slice").max = scan.shape[0] - 1;
      [...byId("studies").querySelectorAll("button")].forEach((b, i) => b.setAttribute("aria-current", String(i === n)));
      for (const view of this.views) Object.assign(view, { zoom: 1, pan: [0, 0], corner: null });
      this.show(scan.lesions, scan.lesions.length - 1);
      await this.draw();
      this.say([`${scan.title}. Click on a lesion.`, ...scan.warnings].join(" Note: "));
    } catch (error) { this.say(error.message, true); }
  }

  draw() {
    byId("slice").value = this.state.at[0];
    return Promise.all(this.views.map((view) => view.draw())).catch((error) => this.say(error.message, true));
  }

  goTo(axis, index) {
    this.state.at[axis] = Math.max(0, Math.min(this.state.shape[axis] - 1, Math.round(index)));
    return this.draw();
  }

  moveBy(axis, step) { return this.goTo(axis, this.state.at[axis] + step); }
  scroll(view, step) { if (this.state.slices) this.moveBy(view.axes.across, step); }

  setWindow(n) {
    this.state.window = WINDOWS[n].slice(1);
    markWindow(n);
    this.draw();
  }

  setTool(tool) {
    this.state.tool = tool;
    markTool(tool);
  }

  show(lesions, chosen) {
    this.state.lesions = lesions.map(unpacked);
    this.state.chosen = Math.min(chosen, lesions.length - 1);
    listLesions(this);
    this.views.forEach((view) => view.paint());
    document.body.dataset.lesions = String(lesions.length);
  }

  choose(n, go) {
    const lesion = this.state.lesions[n];
    if (!lesion) return;
    this.show(this.state.lesions, n);
    this.say(`Lesion ${n + 1}: ${figures(lesion)}, ${lesion.certainty}.`);
    if (go) { this.state.at = lesion.click.map(Math.round); this.draw(); }
  }

  act(step, chosen = this.state.chosen) { return this.steps.act(step, chosen); }

  click(tool, place) {
    this.state.at = place.map(Math.round);
    this.draw();
    const chosen = this.state.lesions[this.state.chosen];
    if ((tool === "include" || tool === "exclude") && chosen) return this.act({ kind: tool, place: this.state.at, lesion: chosen.id });
    const held = this.state.lesions.findIndex((l) => !l.empty && holds(l, place));
    if (tool !== "box" && held >= 0) return this.choose(held, false);
    this.say("Looking for the lesion …");
    return this.act({ kind: "click", place: this.state.at }, Infinity);
  }

  box(view, corners) {
    if (!this.state.boxes) return this.say("This model takes clicks only.", true);
    const { across, rows, columns } = view.axes;
    const step = [...this.state.spacing].reverse();
    const sides = [rows, columns].map((a) => Math.abs(corners[0][a] - corners[1][a]) * step[a]);
    const half = Math.min(...sides) / 2 / step[across]; // as deep as its shorter side is long
    const [first, second] = corners.map((c) => c.map((at, a) => Math.max(0, Math.min(this.state.shape[a] - 1, Math.round(at)))));
    first[across] = Math.max(0, Math.round(this.state.at[across] - half));
    second[across] = Math.min(this.state.shape[across] - 1, Math.round(this.state.at[across] + half));
    this.say("Looking for the lesion in the box …");
    return this.act({ kind: "box", box: [first, second] }, Infinity);
  }

  // The keyboard's box: one corner at the cross, and the other where the cross is then.
  cornerAtCross(view) {
    if (!this.state.slices) return;
    const corners = [view.corner, [...this.state.at]];
    view.corner = view.corner ? null : corners[1];
    if (view.corner) this.say("A corner of a box is here; move the cross to the other one and press X, or Esc.");
    else this.box(view, corners);
    view.paint();
  }

  paint(view, { places, adds }) {
    const lesion = this.state.lesions[this.state.chosen]?.id;
    if (lesion === undefined) return this.say("Click on a lesion first; the brush corrects its mask.", true);
    const limit = (at, a) => Math.max(-1, Math.min(this.state.shape[a], at));
    const stroke = places.map((p) => p.map(limit));
    return this.act({ kind: "paint", stroke, plane: view.plane, radius_mm: this.state.radius, adds, lesion });
  }

  atCross(view, tool) {
    if (!this.state.slices || tool === "pan") return;
    if (tool === "brush" || tool === "erase") this.paint(view, { places: [[...this.state.at]], adds: tool === "brush" });
    else this.click(tool, [...this.state.at]);
  }

  async grow(step) {
    const chosen = this.state.lesions[this.state.chosen];
    if (!chosen) return;
    const lesion = chosen.id;
    const now = this.wanted ?? chosen.threshold;
    const running = this.wanted !== null;
    this.wanted = Math.max(-12, Math.min(12, now - step * 0.5));
    for (let sent = null; !running && this.wanted !== sent;) {
      sent = this.wanted;
      await this.act({ kind: "threshold", threshold: sent, lesion });
    }
    if (!running) this.wanted = null;
  }

  undo() { if (this.state.slices) this.act({ kind: "undo" }, Infinity); }
  decide(decision) { if (this.state.chosen >= 0) this.steps.note(this.state.lesions[this.state.chosen].id, { decision }); }
  write() { return this.steps.write(byId("written")); }
}

new App().start().catch((error) => { byId("status").textContent = error.message; });
