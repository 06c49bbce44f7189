// A platform's contract as plain data: methods, fields, codes, envelope. Types and readers are
// derived from it.

/** HTTP methods that a platform's paths may accept. A path with GET also accepts HEAD. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A text for people, in both languages. Texts on the wire are never translated. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/**
 * The source of a statement. A test looks up every `quote` and `section` in the platform's
 * `documents/` folder: in the vendor's document, or in a numbered clause of `settled.md`.
 */
export type Source =
  | {
      /** A file in the platform's `documents/` folder. */
      readonly document: string;
      readonly section?: string;
      /** A literal quotation from the document. */
      readonly quote?: string;
    }
  /** The number of a clause in `documents/settled.md`, such as `J7` or `ALL3`. */
  | { readonly settled: string };

/** The digest algorithm that is applied to the string to sign. */
export type Algorithm = 'md5' | 'sha1' | 'sha256' | 'hmac-sha256';

interface Described {
  readonly text: Text;
  readonly source: Source;
  /** Absent: the field is required. */
  readonly optional?: true;
  /** The value must not appear in a log or on a page: card codes, tokens. */
  readonly secret?: true;
  /** The place of the value in the request. Default: the body; for GET the query. */
  readonly place?: Place;
}

/** Whether white space around the value is removed (`trimmed`) or belongs to it (`kept`). */
export type Blanks = 'trimmed' | 'kept';

export type TextFormat = 'mobile' | 'shanghai-time' | 'yuan' | 'url';

export interface TextField extends Described {
  readonly type: 'string';
  readonly example: string;
  /** The pattern of the whole value. */
  readonly pattern?: RegExp;
  /** In UTF-16 code units. */
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
  /** Both limits are inclusive. */
  readonly min: number;
  readonly max: number;
  readonly default?: number;
  readonly blanks?: Blanks;
}

/**
 * The form of several values of one name. `repeated`: one XML element for each. `array`: a JSON
 * array. `text`: one text with separators, which the platform's reader splits.
 */
export type ListForm = 'repeated' | 'array' | 'text';

export type ListField = Described & {
  readonly type: 'list';
  /** Maximum number of elements per call. */
  readonly max: number;
  readonly form: ListForm;
} & ({ readonly of: Field } | { readonly fields: Fields });

export interface GroupField extends Described {
  readonly type: 'group';
  readonly fields: Fields;
}

export type Field = TextField | EnumField | IntegerField | ListField | GroupField;

/** Fields in the sequence in which the platform writes them. */
export type Fields = { readonly [name: string]: Field };

/** Whether repeating the identical call may succeed. */
export type Retry = 'never' | 'later' | 'after-a-new-signature';

export interface CodeEntry {
  /** The words of the reply, as the document prints them. */
  readonly wire: string;
  readonly cause: Text;
  readonly remedy: Text;
  readonly retry: Retry;
  readonly source: Source;
  /** The code ends in a field's name or an HTTP status; the table writes a placeholder there. */
  readonly parameter?: 'field' | 'status';
  /** Other wordings of the code, each with its source. */
  readonly otherWires?: Readonly<Record<string, Source>>;
  /** The reason why this server never replies with the code. */
  readonly unused?: Text;
  /** The code means that the call's time is too far from the server's time. */
  readonly clock?: true;
}

export type Codes = { readonly [code: string]: CodeEntry };

/**
 * Defines when two calls count as one call. Every write has it, and every read with a minimum
 * interval.
 */
export interface Once {
  /** The fields, or parts of the request, that must be equal. */
  readonly by: readonly string[];
  /** Milliseconds; `ever`: for as long as the order is stored. */
  readonly forMs: number | 'ever';
  /** The answer to a repeat within that time: the first success again, or a refusal. */
  readonly repeat: 'same-reply' | 'refused';
  /** A field of `by` that the client generates if its caller gives none. */
  readonly made?: string;
  readonly text: Text;
}

/** A sample call. A test runs it against the sandbox, and the reference shows it. */
export interface Sample {
  readonly title: Text;
  readonly source: Source;
  /** The id of the calling party in the sandbox. */
  readonly as: string;
  readonly params: { readonly [name: string]: unknown };
  /** The code that a fresh sandbox answers with, or the contract's `success`. */
  readonly gives: string;
}

export interface MethodContract<Code extends string = string> {
  readonly title: Text;
  readonly source: Source;
  readonly effect: 'read' | 'write';
  /** The method's own URL, if it has one. Default: the envelope's URL. */
  readonly at?: HttpPlace;
  readonly once?: Once;
  /**
   * The element or member of the body that contains the parameters, and of the reply. Default:
   * none.
   */
  readonly node?: string;
  readonly params: Fields;
  /** Groups of names. A call must contain at least one name of each group. */
  readonly oneOf?: readonly (readonly string[])[];
  /** The fields of the reply; for a list, the fields of each item. */
  readonly reply: Fields;
  /** `as-asked`: an object for a single request, an array for a list. Default: `one`. */
  readonly replyForm?: 'one' | 'list' | 'as-asked';
  /** Fields that a list reply contains once, such as the number of pages. */
  readonly head?: Fields;
  /** The codes of the method itself. The checks declare their own codes, see checks.ts. */
  readonly codes: readonly Code[];
  readonly samples: readonly Sample[];
}

export type Place = 'body' | 'header' | 'query' | 'path';

/** A parameter that every call contains in addition to the method's parameters. */
export type EnvelopeField = Field & {
  readonly place: Place;
  /** Whether the string to sign contains the field. */
  readonly signed: boolean;
};

export interface HttpPlace {
  readonly http: HttpMethod;
  /** The path below the server's address. `{name}` stands for one segment. */
  readonly path: string;
}

export interface Envelope extends HttpPlace {
  readonly request: { readonly [name: string]: EnvelopeField };
  readonly reply: Fields;
}

export interface Contract {
  readonly name: string;
  readonly title: Text;
  /** The digest algorithm of signatures. */
  readonly algorithm: Algorithm;
  readonly envelope: Envelope;
  readonly codes: Codes;
  /** The request log's name for a success: a code, if the platform has one. */
  readonly success: string;
  readonly methods: { readonly [method: string]: MethodContract };
}

/** Refuses at compile time a method that names an unknown code or field. */
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

/**
 * The type of a field's value for TypeScript callers: numbers are numbers here, and digits on the
 * wire.
 */
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
/** The parameters that a caller passes to the method. */
export type Params<C extends Contract, M extends MethodOf<C>> = ValuesOf<C['methods'][M]['params']>;
/** The content of the method's successful reply, or of one item of a list. */
export type Reply<C extends Contract, M extends MethodOf<C>> = ValuesOf<C['methods'][M]['reply']>;

/** An item of a list may be refused on its own. */
export interface RefusedItem {
  readonly refused: {
    readonly id: string;
    readonly code: string;
    readonly words: string;
    /** Null for a code that the contract does not know. */
    readonly cause: Text | null;
    readonly remedy: Text | null;
    readonly retry: Retry;
    /** The source that documents the code. */
    readonly clause: Source | null;
  };
}

/** A success as a client returns it: the reply, or the items with the fields of the list. */
export type Success<C extends Contract, M extends MethodOf<C>> = C['methods'][M] extends {
  replyForm: 'list';
  head: infer H extends Fields;
}
  ? Flat<ValuesOf<H> & { readonly items: readonly Reply<C, M>[] }>
  : C['methods'][M] extends { replyForm: 'as-asked' }
    ? { readonly items: readonly (Reply<C, M> | RefusedItem)[] }
    : Reply<C, M>;

/** The document's name of a field, for the request log: the first words of its text. */
export const labelOf = ({ text }: Field): string => text.zh.split(/[。，；：（]/, 1)[0]!;

/** The words of each code, for a reply. */
export function wiresOf<const C extends Codes>(codes: C): { readonly [K in keyof C]: string } {
  const wires = Object.entries(codes).map(([code, { wire }]) => [code, wire]);
  return Object.fromEntries(wires) as { readonly [K in keyof C]: string };
}
