// What the judge of a caller keeps of a run: the calls that came, and what became of the callbacks.
import type { CallerJob, ReceivedCall } from '../../protocol/caller-rules.ts';

/**
 * What happens to a caller: nothing unusual; the reply to its write is lost; its write is refused;
 * the reply cannot be read; it meets a limit; callbacks come; a callback comes that nobody sent.
 */
export type TrialName =
  | 'plain'
  | 'reset'
  | 'refusal'
  | 'garbage'
  | 'limit'
  | 'callbacks'
  | 'forged';

export interface Recorded extends ReceivedCall {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly verb: string;
  readonly trial: TrialName | null;
  readonly method: string | null;
  /** The code of the reply; null: none was sent, or it could not be read. */
  readonly code: string | null;
  readonly status: number | null;
  readonly reply: string | null;
  /** What was forced upon the call. */
  readonly forced: string | null;
}

/** A callback that was posted to the caller. */
export interface Post {
  readonly kind: 'forged' | 'replayed' | 'first' | 'again' | 'newest' | 'older';
  /** Null: no answer came. */
  readonly status: number | null;
  /** The lines that the caller printed because of it: `taken ORDER STATE`. */
  readonly taken: readonly string[];
  readonly bytes: string;
}

/** A job of the caller and all that was seen of it. */
export interface Observed {
  readonly trial: TrialName;
  readonly job: CallerJob;
  readonly calls: readonly Recorded[];
  readonly posts: readonly Post[];
  /** The exit code; null: it was stopped; undefined: its end is not seen. */
  readonly exit: number | null | undefined;
  /** The end of what the caller wrote to standard error. */
  readonly said: string;
  /** How many changes of its order the platform has made; null: unknown. */
  readonly changes: number | null;
}
