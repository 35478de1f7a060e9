// Sends accepted lesions to the archive, and says how that stands until the archive has all.

import { get, post } from "./api.js";

function told({ waiting, stored, problem }) {
  const left = `${waiting} ${waiting === 1 ? "object waits" : "objects wait"} in the outbox.`;
  if (problem) return `The archive: ${problem}. ${left}`;
  if (waiting) return `Sending. ${left}`;
  return stored ? `The archive has all: ${stored} sent.` : "";
}

export class Sending {
  constructor(app, text) {
    Object.assign(this, { app, text, following: false });
  }

  async send() {
    const { app, text } = this;
    const { scan } = app.state;
    text.textContent = "Writing …";
    await app.steps.afterSites(async () => {
      try {
        await post(`/api/scans/${scan}/sending`, {});
        this.follow();
      } catch (error) { text.textContent = error.message; }
    });
  }

  // Asks again and again, as long as something waits.
  async follow() {
    if (this.following) return;
    this.following = true;
    try {
      for (;;) {
        const status = await get("/api/sending");
        this.text.textContent = told(status);
        if (!status.waiting) break;
        await new Promise((done) => setTimeout(done, status.problem ? 3000 : 500));
      }
    } catch (error) { this.text.textContent = error.message; } finally { this.following = false; }
  }
}
