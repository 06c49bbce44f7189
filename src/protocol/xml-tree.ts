// Reads a reply's XML into a tree of plain objects, for those who judge a server.
import { parseXml, type XmlElement } from './codecs/xml.ts';

/** A reply that is longer than this is no reply of an order platform. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * An element with elements is an object; all others are texts. Several elements of one name are a
 * list.
 *
 * @throws {XmlError}
 */
export function readXmlTree(text: string): Readonly<Record<string, unknown>> {
  const root = parseXml(text, { maxBytes: MAX_BYTES, repeats: 'allow' });
  return { [root.name]: contentOf(root) };
}

function contentOf({ text, children }: XmlElement): unknown {
  if (children.length === 0) return text;
  const tree: Record<string, unknown> = {};
  for (const child of children) {
    const value = contentOf(child);
    if (!Object.hasOwn(tree, child.name)) tree[child.name] = value;
    else if (Array.isArray(tree[child.name])) (tree[child.name] as unknown[]).push(value);
    else tree[child.name] = [tree[child.name], value];
  }
  return tree;
}
