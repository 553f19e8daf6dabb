/** Puts a panel beside what opened it, inside the window, above everything, and takes it away when it is left. */

const GAP_PX = 6;

/** Higher, and a long list hides the conversation that it is about. */
const MOST_PX = 400;

/**
 * Shows `panel` under `anchor` (above it where there is more room) and returns the function that removes it.
 *
 * `leave()` is called when somebody presses or scrolls elsewhere; it decides what that means.
 * `point` `{x, y}` puts it there instead, for context menus.
 */
export function floatBelow(panel, anchor, { leave, point } = {}) {
  // A modal dialog makes everything outside itself unreachable, so its own menus live inside it.
  const home = anchor.closest("dialog") ?? document.querySelector("main");
  const scrollers = new AbortController();
  home.append(panel);

  function settle() {
    if (!anchor.isConnected && !point) return;
    const box = point ? new DOMRect(point.x, point.y, 0, 0) : anchor.getBoundingClientRect();
    const below = innerHeight - box.bottom - GAP_PX * 2;
    const above = box.top - GAP_PX * 2;
    panel.style.minWidth = `${Math.min(box.width, innerWidth - GAP_PX * 2)}px`;
    panel.style.maxHeight = `${MOST_PX}px`;
    const upwards = panel.offsetHeight > below && above > below;
    panel.style.maxHeight = `${Math.min(Math.max(upwards ? above : below, 120), MOST_PX)}px`;
    panel.style.left = `${Math.max(GAP_PX, Math.min(box.left, innerWidth - panel.offsetWidth - GAP_PX))}px`;
    panel.style.top = upwards
      ? `${Math.max(GAP_PX, box.top - panel.offsetHeight - GAP_PX)}px`
      : `${box.bottom + GAP_PX}px`;
  }

  // The focus may be on something that newer messages have pushed out of sight.
  if (!point) anchor.scrollIntoView({ block: "nearest" });
  settle();
  const { signal } = scrollers;
  addEventListener("resize", settle, { signal });
  addEventListener("scroll", (event) => !panel.contains(event.target) && settle(), { signal, capture: true });
  const watcher = new ResizeObserver(settle);
  watcher.observe(panel);
  const outside = (event) => !panel.contains(event.target) && !anchor.contains(event.target) && leave?.();
  addEventListener("pointerdown", outside, { signal, capture: true });
  return () => {
    scrollers.abort();
    watcher.disconnect();
    panel.remove();
  };
}
