/** Faults on demand: what Discord may do to a bot, as switches, and what the program around the sandbox offers. */

import { toggle } from "../widgets/dialog.js";
import { el, fill, name } from "../widgets/dom.js";
import { notify, tell } from "../widgets/notice.js";
import { api } from "../world/api.js";

/** Faults that wait for the next call they fit; a switch takes them back. */
const WAITING = [
  [
    "The next edit meets a rate limit",
    "429, to try again after half a second",
    {
      fault: "answer",
      route: "PATCH /webhooks/*/*/messages/@original",
      status: 429,
      times: 1,
      retry_after_s: 0.5,
      via: true,
      global: false,
    },
  ],
  [
    "The next answer to a command fails",
    "502 to the interaction's callback",
    { fault: "answer", route: "POST /interactions/*/*/callback", status: 502, times: 1 },
  ],
  [
    "The next edit is carried out, its answer lost",
    "the connection breaks after the work is done",
    { fault: "lose", route: "PATCH /webhooks/*/*/messages/@original", times: 1 },
  ],
  [
    "The next edit breaks off in the upload",
    "reset after 4096 bytes",
    { fault: "reset", route: "PATCH /webhooks/*/*/messages/@original", times: 1, after_bytes: 4096 },
  ],
  ["The next call takes two seconds", "any route", { fault: "delay", route: "*", times: 1, delay_s: 2 }],
  ["The next gateway connection is refused", "felt after the line was lost", { fault: "refuse", times: 1 }],
];

/** Faults that happen when they are pressed. */
const NOW = [
  ["Lose the gateway", { fault: "drop", code: 1006 }],
  ["Ask the bot to reconnect", { fault: "reconnect" }],
  ["End its session", { fault: "invalidate", resumable: false }],
  ["Expire every token", { fault: "expire" }],
];

const LATER = [
  ["15 minutes later", 900],
  ["One day later", 86_400],
];

const same = (set, wanted) =>
  Object.entries(wanted).every(([key, value]) => set[key] === undefined || set[key] === value) &&
  set.fault === wanted.fault &&
  set.route === wanted.route;

/** Shows the switches in `root` and reads what is set now. */
export async function showFaults(root) {
  const answer = await tell(api.get("/developer/faults"));
  if (!answer) return;
  const { faults, switches } = answer;
  const again = () => showFaults(root);
  const run = async (promise, said) => {
    try {
      await promise;
      notify(said);
    } catch (error) {
      notify(error.message, "error");
    }
    again();
  };
  const button = (label, press) =>
    el("button", { type: "button", class: "button secondary", on: { click: press } }, name(label));
  fill(
    root,
    switches.length > 0 && [
      el("h3", {}, "This program"),
      el(
        "div",
        { class: "row" },
        switches.map((one) =>
          button(one.label, () =>
            run(api.post(`/developer/switches/${encodeURIComponent(one.name)}`), `Done: ${one.label}.`),
          ),
        ),
      ),
    ],
    el("h3", {}, "Now"),
    el(
      "div",
      { class: "row" },
      NOW.map(([label, fault]) =>
        button(label, () => run(api.post("/developer/faults", fault), `Done: ${label.toLowerCase()}.`)),
      ),
    ),
    el("h3", {}, "Waiting for the next call"),
    WAITING.map(([label, help, fault]) => {
      const set = faults.find((one) => same(one, fault));
      return toggle(
        label,
        Boolean(set),
        async (on) => {
          await tell(on ? api.post("/developer/faults", fault) : api.delete(`/developer/faults/${set.id}`));
          again();
        },
        help,
      );
    }),
    el("h3", {}, "The clock"),
    el(
      "div",
      { class: "row" },
      LATER.map(([label, seconds]) =>
        button(label, () =>
          run(api.post("/developer/clock", { advance_s: seconds }), `It is ${label.toLowerCase()} now.`),
        ),
      ),
    ),
    el(
      "div",
      { class: "row" },
      button("Take all faults back", () => run(api.delete("/developer/faults"), "No faults are set.")),
    ),
  );
}
