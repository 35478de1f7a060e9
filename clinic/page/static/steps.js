// What the person does, sent to the server one step after the other: none overtakes another.

import { post } from "./api.js";
import { figures } from "./lesions.js";

export class Steps {
  constructor(app) {
    this.app = app;
    this.sites = new Map(); // what is typed and not sent yet, by lesion
    this.last = Promise.resolve();
  }

  // Does something once all before it is done.
  inTurn(work) {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  // Sends a step on masks; gives true where it was done.
  act(step, chosen) {
    const { app } = this;
    const { scan } = app.state;
    return this.inTurn(async () => {
      try {
        const { lesions } = await post(`/api/scans/${scan}/acts`, step);
        if (scan !== app.state.scan) return false;
        app.show(lesions, chosen < 0 ? lesions.length - 1 : chosen);
        const lesion = app.state.lesions[app.state.chosen];
        app.say(lesion ? `Lesion ${app.state.chosen + 1}: ${figures(lesion)}, ${lesion.certainty}.` : "No lesions.");
        return true;
      } catch (error) {
        if (!error.overtaken) app.say(error.message, true);
        return false;
      }
    });
  }

  // Sends what is said of a lesion: that alone, so that nothing else is said anew with it.
  note(id, change) {
    const { app } = this;
    const { scan } = app.state;
    return this.inTurn(async () => {
      try {
        const { lesions } = await post(`/api/scans/${scan}/notes/${id}`, change);
        if (scan === app.state.scan) app.show(lesions, lesions.findIndex((l) => l.id === id));
      } catch (error) { app.say(error.message, true); }
    });
  }

  sendSite(id) {
    if (!this.sites.has(id)) return;
    const site = this.sites.get(id);
    this.sites.delete(id);
    this.note(id, { site });
  }

  // Does something after all that was said before, what is being typed among it.
  afterSites(work) {
    [...this.sites.keys()].forEach((id) => this.sendSite(id));
    return this.inTurn(work);
  }

  write(written) {
    written.textContent = "Writing …";
    const { scan } = this.app.state;
    return this.afterSites(async () => {
      try {
        const { files } = await post(`/api/scans/${scan}/results`, {});
        written.textContent = `Written: ${files.join(", ")}`;
      } catch (error) { written.textContent = error.message; }
    });
  }
}
