/** Lets people type wherever they are: keys that mean nothing where the focus is go into the message box. */

/** Whatever makes something of letters itself. */
const TAKES_KEYS = 'input, textarea, select, [contenteditable], [role="menu"], [role="listbox"], [role="tablist"]';
/** An input method begins, or a key that only marks the next letter. */
const UNFINISHED = ["Dead", "Process"];

/** Calls `take(event)` for every key that would be typed in vain, and for every paste, as long as the page lives. */
export function catchTyping(take) {
  addEventListener("keydown", (event) => {
    const at = document.activeElement ?? document.body;
    if (event.defaultPrevented || at.closest(TAKES_KEYS) || document.querySelector("dialog[open]")) return;
    if (isText(event) || isPaste(event)) {
      // What has the focus is pressed or scrolled with the space bar.
      if (event.key !== " " || at === document.body) take(event);
    } else if (event.key === "Enter" && at === document.body) {
      take(event);
    }
  });
}

function isText(event) {
  const shortcut = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
  return !shortcut && ([...event.key].length === 1 || UNFINISHED.includes(event.key));
}

function isPaste(event) {
  return (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "v";
}
