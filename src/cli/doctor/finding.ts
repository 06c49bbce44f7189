// One finding of `ordergate doctor`: what was looked at, how it is, and what to do.

export type State = 'ok' | 'warn' | 'wrong' | 'skipped';

export interface Finding {
  /** Such as `settings` or `disk`. */
  readonly about: string;
  readonly state: State;
  readonly found: string;
  /** Absent where nothing has to be done. */
  readonly todo?: string;
}

export const ok = (about: string, found: string): Finding => ({ about, state: 'ok', found });
export const skipped = (about: string, found: string): Finding => ({
  about,
  state: 'skipped',
  found,
});
export const warn = (about: string, found: string, todo: string): Finding => ({
  about,
  state: 'warn',
  found,
  todo,
});
export const wrong = (about: string, found: string, todo: string): Finding => ({
  about,
  state: 'wrong',
  found,
  todo,
});
