// The list of lesions: figures, certainty, warnings, site, role, accept or reject.

const ROLES = ["", "target", "non-target", "new", "node"]; // none until a person chooses one

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
  const at = document.activeElement;
  const { key } = at?.dataset ?? {};
  const [start, end] = [at?.selectionStart, at?.selectionEnd];
  const list = document.getElementById("lesions");
  list.replaceChildren(...lesions.map((l, n) => item(app, l, n, n === chosen)));
  const again = key && list.querySelector(`[data-key="${key}"]`); // the person goes on where they were
  again?.focus();
  if (again && start !== undefined && start !== null) again.setSelectionRange(start, end);
  document.getElementById("none").hidden = lesions.length > 0;
  const accepted = lesions.filter((l) => l.decision === "accepted").length;
  const button = document.getElementById("write");
  button.disabled = !accepted || !app.state.writes;
  button.textContent = app.state.writes ? `Write ${accepted} accepted` : "Write: start with --output";
  const send = document.getElementById("send");
  send.hidden = !app.state.sends;
  send.disabled = !accepted || !app.state.dicom;
  send.textContent = app.state.dicom ? `Send ${accepted} accepted` : "Send: DICOM series only";
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
  const { id } = lesion;
  const site = element("input", { value: app.steps.sites.get(id) ?? lesion.site, maxLength: 80, placeholder: "Site" });
  site.setAttribute("aria-label", `Site of lesion ${n + 1}`);
  site.dataset.key = `${id}-site`;
  site.addEventListener("input", () => app.steps.sites.set(id, site.value));
  for (const left of ["change", "blur"]) site.addEventListener(left, () => app.steps.sendSite(id));
  const role = element("select", {}, ...ROLES.map((r) => element("option", { value: r, textContent: r || "no role" })));
  role.value = lesion.role;
  role.setAttribute("aria-label", `Role of lesion ${n + 1}`);
  role.dataset.key = `${id}-role`;
  role.addEventListener("change", () => app.steps.note(id, { role: role.value }));
  return element("div", { className: "row" }, site, role);
}

function decisions(app, lesion, n) {
  const button = (text, value) => {
    const made = element("button", { textContent: text });
    made.setAttribute("aria-pressed", String(lesion.decision === value));
    made.setAttribute("aria-label", `${text} lesion ${n + 1}`);
    made.dataset.key = `${lesion.id}-${value}`;
    made.addEventListener("click", () => app.steps.note(lesion.id, { decision: lesion.decision === value ? "open" : value }));
    if (value === "accepted") made.disabled = lesion.ml === null;
    return made;
  };
  const remove = element("button", { textContent: "Delete" });
  remove.setAttribute("aria-label", `Delete lesion ${n + 1}`);
  remove.addEventListener("click", () => app.act({ kind: "remove", lesion: lesion.id }));
  return element("div", { className: "row" }, button("Accept", "accepted"), button("Reject", "rejected"), remove);
}
