// Talks to the server; every refusal becomes an Error whose message can be shown.

async function answerOf(response) {
  if (response.ok) return response.json();
  let text = `The server answered ${response.status}.`;
  const body = await response.text();
  try { text = JSON.parse(body).error || text; } catch { text = body || text; }
  const error = new Error(text);
  error.overtaken = response.status === 409;
  throw error;
}

export async function get(path) {
  return answerOf(await fetch(path));
}

export async function post(path, body) {
  const headers = { "content-type": "application/json" };
  return answerOf(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

export async function getSlice(scan, plane, index, signal) {
  const response = await fetch(`/api/scans/${scan}/${plane}/${index}`, { signal });
  if (!response.ok) throw new Error(`Slice ${index} did not arrive (${response.status}).`);
  return new Int16Array(await response.arrayBuffer());
}
