// A platform's checks as one ordered list. The compiler knows the inputs and the refusals of each
// step.
import type { Text } from './contract.ts';

/** A refusal: the platform's code, the text of the reply, and a detail for the request log. */
export interface Refusal<Code extends string = string> {
  readonly refused: Code;
  /** The text for the caller. Default: the code's text in the platform's table. */
  readonly description?: string;
  /**
   * The problem and its place, for the request log. The reply carries only the document's words.
   */
  readonly detail?: string;
}

/** The result of a step that only checks and adds nothing to the call. */
export const PASS: object = {};

/** States in the list of checks why a step refuses with a code. */
export const says = (zh: string, en: string): Text => ({ zh, en });

/** What one step adds to the call, or its refusal. */
type StepResult<Added extends object> = Added | Refusal;
type Step<Call, Added extends object> = (
  call: Call,
) => StepResult<Added> | Promise<StepResult<Added>>;

type Results<Run> = Run extends (call: never) => infer R ? Awaited<R> : never;
type AddedBy<Run> = Exclude<Results<Run>, Refusal>;
type CodeIn<Result> = Result extends Refusal<infer Code> ? Code : never;
/** A code that ends in a field's name or a number has `*` in place of that end in the tables. */
type RowOf<Code> = Code extends `${infer Name}:${infer End}`
  ? string extends End
    ? `${Name}:*`
    : Code
  : Code;
/** Each code that a step refuses with, and the reason; nothing for a step that never refuses. */
type Refusals<Run> = [CodeIn<Results<Run>>] extends [never]
  ? []
  : [refuses: { readonly [Code in RowOf<CodeIn<Results<Run>>>]: Text }];

/** A step as people read it: its name, and the reason for each of its codes. */
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
      /** The findings of the steps before the refusing step. */
      readonly call: Partial<Call>;
    };

/**
 * A list of steps; the first refusal ends the call. Each step returns its findings, which later
 * steps may use. A step that stands before a step it depends on does not compile, and neither does
 * a step that states a code too many or too few.
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

  /** Returns a promise only if a step returns one, because most steps need no waiting. */
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

  /** Adds the step's findings to the call, or returns the end result if the step refused. */
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

/** Compares values, because `in` is slower on results of many shapes. */
function isRefusal(result: StepResult<object>): result is Refusal {
  return (result as Partial<Refusal>).refused !== undefined;
}
