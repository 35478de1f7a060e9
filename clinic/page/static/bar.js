// The bar of tools and windows.

export const WINDOWS = [["Soft tissue", 40, 400], ["Lung", -550, 1500], ["Bone", 400, 1800], ["Liver", 90, 170]];
const TOOLS = [["click", "Lesion", "C"], ["include", "Add", "I"], ["exclude", "Remove", "O"],
  ["brush", "Brush", "B"], ["erase", "Erase", "E"], ["pan", "Move", "P"]];

function buttons(id, entries, press) {
  document.getElementById(id).replaceChildren(...entries.map(([value, text, key]) => {
    const button = document.createElement("button");
    Object.assign(button, { textContent: text, title: `${text} (${key})` });
    button.dataset.value = value;
    button.addEventListener("click", () => press(value));
    return button;
  }));
}

function mark(id, value) {
  for (const button of document.getElementById(id).children) {
    button.setAttribute("aria-pressed", String(button.dataset.value === String(value)));
  }
}

export function makeBar(app) {
  buttons("tools", TOOLS, (tool) => app.setTool(tool));
  buttons("windows", WINDOWS.map(([name], n) => [n, `${n + 1} ${name}`, n + 1]), (n) => app.setWindow(n));
  document.getElementById("undo").addEventListener("click", () => app.undo());
  document.getElementById("write").addEventListener("click", () => app.write());
  document.getElementById("send").addEventListener("click", () => app.sending.send());
  document.getElementById("radius").addEventListener("input", (e) => { app.state.radius = Number(e.target.value); });
  document.getElementById("slice").addEventListener("input", (e) => app.goTo(0, Number(e.target.value)));
}

export const markTool = (tool) => mark("tools", tool);
export const markWindow = (n) => mark("windows", n);
