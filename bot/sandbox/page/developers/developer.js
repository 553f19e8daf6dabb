/** The developer's panel: the calls and events behind a message as they happened, and the faults. */

import { summary } from "../messages/message.js";
import { el, fill, name, newId } from "../widgets/dom.js";
import { iconButton } from "../widgets/icons.js";
import { tell } from "../widgets/notice.js";
import { format } from "../widgets/time.js";
import { api, listen } from "../world/api.js";
import { showFaults } from "./faults.js";

const KEPT = 2000;
const PAGE = 200;
const SHOWN = 200;

/**
 * The panel in `root`, hidden until `open()`.
 *
 * Returns `{open(), close(), isOpen(), select(message)}`; a selected message narrows the list to what concerns it.
 */
export function developerPanel(root, app) {
  const entries = new Map();
  const happened = () => [...entries.values()].sort((a, b) => a.seq - b.seq);
  let violations = 0;
  let selected = null;
  let tab = "message";
  let listening = null;
  const body = el("div", { class: "developer-body", id: newId("panel"), role: "tabpanel", tabindex: 0 });
  const tabs = [
    ["message", "Message"],
    ["all", "Everything"],
    ["faults", "Faults"],
  ].map(([value, label]) => {
    const button = el(
      "button",
      { type: "button", role: "tab", id: `tab-${value}`, "aria-controls": body.id, on: { click: () => turn(value) } },
      label,
    );
    button.dataset.tab = value;
    return button;
  });
  const strip = el("div", { class: "tabs", role: "tablist", "aria-label": "Developer" }, tabs);
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.findIndex((one) => one.dataset.tab === tab) + step + tabs.length) % tabs.length];
    turn(next.dataset.tab);
    next.focus();
  });
  fill(
    root,
    el(
      "header",
      {},
      el("h2", {}, "Behind the scenes"),
      iconButton("close", "Close the developer's panel", () => close()),
    ),
    strip,
    body,
  );

  function turn(to) {
    tab = to;
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one.dataset.tab === to));
      one.tabIndex = one.dataset.tab === to ? 0 : -1;
    }
    body.setAttribute("aria-labelledby", `tab-${to}`);
    if (to === "faults") showFaults(body);
    else draw();
  }

  /** What concerns the selected message: its own calls, and everything of the interaction that made it. */
  function concerning() {
    if (!selected) return [];
    const cause = selected.interaction_metadata?.id;
    const all = happened();
    const own = all.filter((entry) => entry.message_id === selected.id || (cause && entry.interaction_id === cause));
    const interactions = new Set(own.map((entry) => entry.interaction_id).filter(Boolean));
    return all.filter((entry) => own.includes(entry) || interactions.has(entry.interaction_id));
  }

  function draw() {
    if (tab === "faults") return;
    const found = (tab === "message" ? concerning() : happened()).slice(-SHOWN);
    const unfolded = new Set([...body.querySelectorAll("details[open]")].map((one) => one.dataset.seq));
    const atEnd = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
    fill(
      body,
      violations > 0 &&
        el(
          "p",
          { class: "failure" },
          violations === 1
            ? "1 request would not have been accepted by Discord."
            : `${violations} requests would not have been accepted by Discord.`,
        ),
      tab === "message" &&
        el(
          "p",
          { class: "quiet selected-line" },
          selected
            ? summary(selected).slice(0, 100) || "A message without words"
            : "Press a message, or choose “Look behind it” in its menu.",
        ),
      el(
        "ol",
        { class: "feed" },
        found.map((entry) => el("li", {}, row(entry, unfolded.has(String(entry.seq))))),
      ),
      tab === "all" && !found.length && el("p", { class: "quiet" }, "Nothing has happened yet."),
    );
    if (atEnd) body.scrollTop = body.scrollHeight;
  }

  /** Reads what fits a query from the feed, page by page, and keeps what was not known. */
  async function read(query) {
    let after = 0;
    for (;;) {
      const answer = await tell(api.get(`/developer/feed?after=${after}&limit=${PAGE}${query}`));
      keep(answer?.entries ?? []);
      if (!answer || answer.entries.length < PAGE) return;
      after = answer.entries.at(-1).seq;
    }
  }

  async function catchUp() {
    await read("");
    await count();
    draw();
  }

  async function count() {
    violations = (await tell(api.get("/developer/violations")))?.violations.length ?? 0;
  }

  function keep(found) {
    for (const entry of found) entries.set(entry.seq, entry);
    const sorted = [...entries.keys()].sort((a, b) => a - b);
    for (const seq of sorted.slice(0, -KEPT)) entries.delete(seq);
  }

  function take(entry) {
    keep([entry]);
    if (entry.violations?.length) count().then(draw);
    else draw();
  }

  function open() {
    document.body.classList.add("developer-open");
    root.hidden = false;
    if (listening) return;
    listening = new AbortController();
    listen("/developer/events", { signal: listening.signal, listen: take });
    catchUp();
  }

  function close() {
    document.body.classList.remove("developer-open");
    root.hidden = true;
    listening?.abort();
    listening = null;
    app.dispatchEvent(new Event("developer"));
  }

  turn(tab);
  return {
    open: () => {
      open();
      app.dispatchEvent(new Event("developer"));
    },
    close,
    isOpen: () => !root.hidden,
    select: (message) => {
      selected = message;
      if (tab !== "message") turn("message");
      else draw();
    },
  };
}

function row(entry, open) {
  const time = el("time", { class: "quiet", datetime: entry.at }, format(Date.parse(entry.at), "T"));
  const [title, detail] = DESCRIBE[entry.kind]?.(entry) ?? [entry.kind, entry];
  const face = [
    el("span", { class: `kind ${entry.kind}` }, KIND[entry.kind] ?? entry.kind),
    el("span", { class: "what" }, title),
    time,
  ];
  if (detail === null) return el("div", { class: "entry" }, face);
  return el(
    "details",
    { class: ["entry", entry.violations?.length > 0 && "violation"], open, "data-seq": entry.seq },
    el("summary", {}, face),
    detail,
  );
}

const KIND = { rest: "REST", gateway: "Gateway", person: "Person", fault: "Fault" };
const json = (title, value) =>
  value !== undefined &&
  value !== null && [el("h4", {}, title), el("pre", { tabindex: 0 }, JSON.stringify(value, null, 2))];

const DESCRIBE = {
  rest: (entry) => [
    [
      name(`${entry.method} ${entry.path}`),
      el("span", { class: ["status", entry.status >= 400 && "bad"] }, ` ${entry.status ?? "lost"}`),
      el("span", { class: "quiet" }, ` ${entry.duration_ms} ms`),
    ],
    [
      entry.violations?.length > 0 && json("Discord would not accept this", entry.violations),
      json("Request", entry.request),
      entry.files?.length > 0 && json("Files", entry.files),
      json("Response", entry.response),
    ],
  ],
  gateway: (entry) => [
    [`${entry.direction === "sent" ? "to the bot" : "from the bot"}: `, name(entry.t ?? `op ${entry.op}`)],
    json("Payload", entry.d),
  ],
  person: (entry) => [name(entry.act), null],
  fault: (entry) => [name(entry.what), null],
};
