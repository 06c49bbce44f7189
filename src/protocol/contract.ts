// One statement of a platform as plain data: methods, fields, codes, envelope; types and readers are derived from it.

/** HTTP methods that a platform's paths may take. HEAD follows from GET. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a person reads, in both languages. What stands on the wire is never translated. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/**
 * Where a statement comes from. A test looks up every `quote` and `section` in the platform's
 * `documents/` folder: in the vendor's document, or in a numbered clause of `settled.md`.
 */
export type Source =
  | {
      /** A file in the platform's `documents/` folder. */
      readonly document: string;
      readonly section?: string;
      /** Words that stand in the document exactly so. */
      readonly quote?: string;
    }
  /** The number of a clause in `documents/settled.md`, such as `J7` or `ALL3`. */
  | { readonly settled: string };

/** How a digest is made of the string to sign. */
export type Algorithm = 'md5' | 'sha1' | 'sha256' | 'hmac-sha256';

interface Described {
  readonly text: Text;
  readonly source: Source;
  /** Absent means that the field is required. */
  readonly optional?: true;
  /** The value must not reach a log or a page: card codes, tokens. */
  readonly secret?: true;
  /** Where the value travels. Default: in the body, with GET in the query. */
  readonly place?: Place;
}

/** `trimmed`: white space around the value is no part of it. `kept`: it is. */
export type Blanks = 'trimmed' | 'kept';

export type TextFormat = 'mobile' | 'shanghai-time' | 'yuan' | 'url';

export interface TextField extends Described {
  readonly type: 'string';
  readonly example: string;
  /** What the whole value has to match. */
  readonly pattern?: RegExp;
  /** In characters (UTF-16 code units). */
  readonly maxLength?: number;
  readonly format?: TextFormat;
  /** Default: `kept`. */
  readonly blanks?: Blanks;
}

export interface EnumField extends Described {
  readonly type: 'enum';
  readonly example: string;
  readonly values: Readonly<Record<string, Text>>;
  readonly blanks?: Blanks;
}

export interface IntegerField extends Described {
  readonly type: 'integer';
  readonly example: number;
  /** Both ends are included. */
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly blanks?: Blanks;
}

/**
 * How several values of one name are written. `repeated`: one element for each, in XML.
 * `array`: a JSON array. `text`: one text with separators, which the platform's reader knows.
 */
export type ListForm = 'repeated' | 'array' | 'text';

export type ListField = Described & {
  readonly type: 'list';
  /** The most elements that one call may hold. */
  readonly max: number;
  readonly form: ListForm;
} & ({ readonly of: Field } | { readonly fields: Fields });

export interface GroupField extends Described {
  readonly type: 'group';
  readonly fields: Fields;
}

export type Field = TextField | EnumField | IntegerField | ListField | GroupField;

/** In the order in which the platform writes them. */
export type Fields = { readonly [name: string]: Field };

/** Whether a repeat of the very same call may help. */
export type Retry = 'never' | 'later' | 'after-a-new-signature';

export interface CodeEntry {
  /** The words that the reply carries, as the document prints them. */
  readonly wire: string;
  readonly cause: Text;
  readonly remedy: Text;
  readonly retry: Retry;
  readonly source: Source;
  /** The code ends in a field's name or an HTTP status, and stands in the table with a sign for it. */
  readonly parameter?: 'field' | 'status';
  /** Other words for the same code, each with the place that uses them. */
  readonly otherWires?: Readonly<Record<string, Source>>;
  /** Why no reply of this server carries the code. */
  readonly unused?: Text;
  /** The code says that the time of the call is too far off the server's. */
  readonly clock?: true;
}

export type Codes = { readonly [code: string]: CodeEntry };

/** What makes two calls one call. Every write has it, and a read that may not be repeated at once. */
export interface Once {
  /** The fields, or the parts of the request, whose equality makes the calls one. */
  readonly by: readonly string[];
  /** In milliseconds, or for as long as the order is kept. */
  readonly forMs: number | 'ever';
  /** What a repeat within that time gets: the first success again, or a refusal. */
  readonly repeat: 'same-reply' | 'refused';
  /** One of `by` that a client may make where its caller gives none. */
  readonly made?: string;
  readonly text: Text;
}

/** A call to try: run by a test against the sandbox, and shown in the reference. */
export interface Sample {
  readonly title: Text;
  readonly source: Source;
  /** The party of the sandbox that calls, by its id. */
  readonly as: string;
  readonly params: { readonly [name: string]: unknown };
  /** The code that a fresh sandbox answers with, or the contract's `success`. */
  readonly gives: string;
}

export interface MethodContract<Code extends string = string> {
  readonly title: Text;
  readonly source: Source;
  readonly effect: 'read' | 'write';
  /** Where the method is called, if it has a URL of its own. Default: as the envelope says. */
  readonly at?: HttpPlace;
  readonly once?: Once;
  /** The element, or the member, of the body that holds the parameters, and of the reply. Default: none. */
  readonly node?: string;
  readonly params: Fields;
  /** Groups of names; a call holds at least one name of each group. */
  readonly oneOf?: readonly (readonly string[])[];
  /** Of a list, the fields of each item. */
  readonly reply: Fields;
  /** `as-asked`: an object for one, an array for a list. Default: `one`. */
  readonly replyForm?: 'one' | 'list' | 'as-asked';
  /** What stands once beside the items of a list, such as the number of pages. */
  readonly head?: Fields;
  /** The codes of the method itself. The checks before it say theirs, see checks.ts. */
  readonly codes: readonly Code[];
  readonly samples: readonly Sample[];
}

export type Place = 'body' | 'header' | 'query' | 'path';

/** A parameter that every call carries, beside those of its method. */
export type EnvelopeField = Field & {
  readonly place: Place;
  /** Whether the string to sign holds it. */
  readonly signed: boolean;
};

export interface HttpPlace {
  readonly http: HttpMethod;
  /** Below the server's address; `{name}` takes one segment. */
  readonly path: string;
}

export interface Envelope extends HttpPlace {
  readonly request: { readonly [name: string]: EnvelopeField };
  readonly reply: Fields;
}

export interface Contract {
  readonly name: string;
  readonly title: Text;
  /** How signatures are made. */
  readonly algorithm: Algorithm;
  readonly envelope: Envelope;
  readonly codes: Codes;
  /** What the request log calls a success: a code, where the platform has one for it. */
  readonly success: string;
  readonly methods: { readonly [method: string]: MethodContract };
}

/** Refuses at compile time a method that names a code, or a field, that the contract does not have. */
type WithKnownCodes<C extends Contract> = {
  readonly methods: {
    readonly [M in keyof C['methods']]: {
      readonly codes: readonly (keyof C['codes'])[];
      readonly samples: readonly (Sample & { readonly gives: keyof C['codes'] | C['success'] })[];
      readonly oneOf?: readonly (readonly (keyof C['methods'][M]['params'])[])[];
    };
  };
};

/** Keeps the literal types of a contract, so that the types below are inferred from it. */
export function defineContract<const C extends Contract>(contract: C & WithKnownCodes<C>): C {
  return contract;
}

/** A type of the wire: numbers are numbers here, and digits on the wire. */
export type ValueOf<F> = F extends { type: 'enum'; values: infer V }
  ? keyof V & string
  : F extends { type: 'integer' }
    ? number
    : F extends { type: 'list'; of: infer One }
      ? readonly ValueOf<One>[]
      : F extends { type: 'list'; fields: infer G extends Fields }
        ? readonly ValuesOf<G>[]
        : F extends { type: 'group'; fields: infer G extends Fields }
          ? ValuesOf<G>
          : string;

type OptionalNames<G extends Fields> = {
  [N in keyof G]: G[N] extends { optional: true } ? N : never;
}[keyof G];

type Flat<T> = { [K in keyof T]: T[K] };

export type ValuesOf<G extends Fields> = Flat<
  { readonly [N in Exclude<keyof G, OptionalNames<G>>]: ValueOf<G[N]> } & {
    readonly [N in OptionalNames<G>]?: ValueOf<G[N]> | undefined;
  }
>;

export type MethodOf<C extends Contract> = keyof C['methods'] & string;
export type CodeOf<C extends Contract> = keyof C['codes'] & string;
/** What a caller hands over to call the method. */
export type Params<C extends Contract, M extends MethodOf<C>> = ValuesOf<C['methods'][M]['params']>;
/** What a success of the method says: all of it, or one item of a list. */
export type Reply<C extends Contract, M extends MethodOf<C>> = ValuesOf<C['methods'][M]['reply']>;

/** In a list that was asked for, an item may be refused alone. */
export interface RefusedItem {
  readonly refused: {
    readonly id: string;
    readonly code: string;
    readonly words: string;
    /** Null for a code that the contract does not know. */
    readonly cause: Text | null;
    readonly remedy: Text | null;
    readonly retry: Retry;
    /** Where the code is documented. */
    readonly clause: Source | null;
  };
}

/** A success as a client returns it: the reply, or its items with what stands beside them. */
export type Success<C extends Contract, M extends MethodOf<C>> = C['methods'][M] extends {
  replyForm: 'list';
  head: infer H extends Fields;
}
  ? Flat<ValuesOf<H> & { readonly items: readonly Reply<C, M>[] }>
  : C['methods'][M] extends { replyForm: 'as-asked' }
    ? { readonly items: readonly (Reply<C, M> | RefusedItem)[] }
    : Reply<C, M>;

/** What the document calls a field, for a line of the request log: the first words of its text. */
export const labelOf = ({ text }: Field): string => text.zh.split(/[。，；：（]/, 1)[0]!;

/** The words of each code, for a reply. */
export function wiresOf<const C extends Codes>(codes: C): { readonly [K in keyof C]: string } {
  const wires = Object.entries(codes).map(([code, { wire }]) => [code, wire]);
  return Object.fromEntries(wires) as { readonly [K in keyof C]: string };
}
