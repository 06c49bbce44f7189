// Reads the attributes `nil` and `type` of XMLSchema-instance, which serializers write on elements.

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const NIL: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** An attribute with a prefix that is called nil or type, and its position. */
export interface PrefixedAttribute {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

/** Whether the name may be one of the two attributes; its prefix decides. */
export const mayBeInstanceAttribute = (name: string): boolean => /:(nil|type)$/.test(name);

/** Tracks for each element which prefixes are bound to XMLSchema-instance. */
export class InstancePrefixes {
  readonly #bound = new Map<string, boolean>();
  /** The bindings that the open elements have replaced. The end of each element restores them. */
  readonly #replaced: (readonly [prefix: string, before: boolean | undefined])[] = [];

  /** Returns a mark that the caller passes to {@link leave} at the end of the element. */
  enter(): number {
    return this.#replaced.length;
  }

  /** Records `xmlns:prefix="uri"` of the element that was entered last. */
  declare(prefix: string, uri: string): void {
    this.#replaced.push([prefix, this.#bound.get(prefix)]);
    this.#bound.set(prefix, uri.trim() === SCHEMA_INSTANCE);
  }

  leave(entered: number): void {
    while (this.#replaced.length > entered) {
      const [prefix, before] = this.#replaced.pop()!;
      if (before === undefined) this.#bound.delete(prefix);
      else this.#bound.set(prefix, before);
    }
  }

  /**
   * Whether the attributes of one element make it nil.
   *
   * @param fail is called for a refused attribute, or with null if its prefix belongs to another
   * namespace
   */
  isNil(
    attributes: readonly PrefixedAttribute[],
    fail: (problem: string | null, attribute: PrefixedAttribute) => never,
  ): boolean {
    let nil: boolean | undefined;
    let hasType = false;
    for (const attribute of attributes) {
      const colon = attribute.name.indexOf(':');
      const prefix = attribute.name.slice(0, colon);
      const local = attribute.name.slice(colon + 1);
      // Documents that are assembled by hand often use `xsi:` without a declaration.
      if (!(this.#bound.get(prefix) ?? prefix === 'xsi')) fail(null, attribute);
      if (local === 'nil' ? nil !== undefined : hasType)
        fail('given twice, under two prefixes', attribute);
      if (local === 'type') hasType = true;
      else nil = NIL.get(attribute.value.trim()) ?? fail('is neither true nor false', attribute);
    }
    return nil === true;
  }
}
