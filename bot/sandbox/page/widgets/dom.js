/** Builds elements. Text becomes text and addresses are checked here, so no bot string can become markup or script. */

/** A link's address if it leads to the web, else null: `javascript:` and `data:` lead nowhere. */
export function linkAddress(address) {
  const url = parse(address);
  return url && ["http:", "https:"].includes(url.protocol) ? url.href : null;
}

/** A picture's or file's address on this server, else null: the page loads nothing from anywhere else. */
export function mediaAddress(address) {
  const url = parse(address);
  if (!url) return null;
  if (url.protocol === "blob:") return url.origin === location.origin ? url.href : null;
  const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname) && url.port === location.port;
  return url.origin === location.origin || loopback ? location.origin + url.pathname + url.search : null;
}

function parse(address) {
  try {
    return new URL(String(address), location.origin);
  } catch {
    return null;
  }
}

/**
 * An element with attributes and children; null, undefined and false are left out, everywhere.
 *
 * `on` maps events to listeners, `style` maps properties to values, `class` may be a list. Children are nodes or
 * strings, in any nesting of lists. `href` and `src` go through the two checks above, so a bad one is absent.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...present(children));
  return element;
}

function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  else if (name === "style")
    for (const [property, one] of Object.entries(value)) element.style.setProperty(property, one);
  else if (name === "class") element.className = [value].flat().filter(Boolean).join(" ");
  else if (name === "href") setIfAny(element, name, linkAddress(value));
  else if (name === "src") setIfAny(element, name, mediaAddress(value));
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : String(value));
}

function setIfAny(element, name, value) {
  if (value !== null) element.setAttribute(name, value);
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what an element holds, with the same rules for children as `el`. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** A name that came from outside, kept from turning the direction of the text around it. */
export function name(text) {
  return el("bdi", {}, text);
}

let count = 0;

/** An id for label, description and error to point at; unique on this page. */
export function newId(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}
