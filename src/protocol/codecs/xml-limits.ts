// The limits that a caller gives to the XML reader, and the error that the reader throws.
import { PositionError } from './position-error.ts';

export interface XmlLimits {
  /** Maximum size of the document in bytes of UTF-8. */
  readonly maxBytes: number;
  /** Maximum nesting depth of elements; the root has depth 1. Default: 16. */
  readonly maxDepth?: number;
  /** Whether one element may contain several elements of the same name. Default: `refuse`. */
  readonly repeats?: 'refuse' | 'allow';
  /** Whether elements also keep original line ends: `sent` of an element. */
  readonly keepLineEnds?: boolean;
}

export class XmlError extends PositionError {
  readonly code = 'ERR_XML';
  override readonly name = 'XmlError';
}
