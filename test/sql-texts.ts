// The SQL texts in the code of an engine: every literal that begins with a statement, its local parts filled in.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';

export interface SqlText {
  /** The file, and the line in which the text begins. */
  readonly where: string;
  readonly sql: string;
}

/** A node of the syntax tree (ESTree). */
interface Syntax {
  readonly type: string;
  readonly start: number;
  // biome-ignore lint/suspicious/noExplicitAny: each type of node has fields of its own.
  readonly [field: string]: any;
}
type Constants = ReadonlyMap<string, Syntax>;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IS_SQL =
  /^\s*(SELECT|INSERT INTO|UPDATE [a-z_]+|DELETE FROM|WITH [a-z_]+ AS|BEGIN|TRUNCATE|COPY|SET LOCAL|CREATE|ALTER|DROP|DECLARE|LOCK)\b/;

/** @param pattern of files, from the root of the repository */
export function sqlTexts(pattern: string): SqlText[] {
  const files = globSync(pattern, { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));
  return files.flatMap((file) => textsOf(file, readFileSync(`${ROOT}/${file}`, 'utf8')));
}

export function textsOf(file: string, code: string): SqlText[] {
  const program = parseAst(code, { lang: 'ts' }) as unknown as Syntax;
  const constants = new Map<string, Syntax>();
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator' && node.init) constants.set(node.id.name, node.init);
  });
  const found: SqlText[] = [];
  walk(program, (node) => {
    if (!isText(node)) return;
    const sql = textOf(node, constants, 0);
    const line = code.slice(0, node.start).split('\n').length;
    if (IS_SQL.test(sql)) found.push({ where: `${file}:${line}`, sql });
  });
  return found;
}

function walk(node: Syntax, visit: (node: Syntax) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (typeof inner?.type === 'string') walk(inner, visit);
    }
  }
}

const isText = ({ type, value }: Syntax): boolean =>
  type === 'TemplateLiteral' || (type === 'Literal' && typeof value === 'string');

/** The text of an expression; a part that only a running program knows is left as `part`. */
function textOf(node: Syntax, constants: Constants, depth: number): string {
  const inner = (next: Syntax): string => (depth > 8 ? 'part' : textOf(next, constants, depth + 1));
  if (node.type === 'Literal') return String(node.value);
  if (node.type === 'TemplateLiteral') {
    const texts = node.quasis.map(({ value }: Syntax) => value.cooked);
    return texts.reduce(
      (text: string, next: string, i: number) => text + inner(node.expressions[i - 1]) + next,
    );
  }
  if (node.type === 'Identifier')
    return constants.has(node.name) ? inner(constants.get(node.name)!) : 'part';
  if (node.type === 'CallExpression') return inner(node.callee);
  // The parameters of a function stay unknown.
  if (node.type === 'ArrowFunctionExpression' && node.expression) return inner(node.body);
  if (node.type.startsWith('TS') && node.expression) return inner(node.expression);
  return 'part';
}
