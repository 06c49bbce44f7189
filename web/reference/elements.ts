// Makes elements of a page from texts: no text is ever read as HTML.

export type Child = Node | string;

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A block of code that a keyboard can scroll, as the server writes it. */
export const codeBlock = (label: string, text: string): HTMLPreElement =>
  make('pre', { tabindex: '0', role: 'region', 'aria-label': label }, make('code', {}, text));
