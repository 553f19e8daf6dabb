/** Follows what was asked of the bot in this tab, from the click to the bot's answer or its silence. */

/** The bot did not answer in time; the message is the sandbox's sentence about it. */
export class Unanswered extends Error {}

const REMEMBERED = 100;

/** Tells `change` with the subject whenever something begins or ends. */
export class Interactions extends EventTarget {
  #underway = new Map();
  #busy = new Set();
  #naming = new Set();
  #mine = new Set();
  /** Outcomes that came before the answer to our own request told us the interaction's id. */
  #early = new Map();

  constructor(world, signal) {
    super();
    world.addEventListener("interaction", ({ detail }) => this.#outcome(detail), { signal });
    world.addEventListener("online", ({ detail }) => detail.connected && this.#lose(), { signal });
  }

  /** Whether the control (a string that names it) waits for the bot. */
  isBusy(subject) {
    return this.#busy.has(subject);
  }

  /** Whether an interaction was begun in this tab; waits for requests whose id is not known yet. */
  async owns(interactionId) {
    await Promise.allSettled(this.#naming);
    return this.#mine.has(interactionId);
  }

  /**
   * Waits until the bot has answered what `request` (a promise of `{interaction_id}`) asked.
   *
   * Returns the kind of answer: message, thinking, update, modal, or "unknown" where the line was lost meanwhile.
   * Raises: Refusal if the sandbox would not hand it over, Unanswered if the bot kept silent.
   */
  async ask(subject, request) {
    this.#mark(subject, true);
    this.#naming.add(request);
    try {
      const { interaction_id: id } = await request;
      this.#mine.add(id);
      const known = this.#early.get(id);
      this.#early.delete(id);
      const outcome = known ?? (await new Promise((resolve) => this.#underway.set(id, resolve)));
      if (outcome.outcome === "failed") throw new Unanswered(outcome.message);
      return outcome.kind;
    } finally {
      this.#naming.delete(request);
      this.#mark(subject, false);
    }
  }

  #mark(subject, busy) {
    if (busy) this.#busy.add(subject);
    else this.#busy.delete(subject);
    this.dispatchEvent(new CustomEvent("change", { detail: { subject, busy } }));
  }

  #outcome(detail) {
    if (detail.outcome === "create") return;
    const resolve = this.#underway.get(detail.interaction_id);
    if (resolve) {
      this.#underway.delete(detail.interaction_id);
      resolve(detail);
      return;
    }
    this.#early.set(detail.interaction_id, detail);
    if (this.#early.size > REMEMBERED) this.#early.delete(this.#early.keys().next().value);
  }

  #lose() {
    for (const resolve of this.#underway.values()) resolve({ kind: "unknown" });
    this.#underway.clear();
  }
}
