// The tree that the XML readers return.

export interface XmlElement {
  readonly name: string;
  /** The character data of an element without children; otherwise empty. */
  readonly text: string;
  /**
   * `text` with the original line ends, if they were not all LF (XML reads CR LF and CR as LF). The
   * reader sets it only on request.
   */
  readonly sent?: string;
  readonly children: readonly XmlElement[];
}

const NO_CHILDREN: readonly XmlElement[] = [];

/**
 * Makes elements without content. Equal elements share one object, because nothing changes an element. A body
 * of 128 KiB may contain `<a/>` 32,000 times, and 32,000 objects cost more CPU than the reading.
 */
export class EmptyElements {
  /** Recent elements. The name of an element decides its index. */
  readonly #last: XmlElement[] = [];

  of(name: string): XmlElement {
    const end = name.length - 1;
    const slot = (name.charCodeAt(0) * 31 + name.charCodeAt(end) + end) & 0xff;
    const known = this.#last[slot];
    if (known?.name === name) return known;
    const element = { name, text: '', children: NO_CHILDREN };
    this.#last[slot] = element;
    return element;
  }
}
