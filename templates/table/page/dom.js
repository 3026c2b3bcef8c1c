/** Elements, made and kept in step; text is only ever set as text. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | boolean | undefined>} Attributes */

/**
 * Set attributes; true is an empty one, undefined and false take it away.
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @returns {E}
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else {
      const text = value === true ? "" : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function html(tag, attributes = {}, ...children) {
  const element = set(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = set(/** @type {SVGElementTagNameMap[T]} */ (document.createElementNS(SVG, tag)), attributes);
  element.append(...children);
  return element;
}

/**
 * @param {Node} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * The element that has to be there.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(selector) {
  const found = document.querySelector(selector);
  if (!found) throw new Error(`${selector} isn't on the page`);
  return /** @type {HTMLElement} */ (found);
}

/**
 * Keep one element per key among a parent's children, in order: those that stay are the same ones.
 * @template T
 * @template {Element} E
 * @param {Element} parent
 * @param {Map<string, E>} elements those that are there, by key
 * @param {readonly [string, T][]} wanted
 * @param {(key: string, item: T) => E} make
 */
export function keep(parent, elements, wanted, make) {
  const keys = new Set(wanted.map(([key]) => key));
  for (const [key, element] of elements) {
    if (keys.has(key)) continue;
    element.remove();
    elements.delete(key);
  }
  /** @type {Element | null} */
  let next = parent.firstElementChild;
  for (const [key, item] of wanted) {
    let element = elements.get(key);
    if (!element) elements.set(key, (element = make(key, item)));
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}
