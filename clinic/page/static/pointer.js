// Mouse, pen and finger on a picture: what is done depends on the keys held and the tool chosen.

const SLACK = 5; // pixels that a click may move

export function listen(view, app) {
  const { canvas } = view;
  let start = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (!app.state.slices || start) return;
    canvas.setPointerCapture(event.pointerId);
    const place = view.placeAt(event.clientX, event.clientY);
    start = { event, place, moved: false, pan: [...view.pan], tool: toolOf(event, app.state.tool) };
    if (start.tool === "brush" || start.tool === "erase") {
      view.stroke = { adds: start.tool === "brush", places: [place] };
      view.paint();
    }
  });

  canvas.addEventListener("pointermove", (event) => {
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
    if (!start || event.pointerId !== start.event.pointerId) return;
    const done = start;
    const { stroke, box } = view;
    [start, view.stroke, view.box] = [null, null, null];
    if (stroke) app.paint(view, stroke);
    else if (box) app.box(view, box);
    else if (!done.moved && done.tool !== "pan" && view.inside(done.place)) app.click(done.tool, done.place);
    view.paint();
  });

  canvas.addEventListener("pointercancel", () => {
    [start, view.stroke, view.box] = [null, null, null];
    view.paint();
  });

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const step = Math.sign(event.deltaY || event.deltaX);
    if (event.ctrlKey) app.grow(step < 0 ? 1 : -1);
    else if (event.shiftKey) zoom(view, step < 0 ? 1.15 : 1 / 1.15);
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

export function zoom(view, factor) {
  view.zoom = Math.max(0.5, Math.min(16, view.zoom * factor));
  view.paint();
}
