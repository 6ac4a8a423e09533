// Keeps the page in step with the control plane: lists first, then the events after them.
//
// A browser's own reconnection cannot be trusted alone: it stops for good on some errors, and a half-open socket looks
// alive for minutes. So every failure closes the stream, and this object opens the next one after the last event it
// has seen. The server's heartbeats tell a quiet fleet from a dead connection.
//
// Over HTTP/1.1 a browser has only six connections per origin for all tabs; with six streams open a seventh tab does not
// even load. So a tab that nobody looks at gives its connection back after a while, and at once when another one of this
// page opens a stream; on return it resumes where it stopped.

const SILENCE = 40_000; // two heartbeats and a half, in milliseconds
const PATIENCE_HIDDEN = 60_000;
const PATIENCE_OPENING = 10_000;
const KINDS = [
  "host", "hostForgotten", "tenant", "tenantRemoved", "container", "containerRemoved", "relocation", "progress", "policy",
  "policyRemoved", "image", "scheduler", "alarm", "refused",
];

export class Feed {
  /**
   * @param load     lists everything; gives the event number from which to follow
   * @param apply    takes one event: kind and decoded data
   * @param report   told `{phase, detail, retryAt}` at every change; phases: connecting, live, lost, resting
   */
  constructor({ load, apply, report }) {
    this.load = load;
    this.apply = apply;
    this.report = report;
    this.sequence = null;
    this.failures = 0;
    this.run = 0;
    this.tabs = new BroadcastChannel("relocate.feed");
    this.tabs.addEventListener("message", () => this.#makeRoom());
    document.addEventListener("visibilitychange", () => this.#looked());
    addEventListener("online", () => this.retryNow());
    setInterval(() => this.#watch(), 5000);
  }

  /** Lists, then follows. */
  async start() {
    const run = this.#newRun();
    this.report({ phase: "connecting" });
    try {
      const sequence = await this.load();
      if (run !== this.run) return;
      this.sequence = sequence;
      this.#open(run);
    } catch (problem) {
      if (run === this.run) this.#failed(problem.message);
    }
  }

  /** Tries again at once when the connection is not alive. */
  retryNow() {
    if (this.phase !== "live") this.start();
  }

  #newRun() {
    clearTimeout(this.timer);
    this.source?.close();
    this.phase = "connecting";
    this.run += 1;
    return this.run;
  }

  #open(run) {
    const source = new EventSource(`/v1/events?after=${this.sequence}`);
    this.source = source;
    this.heardAt = Date.now();
    this.tabs.postMessage("opening");
    const alive = () => {
      this.heardAt = Date.now();
      if (this.phase === "live") return;
      this.phase = "live";
      this.failures = 0;
      this.report({ phase: "live" });
    };
    source.addEventListener("open", alive);
    source.addEventListener("heartbeat", alive);
    source.addEventListener("reset", () => run === this.run && this.start());
    source.addEventListener("error", () => run === this.run && this.#failed("The connection was lost."));
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) => {
        if (run !== this.run) return;
        alive();
        const data = JSON.parse(message.data);
        this.sequence = Math.max(this.sequence, data.sequence);
        this.apply(kind, data);
      });
    }
  }

  #failed(detail) {
    const run = this.#newRun();
    this.failures += 1;
    this.phase = "lost";
    const delay = Math.min(15_000, 500 * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.report({ phase: "lost", detail, retryAt: Date.now() + delay });
    // The first time only the stream is opened again; after that the lists are read too, whose errors have words.
    this.timer = setTimeout(() => {
      if (run !== this.run) return;
      if (this.failures === 1 && this.sequence !== null) this.#open(this.#newRun());
      else this.start();
    }, delay);
  }

  #watch() {
    if (this.phase === "live" && Date.now() - this.heardAt > SILENCE) this.#failed("Nothing has been heard for a while.");
    else if (this.phase === "connecting" && this.source) this.#waitForOpening(Date.now() - this.heardAt);
  }

  /** A stream that never opens and never fails is no better than one that is lost. */
  #waitForOpening(waited) {
    if (waited > SILENCE) this.start();
    else if (waited > PATIENCE_OPENING) {
      this.report({
        phase: "connecting",
        detail: "The event stream does not open. Without TLS a browser has six connections for all windows of this page: close some.",
      });
    }
  }

  #makeRoom() {
    if (document.hidden && this.phase === "live") this.#giveBack();
  }

  #giveBack() {
    this.#newRun();
    this.phase = "resting";
    this.report({ phase: "resting" });
  }

  #looked() {
    clearTimeout(this.rest);
    if (document.hidden) {
      this.rest = setTimeout(() => {
        if (this.phase === "live") this.#giveBack();
      }, PATIENCE_HIDDEN);
    } else if (this.phase === "resting") {
      this.report({ phase: "connecting" });
      this.#open(this.#newRun());
    } else {
      this.#watch();
    }
  }
}
