// Mouse, pen and finger on a picture: what is done depends on the keys held and the tool chosen.

const SLACK = 5; // pixels that a click may move

export function listen(view, app) {
  const { canvas } = view;
  let start = null;

  const forget = () => {
    [start, view.stroke, view.box] = [null, null, null];
    view.paint();
  };
  const pinch = pinching(view, forget);

  canvas.addEventListener("pointerdown", (event) => {
    if (!app.state.slices || pinch.begins(event) || start) return;
    canvas.setPointerCapture(event.pointerId);
    const place = view.placeAt(event.clientX, event.clientY);
    start = { event, place, moved: false, pan: [...view.pan], tool: toolOf(event, app.state.tool) };
    if (start.tool === "brush" || start.tool === "erase") {
      view.stroke = { adds: start.tool === "brush", places: [place] };
      view.paint();
    }
  });

  canvas.addEventListener("pointermove", (event) => {
    if (pinch.goesOn(event)) return;
    if (!start || event.pointerId !== start.event.pointerId) return;
    const away = [event.clientX - start.event.clientX, event.clientY - start.event.clientY];
    start.moved ||= Math.hypot(...away) > SLACK;
    if (!start.moved) return;
    const place = view.placeAt(event.clientX, event.clientY);
    if (view.stroke) {
      if (view.stroke.places.length < 480) view.stroke.places.push(place);
    } else if (start.tool === "pan") {
      view.pan = [start.pan[0] + away[0], start.pan[1] + away[1]];
    } else if (start.tool === "click" || start.tool === "box") {
      view.box = [start.place, place];
    }
    view.paint();
  });

  canvas.addEventListener("pointerup", (event) => {
    pinch.ends(event);
    if (!start || event.pointerId !== start.event.pointerId) return;
    const done = start;
    const { stroke, box } = view;
    [start, view.stroke, view.box] = [null, null, null];
    if (stroke) app.paint(view, stroke);
    else if (box) app.box(view, box);
    else if (!done.moved && done.tool !== "pan" && view.inside(done.place)) app.click(done.tool, done.place);
    view.paint();
  });

  canvas.addEventListener("pointercancel", (event) => {
    pinch.ends(event);
    forget();
  });

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const step = Math.sign(event.deltaY || event.deltaX);
    if (event.ctrlKey) app.grow(step < 0 ? 1 : -1);
    else if (event.shiftKey) zoom(view, step < 0 ? 1.15 : 1 / 1.15, [event.clientX, event.clientY]);
    else app.scroll(view, step);
  }, { passive: false });

  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}

function toolOf(event, tool) {
  if (event.button === 1 || event.button === 2) return "pan";
  if (event.shiftKey) return "include";
  if (event.altKey) return "exclude";
  return tool;
}

// Two fingers zoom and move the picture; what the first had begun is forgotten.
function pinching(view, forget) {
  const fingers = new Map();
  const between = () => {
    const [a, b] = [...fingers.values()];
    return { middle: a.map((at, i) => (at + b[i]) / 2), apart: Math.max(Math.hypot(a[0] - b[0], a[1] - b[1]), 1) };
  };
  return {
    begins(event) {
      if (event.pointerType !== "touch") return false;
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
      if (fingers.size === 2) forget();
      return fingers.size > 1;
    },
    goesOn(event) {
      if (!fingers.has(event.pointerId)) return false;
      const before = fingers.size === 2 && between();
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
      if (!before) return fingers.size > 1;
      const now = between();
      view.pan = view.pan.map((at, i) => at + now.middle[i] - before.middle[i]);
      zoom(view, now.apart / before.apart, now.middle);
      return true;
    },
    ends(event) { fingers.delete(event.pointerId); },
  };
}

// Zooms about a point of the page, which stays where it is; without one about the picture's middle.
export function zoom(view, factor, about) {
  const before = view.zoom;
  view.zoom = Math.max(0.5, Math.min(16, before * factor));
  const frame = view.canvas.getBoundingClientRect();
  const from = about && [about[0] - frame.left - frame.width / 2, about[1] - frame.top - frame.height / 2];
  if (from) view.pan = view.pan.map((at, i) => from[i] - (from[i] - at) * view.zoom / before);
  view.paint();
}
