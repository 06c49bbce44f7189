// Control characters that stand in files, ledgers and arguments never reach the terminal as controls.
import { match, ok } from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { withoutControls } from '../src/log.ts';
import { makeLedger, run } from './cli-process.ts';
import type { Ended } from './server-process.ts';
import { temporaryDirectory } from './support.ts';

/** Clears the screen, sets the title, and writes a false line; in C0, in C1, and against the direction of writing. */
const ESCAPES = '\x1b[2J\x1b]0;title\x07\r\b\x7f\x9b2J\u202eordergate: all is well\u2066';
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const data = await makeLedger();

function isHarmless({ stdout, stderr }: Ended, names: RegExp): void {
  match(stderr, names);
  for (const text of [stdout, stderr]) ok(!CONTROLS.test(text), JSON.stringify(text));
}

function ledgerWith(sql: string, ...values: string[]): string {
  const copy = temporaryDirectory();
  cpSync(data, copy, { recursive: true });
  const db = new DatabaseSync(join(copy, 'ledger.db'), { enableForeignKeyConstraints: false });
  db.prepare(sql).run(...values);
  db.close();
  return copy;
}

function fileOf(content: string | Buffer, name = 'a file'): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, content);
  return path;
}

const TAMPERED: Readonly<Record<string, readonly [sql: string, names: RegExp]>> = {
  'an order id': [
    "UPDATE orders SET order_id = ? WHERE order_id = '15112480268'",
    /^damage: order jintong \\x1b\[2J\\x1b\]0;title\\x07\\x0d\\x08\\u007f\\u009b2J\\u202eorder/m,
  ],
  'a look-up key': ["UPDATE order_keys SET value = ? WHERE name = 'pnr'", /^damage: order_keys: /m],
  'the name of a list': ['UPDATE lists SET name = ?||id', /^damage: list_entries: .*\\x1b/m],
  'the kind of a deadline': [
    "UPDATE deadlines SET kind = 'a' || ? || id",
    /^damage: deadlines: .*\\x1b/m,
  ],
  'the action of a change': [
    'UPDATE history SET action = ? WHERE seq = 5',
    /^damage: order .*\\x1b/m,
  ],
  'an environment': [
    "UPDATE settings SET value = ? WHERE name = 'environment'",
    /^damage: .*\\x1b/m,
  ],
};

for (const [what, [sql, names]] of Object.entries(TAMPERED)) {
  test(`verify names ${what}`, async () => {
    isHarmless(await run(['verify', '--data', ledgerWith(sql, `${ESCAPES}\ndamage: none`)]), names);
  });
}

test('the false line behind a line end is no line of its own', async () => {
  const copy = ledgerWith(
    "UPDATE orders SET order_id = ? WHERE order_id = '15112480268'",
    'a\ndamage: none',
  );
  const { stderr } = await run(['verify', '--data', copy]);
  match(stderr, /order jintong a\\ndamage: none/);
});

const backupOf = (...lines: unknown[]): string =>
  fileOf(gzipSync(lines.map((line) => JSON.stringify(line)).join('\n')));
const HEADER = { ordergate: 'backup', format: 1 };
const COMMANDS: Readonly<Record<string, readonly [args: () => string[], names: RegExp]>> = {
  'a table of a backup': [
    () => ['restore', backupOf(HEADER, { table: ESCAPES, columns: [ESCAPES] }), '--verify'],
    /^ordergate: .*does not know its table \\x1b\[2J/,
  ],
  'the format of a backup': [
    () => ['restore', backupOf({ ...HEADER, format: ESCAPES }), '--verify'],
    /^ordergate: .*has format \\x1b/,
  ],
  'the counts of a backup': [
    () => ['restore', backupOf(HEADER, { tables: { [ESCAPES]: { rows: ESCAPES } } }), '--verify'],
    /^ordergate: .*not as it was written: \\x1b/,
  ],
  'the name of a file': [
    () => ['restore', join(temporaryDirectory(), ESCAPES.replaceAll('/', '')), '--verify'],
    /^ordergate: ENOENT: .*\\x1b/,
  ],
  'an import file that is no JSON': [
    () => ['import', fileOf(`{"jintong": ${ESCAPES}`), '--data', data],
    /^(ordergate: |.*\d+: ).*/,
  ],
  'a section of an import file': [
    () => ['import', fileOf(JSON.stringify({ jintong: { [ESCAPES]: [{}] } })), '--data', data],
    /\\x1b/,
  ],
  'a row of an import file': [
    () => [
      'import',
      fileOf(JSON.stringify({ jintong: { orders: [{ orderId: ESCAPES, [ESCAPES]: 1 }] } })),
      '--data',
      data,
    ],
    /a file:1: orderId: /,
  ],
  'the map of an import': [
    () => ['import', fileOf('a,b\n1,2\n', 'x.csv'), '--map', fileOf(ESCAPES), '--data', data],
    /^ordergate: /,
  ],
  'a data directory': [() => ['verify', '--data', join(temporaryDirectory(), ESCAPES)], /\\x1b/],
  'a command': [() => [ESCAPES], /^ordergate: there is no command "\\x1b/],
  'a flag': [() => ['verify', `--${ESCAPES}`], /^ordergate: .*\\x1b/],
  'a head': [() => ['verify', '--head', ESCAPES, '--data', data], /^ordergate: --head is "\\x1b/],
  'an environment that there is not': [
    () => ['verify', '--env', ESCAPES, '--data', data],
    /^ordergate: .*\\x1b/,
  ],
  'an order that is moved': [
    () => ['move', '--platform', 'jintong', '--order', ESCAPES, '--to', 'S', '--data', data],
    /^ordergate: .*\\x1b/,
  ],
};

for (const [what, [args, names]] of Object.entries(COMMANDS)) {
  test(`an error names ${what}`, async () => {
    const ended = await run(args());
    ok(ended.code !== 0);
    isHarmless(ended, names);
  });
}

test('the log on a terminal: a line of JSON whose strings hold no control', () => {
  const of = (text: string): string =>
    (JSON.parse(withoutControls(JSON.stringify({ text }))) as { text: string }).text;
  ok(!CONTROLS.test(of(ESCAPES)), JSON.stringify(of(ESCAPES)));
  match(of('\x1b[2J'), /^\\u001b\[2J$/);
  match(of('\\\x1b'), /^\\\\u001b$/);
  match(of('\\u001b'), /^\\u001b$/, 'what only looks like one stays');
  match(of('a\nb\tc'), /^a\nb\tc$/);
});
