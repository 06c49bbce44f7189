// What an XML document is read into.

export interface XmlElement {
  readonly name: string;
  /** The character data, where the element has no children; otherwise empty. */
  readonly text: string;
  /**
   * `text` with its line ends as they were sent, where they were not all LF (XML reads CR LF, and CR, as
   * LF). Given only to who asked for it.
   */
  readonly sent?: string;
  readonly children: readonly XmlElement[];
}
