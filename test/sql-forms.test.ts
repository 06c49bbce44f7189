// Every statement and migration of PostgreSQL has a form that a cluster of Citus executes, too.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { prepareDatabase, readMigrations } from '../src/storage/postgres/database.ts';
import { sessionSettings, settingsText } from '../src/storage/postgres/session.ts';
import { splitStatements } from '../src/storage/postgres/sql-text.ts';
import { databaseOf, query, server, skip } from './postgres.ts';
import { sqlTexts, textsOf } from './sql-texts.ts';
import { temporaryDirectory } from './support.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Form {
  /** What Citus 13.2 refused, or did wrongly. */
  readonly rule: string;
  isBroken(sql: string): boolean;
  readonly broken: string;
  readonly right: string;
}

const withoutComments = (sql: string): string => sql.replaceAll(/--[^\n]*/g, ' ');

/** The text from an opening parenthesis at `from` to the one that closes it. */
function closed(sql: string, from: number): string {
  let depth = 0;
  for (let i = from; i < sql.length; i++) {
    if (sql[i] === '(') depth++;
    if (sql[i] === ')' && --depth === 0) return sql.slice(from, i + 1);
  }
  return sql.slice(from);
}

/** From each place of `word` to the end of the statement part that it begins: its own level of parentheses. */
function clauses(sql: string, word: RegExp): string[] {
  return [...sql.matchAll(word)].map(({ index, 0: found }) => {
    let depth = 0;
    for (let i = index + found.length; i < sql.length; i++) {
      if (sql[i] === '(') depth++;
      if (sql[i] === ')' && depth-- === 0) return sql.slice(index, i);
      if (sql[i] === ';') return sql.slice(index, i);
    }
    return sql.slice(index);
  });
}

const VOLATILE =
  /\b(clock_timestamp|timeofday|random|gen_random_uuid|nextval|currval|setval|pg_notify|pg_sleep|set_config|pg_(try_)?advisory\w*|pg_terminate_backend|pg_logical_emit_message|txid_current|pg_current_xact_id)\s*\(/i;
const FORMS: readonly Form[] = [
  {
    rule: 'no function in the WHERE of an UPDATE or DELETE may give another result for each row',
    isBroken: (sql) =>
      clauses(
        sql,
        /\b(DELETE\s+FROM|(?<!DO |FOR |KEY |AFTER |AND )UPDATE\s+\w+(\s+\w+)?\s+SET)\b/gi,
      ).some((part) => {
        const where = /\bWHERE\b/i.exec(part);
        return where !== null && VOLATILE.test(part.slice(where.index));
      }),
    broken:
      "WITH gone AS (DELETE FROM nodes WHERE seen_at < clock_timestamp() - interval '1 s') SELECT 1",
    right:
      "WITH gone AS (DELETE FROM nodes WHERE seen_at < statement_timestamp() - interval '1 s') SELECT clock_timestamp()",
  },
  {
    rule: 'pg_notify stands in a statement of its own',
    isBroken: (sql) =>
      /\bpg_notify\s*\(/i.test(sql) &&
      !/^\s*(SELECT|PERFORM)\s+pg_notify\s*\([^;]*\)(\s+FROM unnest\(\$1::text\[\]\) AS \w+)?\s*;?\s*$/i.test(
        sql,
      ),
    broken: "UPDATE shared_versions SET version = 2 RETURNING pg_notify('a', 'b') IS NULL",
    right: "SELECT pg_notify('ordergate_' || current_schema(), 'b')",
  },
  {
    rule: 'no subquery in VALUES',
    isBroken: (sql) =>
      [...sql.matchAll(/\bINSERT\s+INTO\b[^;]*?\bVALUES\s*(?=\()/gi)].some(({ index, 0: found }) =>
        /\bSELECT\b/i.test(closed(sql, index + found.length)),
      ),
    broken: 'INSERT INTO endpoints (since_seq) VALUES ((SELECT max(seq) FROM history))',
    right: 'INSERT INTO endpoints (since_seq) SELECT max(seq) FROM history',
  },
  {
    rule: 'RETURNING holds columns and operators, and no function',
    isBroken: (sql) =>
      clauses(sql, /\bRETURNING\b/gi).some((part) =>
        /\b\w+\s*\(/.test(part.slice(9).split(/\b(?:INTO|LOOP)\b/i)[0]!),
      ),
    broken: "UPDATE endpoints e SET enabled = 0 RETURNING json_build_object('id', e.id)",
    right:
      'WITH a AS (UPDATE endpoints e SET enabled = 0 RETURNING e.id, e.enabled = 1) SELECT json_agg(id) FROM a',
  },
  {
    rule: 'a full join has ON',
    isBroken: (sql) =>
      clauses(sql, /\bFULL\s+(OUTER\s+)?JOIN\b/gi).some((part) => {
        const [join] = /^FULL[\s\S]*?\b(ON|USING)\b/i.exec(outer(part)) ?? [''];
        return /USING$/i.test(join);
      }),
    broken: 'SELECT 1 FROM orders o FULL JOIN (SELECT a FROM history GROUP BY a) AS h USING (a)',
    right:
      'SELECT 1 FROM orders o FULL JOIN (SELECT a FROM history JOIN x USING (a)) AS h ON h.a = o.a JOIN y USING (b)',
  },
  {
    rule: 'a parameter whose type is written once has it at each place',
    isBroken: (sql) => {
      const typed = new Set([...sql.matchAll(/\$(\d+)::/g)].map(([, n]) => n));
      return [...sql.matchAll(/\$(\d+)(?!\d|::)/g)].some(([, n]) => typed.has(n));
    },
    broken: 'SELECT 1 WHERE $1::bigint + 5 > 3 OR a <= $1',
    right: 'SELECT 1 WHERE $1::bigint + 5 > 3 OR a <= $1::bigint OR b = $10',
  },
];

/** A text without what stands in parentheses. */
function outer(sql: string): string {
  let depth = 0;
  return [...sql]
    .filter((c) => (c === '(' ? depth++ : c === ')' ? --depth < 0 : depth === 0))
    .join('');
}

/** The statements within the bodies of functions and blocks of a migration, and those outside of them. */
function innerStatements(sql: string): string[] {
  return splitStatements(sql).flatMap((statement) => {
    const bodies = [...statement.matchAll(/(\$(?:[a-z_]\w*)?\$)([\s\S]*?)\1/gi)].map(
      ([, , body]) => body!,
    );
    return bodies.length === 0 ? [statement] : bodies.flatMap(innerStatements);
  });
}

const fromCode = sqlTexts('src/storage/{postgres,groups}/**/*.ts').flatMap(({ where, sql }) =>
  splitStatements(sql).map((text) => ({ where, sql: withoutComments(text) })),
);
const fromMigrations = readMigrations().flatMap(({ version, sql }) =>
  innerStatements(sql).map((text) => ({
    where: `migration ${version}`,
    sql: withoutComments(text),
  })),
);

test('the statements of the code and of the migrations are found', () => {
  assert.ok(fromCode.length > 150, `${fromCode.length} in the code`);
  assert.ok(fromMigrations.length > 300, `${fromMigrations.length} in migrations`);
  const made =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is code.
    "const A = 'e.id'; const of = (x) => 'UPDATE t SET a = 1 RETURNING '; const run = `SELECT ${x}, ${A}`; f(`${of(1)}`);";
  assert.deepEqual(
    textsOf('a.ts', made).map(({ sql }) => sql),
    ['UPDATE t SET a = 1 RETURNING ', 'SELECT part, e.id', 'UPDATE t SET a = 1 RETURNING '],
  );
  assert.deepEqual(splitStatements("SELECT ';' -- ;\n; DO $a$ ; $$;$$ $a$; -- end"), [
    "SELECT ';' -- ;",
    'DO $a$ ; $$;$$ $a$',
  ]);
});

for (const { rule, isBroken, broken, right } of FORMS) {
  test(`${rule}`, () => {
    assert.equal(isBroken(broken), true, 'the rule finds a statement that breaks it');
    assert.equal(isBroken(right), false, 'the rule lets a right statement pass');
    const found = [...fromCode, ...fromMigrations].filter(({ sql }) => isBroken(sql));
    assert.deepEqual(found, []);
  });
}

test('each EXECUTE of a migration runs one statement', () => {
  const executed = (sql: string): string[] =>
    [...sql.matchAll(/EXECUTE format\((\$\w*\$)([\s\S]*?)\1/g)].map(([, , text]) => text!);
  for (const { version, sql } of readMigrations()) {
    for (const text of executed(sql))
      assert.equal(splitStatements(text).length, 1, `migration ${version}: ${text}`);
  }
  assert.equal(
    splitStatements(executed('EXECUTE format($f$CREATE TABLE a (); CREATE TABLE b ()$f$, 1)')[0]!)
      .length,
    2,
  );
});

test('what defines tables, partitions or functions is sent by itself', () => {
  const isSentWhole = (code: string): boolean =>
    [...code.matchAll(/\.runText\(\s*`([^`]*)`/g)].some(
      ([, sql]) =>
        /\b(CREATE|ALTER|DROP|TRUNCATE)\b/.test(sql!) && splitStatements(sql!).length > 1,
    );
  assert.equal(isSentWhole('connection.runText(`BEGIN; TRUNCATE a`)'), true);
  assert.equal(isSentWhole('connection.runText(`TRUNCATE a`)'), false);
  const files = globSync('src/storage/{postgres,groups}/**/*.ts', { cwd: ROOT });
  const whole = files.filter((file) => isSentWhole(readFileSync(`${ROOT}/${file}`, 'utf8')));
  assert.deepEqual(whole, [], 'send it with runEach');
});

describe('on a server', { skip }, () => {
  test('a session plans for values where Citus is installed, and once elsewhere', async () => {
    const text = settingsText(sessionSettings('test', 'hot', {}));
    const modeAfter = async (settings: string): Promise<unknown> => {
      const client = new pg.Client(server!);
      await client.connect();
      try {
        await client.query(settings);
        return (await client.query('SHOW plan_cache_mode')).rows[0].plan_cache_mode;
      } finally {
        await client.end();
      }
    };
    const [[isCitus]] = (await query(
      "SELECT count(*) = 1 FROM pg_extension WHERE extname = 'citus'",
    )) as [[boolean]];
    assert.equal(await modeAfter(text), isCitus ? 'auto' : 'force_generic_plan');
    // Every database has the extension plpgsql, which stands here for the extension citus.
    assert.equal(await modeAfter(text.replace("'citus'", "'plpgsql'")), 'auto');
  });

  test('each table has a primary key', async () => {
    const url = await databaseOf(temporaryDirectory());
    await prepareDatabase(url, 'test');
    const without = async (): Promise<unknown[]> =>
      (
        await query(
          `SELECT relname FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
             AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)`,
          url,
        )
      ).flat();
    assert.deepEqual(await without(), []);
    await query('CREATE TABLE keyless (id bigint)', url);
    assert.deepEqual(await without(), ['keyless']);
  });
});
