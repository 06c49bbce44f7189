// A platform's checks as one visible, ordered list; the compiler knows what each step may rely on and refuse with.
import type { Text } from './contract.ts';

/** A refusal: the platform's code, what its reply says, and what the request log says besides. */
export interface Refusal<Code extends string = string> {
  readonly refused: Code;
  /** Sent to the caller. Default: the code's text in the platform's table. */
  readonly description?: string;
  /** What is wrong and where, for the request log; the wire carries the document's words only. */
  readonly detail?: string;
}

/** For a step that only checks. */
export const PASS: object = {};

/** For the list of checks: why a step refuses with a code. */
export const says = (zh: string, en: string): Text => ({ zh, en });

/** What one step adds to the call, or its refusal. */
type StepResult<Added extends object> = Added | Refusal;
type Step<Call, Added extends object> = (
  call: Call,
) => StepResult<Added> | Promise<StepResult<Added>>;

type Results<Run> = Run extends (call: never) => infer R ? Awaited<R> : never;
type AddedBy<Run> = Exclude<Results<Run>, Refusal>;
type CodeIn<Result> = Result extends Refusal<infer Code> ? Code : never;
/** A code that ends in a field's name or a number stands in the tables with `*` for it. */
type RowOf<Code> = Code extends `${infer Name}:${infer End}`
  ? string extends End
    ? `${Name}:*`
    : Code
  : Code;
/** Each code that a step refuses with, and why; a step that refuses nothing has none to state. */
type Refusals<Run> = [CodeIn<Results<Run>>] extends [never]
  ? []
  : [refuses: { readonly [Code in RowOf<CodeIn<Results<Run>>>]: Text }];

/** A step as people read it: its name, and why it refuses, by code. */
export interface StatedStep {
  readonly name: string;
  readonly refuses: Readonly<Record<string, Text>>;
}

export type Checked<Call> =
  | { readonly accepted: true; readonly call: Call }
  | {
      readonly accepted: false;
      readonly refusal: Refusal;
      /** The step that refused. */
      readonly refusedBy: string;
      /** What the steps before it found out. */
      readonly call: Partial<Call>;
    };

/**
 * Steps in order; the first refusal wins. Each `step` returns what it found out, and later steps may
 * use that: a step moved before what it needs does not compile, and neither does one that states a
 * code too many or too few.
 */
export class Checks<Start extends object, Call extends object> {
  readonly names: readonly string[];
  readonly stated: readonly StatedStep[];
  readonly #steps: readonly Step<never, object>[];

  private constructor(stated: readonly StatedStep[], steps: readonly Step<never, object>[]) {
    this.names = stated.map(({ name }) => name);
    this.stated = stated;
    this.#steps = steps;
  }

  static from<Start extends object>(): Checks<Start, Start> {
    return new Checks<Start, Start>([], []);
  }

  /** @param refuses why the step refuses, for each of its codes; the reference prints it */
  step<Run extends Step<Call, object>>(
    name: string,
    run: Run,
    ...refusals: Refusals<Run>
  ): Checks<Start, Call & AddedBy<Run>> {
    const [refuses = {}] = refusals as readonly StatedStep['refuses'][];
    return new Checks([...this.stated, { name, refuses }], [...this.#steps, run]);
  }

  /** A promise only where a step makes one: most have all they need at hand. */
  run(start: Start): Checked<Call> | Promise<Checked<Call>> {
    return this.#runFrom(0, { ...start });
  }

  #runFrom(first: number, call: object): Checked<Call> | Promise<Checked<Call>> {
    for (let i = first; i < this.#steps.length; i++) {
      const result = this.#steps[i]!(call as never);
      if (result instanceof Promise) {
        return result.then((late) => this.#take(late, i, call) ?? this.#runFrom(i + 1, call));
      }
      const refused = this.#take(result, i, call);
      if (refused) return refused;
    }
    return { accepted: true, call: call as Call };
  }

  /** Adds what the step found out to the call; where it refused, the end of it. */
  #take(result: StepResult<object>, step: number, call: object): Checked<Call> | undefined {
    if (result === PASS) return undefined;
    if (isRefusal(result)) {
      const refusedBy = this.names[step]!;
      return { accepted: false, refusal: result, refusedBy, call: call as Partial<Call> };
    }
    Object.assign(call, result);
    return undefined;
  }
}

/** By the value, since to look a name up in results of many shapes costs more with `in`. */
function isRefusal(result: StepResult<object>): result is Refusal {
  return (result as Partial<Refusal>).refused !== undefined;
}
