// The keyboard: everything that the mouse does, and the windows.

import { zoom } from "./pointer.js";

const MOVES = { ArrowLeft: ["columns", -1], ArrowRight: ["columns", 1], ArrowUp: ["rows", -1], ArrowDown: ["rows", 1] };

export function listenToKeys(app) {
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.metaKey) return;
    const view = app.views.find((v) => v.canvas === document.activeElement);
    const done = (event.ctrlKey ? event.key === "z" && (app.undo(), true) : general(app, event.key))
      || (view && onPicture(app, view, event));
    if (done) event.preventDefault();
  });
}

function general(app, key) {
  const actions = {
    1: () => app.setWindow(0), 2: () => app.setWindow(1), 3: () => app.setWindow(2), 4: () => app.setWindow(3),
    "]": () => app.grow(1), "[": () => app.grow(-1), z: () => app.undo(),
    c: () => app.setTool("click"), i: () => app.setTool("include"), o: () => app.setTool("exclude"),
    b: () => app.setTool("brush"), e: () => app.setTool("erase"), p: () => app.setTool("pan"),
    a: () => app.decide("accepted"), r: () => app.decide("rejected"),
    n: () => app.choose((app.state.chosen + 1) % Math.max(app.state.lesions.length, 1), true),
  };
  if (!(key in actions) || !app.state.slices) return false;
  actions[key]();
  return true;
}

function onPicture(app, view, event) {
  const { key } = event;
  if (key in MOVES) {
    const [side, step] = MOVES[key];
    const flipped = side === "rows" && view.upward ? -step : step;
    app.moveBy(view.axes[side], flipped);
  } else if (key === "PageUp" || key === "PageDown") app.scroll(view, key === "PageUp" ? -1 : 1);
  else if (key === "Enter") app.atCross(view, event.shiftKey ? "include" : event.altKey ? "exclude" : app.state.tool);
  else if (key === "+" || key === "=") zoom(view, 1.25);
  else if (key === "-") zoom(view, 0.8);
  else if (key === "x") app.cornerAtCross(view);
  else if (key === "Escape" && view.corner) { view.corner = null; view.paint(); }
  else if (key === "0") { view.pan = [0, 0]; view.zoom = 1; view.paint(); }
  else return false;
  return true;
}
