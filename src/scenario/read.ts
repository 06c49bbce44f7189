// Reads a scenario from YAML or JSON. What is wrong is said with the file, the step and the line.
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { documentSchema, KINDS, type Kind, type Scenario, STEPS, type Step } from './format.ts';

export class ScenarioError extends Error {
  readonly code = 'ERR_SCENARIO';
  override readonly name = 'ScenarioError';
}

/** Far more than a person writes. YAML lets a short text stand for a long one, so that it needs a bound. */
const MAX_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

/**
 * @param file as messages name it
 * @throws {ScenarioError}
 */
export function readScenario(text: string, file: string): Scenario {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new ScenarioError(`${file}: a scenario has at most ${MAX_BYTES} bytes`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ScenarioError(`${file}, line ${line}, column ${col}: ${problem.message}`);
  }
  const lineOf = (path: readonly PropertyKey[]): number => lineAt(document, lines, path);
  const whole = parse(documentSchema, toJs(document, file), (path, message) => {
    const where = path.length === 0 ? '' : ` ${path.join('.')}:`;
    return `${file}, line ${lineOf(path)}:${where} ${message}`;
  });
  const steps = whole.steps.map((given, i): Step => {
    const at = (path: readonly PropertyKey[]) =>
      `${file}, step ${i + 1}, line ${lineOf(['steps', i, ...path])}`;
    const kind = kindOf(given, () => at([]));
    const step = parse(STEPS[kind] as z.ZodType, given, (path, message) => {
      const where = path.length === 0 ? '' : ` ${path.join('.')}:`;
      return `${at(path)}:${where} ${message}`;
    });
    return { kind, line: lineOf(['steps', i]), step } as Step;
  });
  return { file, title: whole.title, steps };
}

function toJs(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new ScenarioError(`${file}: ${(error as Error).message}`);
  }
}

/** The line of a value, or of the nearest thing around it. */
function lineAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    // The value of a key may be empty; its key stands before it.
    const holder = length > 0 ? document.getIn(path.slice(0, length - 1), true) : undefined;
    if (isMap(holder)) {
      const pair = holder.items.find(({ key }) => String(key) === String(path[length - 1]));
      if (isNode(pair?.key) && pair.key.range) return lines.linePos(pair.key.range[0]).line;
    }
  }
  return 1;
}

function kindOf(given: unknown, where: () => string): Kind {
  const keys = typeof given === 'object' && given !== null ? Object.keys(given) : [];
  const found = KINDS.filter((kind) => keys.includes(kind));
  // The callbacks' own word may stand beside no other; all others name one kind alone.
  if (found.length === 1) return found[0]!;
  const said =
    found.length === 0 ? `it has ${keys.join(', ') || 'nothing'}` : `it has ${found.join(' and ')}`;
  throw new ScenarioError(`${where()}: a step is exactly one of ${KINDS.join(', ')}; ${said}`);
}

function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  message: (path: readonly PropertyKey[], problem: string) => string,
): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // A field that is spelt wrong is often the reason why another one is missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  const { path, message: problem } = issue;
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0]! : undefined;
  if (key !== undefined) throw new ScenarioError(message([...path, key], 'there is no such field'));
  throw new ScenarioError(message(path, problem));
}
