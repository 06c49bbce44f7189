// What help, completion and the reader of flags know of a command, apart from its code.

/** One flag of a command, in the form that parseArgs takes, with the texts for a person. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly default?: string | boolean;
  /** The placeholder of its value in help, such as `FILE`; completion offers files for FILE. */
  readonly value?: string;
  /** What the flag does; one sentence without its full stop. */
  readonly text: string;
  /** The values that completion offers. */
  readonly choices?: readonly string[];
}

export type Flags = Readonly<Record<string, Flag>>;

/** The page of `ordergate help COMMAND`. Its summary stands in texts.ts. */
export interface CommandText {
  readonly name: string;
  /** Each form of the command without `ordergate`. */
  readonly usage: readonly string[];
  /** What a person has to know beside the summary; absent where the flags say all. */
  readonly about?: string;
  /** The words that may stand first after the name, such as `list` and `add`. */
  readonly words?: readonly string[];
  readonly flags: Flags;
  /** Whether the command takes the settings that have a flag (`--data`, `--port` and so on). */
  readonly takesSettings: boolean;
  /** A command line, without `ordergate`, and what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
}
