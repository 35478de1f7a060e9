// The list of lesions: figures, certainty, warnings, site, role, accept or reject.

const ROLES = ["target", "non-target", "new", "node"];

function element(tag, options = {}, ...children) {
  const made = Object.assign(document.createElement(tag), options);
  made.append(...children);
  return made;
}

export function figures(lesion) {
  if (lesion.ml === null) return "nothing found";
  return `${lesion.axes.long.mm.toFixed(1)} × ${lesion.axes.short.mm.toFixed(1)} mm · ${lesion.ml.toFixed(2)} ml`;
}

export function listLesions(app) {
  const { lesions, chosen } = app.state;
  document.getElementById("lesions").replaceChildren(...lesions.map((l, n) => item(app, l, n, n === chosen)));
  document.getElementById("none").hidden = lesions.length > 0;
  const accepted = lesions.filter((l) => l.decision === "accepted").length;
  const button = document.getElementById("write");
  button.disabled = !accepted || !app.state.writes;
  button.textContent = app.state.writes ? `Write ${accepted} accepted` : "Write: start with --output";
}

function item(app, lesion, n, chosen) {
  const name = element("button", { className: "name", textContent: `Lesion ${n + 1}` });
  name.addEventListener("click", () => app.choose(n, true));
  const certainty = lesion.mean_hu === null ? lesion.certainty : `${lesion.certainty} · mean ${lesion.mean_hu} HU`;
  const made = element("li", { className: `c${n % 6}${chosen ? " chosen" : ""}` }, name,
    element("div", { className: "figures", textContent: figures(lesion) }),
    element("div", { textContent: certainty }),
    ...lesion.warnings.map((text) => element("p", { className: "warning", textContent: text })),
    notes(app, lesion, n), decisions(app, lesion, n));
  if (chosen) made.setAttribute("aria-current", "true");
  return made;
}

function notes(app, lesion, n) {
  const site = element("input", { value: lesion.site, maxLength: 80, placeholder: "Site" });
  site.setAttribute("aria-label", `Site of lesion ${n + 1}`);
  site.addEventListener("change", () => app.note(n, { site: site.value }));
  const role = element("select", {}, ...ROLES.map((r) => element("option", { value: r, textContent: r })));
  role.value = lesion.role;
  role.setAttribute("aria-label", `Role of lesion ${n + 1}`);
  role.addEventListener("change", () => app.note(n, { role: role.value }));
  return element("div", { className: "row" }, site, role);
}

function decisions(app, lesion, n) {
  const button = (text, value) => {
    const made = element("button", { textContent: text });
    made.setAttribute("aria-pressed", String(lesion.decision === value));
    made.setAttribute("aria-label", `${text} lesion ${n + 1}`);
    made.addEventListener("click", () => app.note(n, { decision: lesion.decision === value ? "open" : value }));
    if (value === "accepted") made.disabled = lesion.ml === null;
    return made;
  };
  const remove = element("button", { textContent: "Delete" });
  remove.setAttribute("aria-label", `Delete lesion ${n + 1}`);
  remove.addEventListener("click", () => app.act({ kind: "remove", lesion: n }));
  return element("div", { className: "row" }, button("Accept", "accepted"), button("Reject", "rejected"), remove);
}
