// What an XML document is read into.

export interface XmlElement {
  readonly name: string;
  /** The character data, where the element has no children; otherwise empty. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}
