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
