// The attributes `nil` and `type` of XMLSchema-instance, which serializers write beside values.

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const NIL: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** An attribute that has a prefix and is called nil or type, and where it stands. */
export interface PrefixedAttribute {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

/** Whether the name may be one of the two, which only its prefix decides. */
export const mayBeInstanceAttribute = (name: string): boolean => /:(nil|type)$/.test(name);

/** Which prefixes stand for XMLSchema-instance, element by element. */
export class InstancePrefixes {
  readonly #bound = new Map<string, boolean>();
  /** What the declarations of the elements around have replaced, to be put back at their ends. */
  readonly #replaced: (readonly [prefix: string, before: boolean | undefined])[] = [];

  /** To be given back to {@link leave} at the end of the element that begins now. */
  enter(): number {
    return this.#replaced.length;
  }

  /** `xmlns:prefix="uri"` of the element that was entered last. */
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
   * @param fail is called for one that is not accepted, with null where its prefix is another's
   */
  isNil(
    attributes: readonly PrefixedAttribute[],
    fail: (problem: string | null, attribute: PrefixedAttribute) => never,
  ): boolean {
    let nil: boolean | undefined;
    let hasType = false;
    for (const attribute of attributes) {
      const [prefix, local] = attribute.name.split(':') as [string, string];
      // Documents that are put together by hand use `xsi:` and forget to declare it.
      if (!(this.#bound.get(prefix) ?? prefix === 'xsi')) fail(null, attribute);
      if (local === 'nil' ? nil !== undefined : hasType)
        fail('given twice, under two prefixes', attribute);
      if (local === 'type') hasType = true;
      else nil = NIL.get(attribute.value.trim()) ?? fail('is neither true nor false', attribute);
    }
    return nil === true;
  }
}
