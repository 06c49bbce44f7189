// Brings the data of clauses into a server: through a command, through our management API, or from
// the orders that the server has already.
import { type Clause, type ClauseSet, type Row, rowsOf } from '../protocol/clause.ts';
import type { Text } from '../protocol/contract.ts';
import type { Reach } from './reach.ts';
import { NO_FIXTURES, NO_SUCH_ORDER, notMade } from './reasons.ts';
import { renamedClause } from './rename.ts';
import type { TargetFile } from './target.ts';

export interface Prepared {
  readonly clauses: readonly Clause[];
  /** By the id of a clause. */
  readonly skipped: ReadonlyMap<string, Text>;
}

/** As many as one part of an import takes. */
const MAX_ROWS = 1000;

/**
 * @param clauses with the names of the target
 * @param ids the fields that hold ids of orders
 * @throws {TargetError} if the command fails
 */
export async function prepare(
  clauses: readonly Clause[],
  set: ClauseSet,
  target: TargetFile,
  reach: Reach,
  ids: readonly string[],
): Promise<Prepared> {
  const { fixtures } = target;
  if (fixtures === null) return without(clauses, NO_FIXTURES);
  if ('rows' in fixtures) return bind(clauses, fixtures.rows, ids);
  const rows = rowsOf(set, clauses, reach.secretOf);
  if ('command' in fixtures) {
    const lines = rows.map(({ section, row }) =>
      // A catalog may hold plain texts.
      JSON.stringify({
        platform: set.platform,
        section,
        ...(typeof row === 'string' ? { value: row } : row),
      }),
    );
    await reach.run(fixtures.command, 'fixtures', {}, `${lines.join('\n')}\n`);
    return { clauses, skipped: new Map() };
  }
  const refused = new Map<string, string>();
  for (let i = 0; i < rows.length; i += MAX_ROWS) {
    const part = rows.slice(i, i + MAX_ROWS).map(({ section, row }, n) => ({
      line: i + n + 1,
      place: { platform: set.platform, section },
      text: JSON.stringify(row),
    }));
    const answer = await reach.manage<{
      refused: readonly { readonly problem: string; readonly rows: readonly number[] }[];
    }>('POST', '/import', { rows: part });
    for (const { problem, rows: places } of answer.refused) {
      for (const place of places) refused.set(part[place]!.text, problem);
    }
  }
  const skipped = new Map<string, Text>();
  for (const { id, given } of clauses) {
    for (const { section: _, ...row } of given.orders ?? []) {
      const problem = refused.get(JSON.stringify(row));
      if (problem !== undefined) skipped.set(id, notMade(problem));
    }
  }
  return { clauses, skipped };
}

function without(clauses: readonly Clause[], reason: Text): Prepared {
  const needing = clauses.filter(({ given }) => (given.orders ?? []).length > 0);
  return { clauses, skipped: new Map(needing.map(({ id }) => [id, reason])) };
}

/**
 * Gives each clause the orders of the server that are as it needs them: all fields but the ids are
 * equal. No order is given to two clauses.
 */
function bind(clauses: readonly Clause[], rows: readonly Row[], ids: readonly string[]): Prepared {
  const free = new Set(rows);
  const skipped = new Map<string, Text>();
  const bound = clauses.map((clause) => {
    const names = new Map<string, string>();
    for (const needed of clause.given.orders ?? []) {
      const found = [...free].find((row) => isLike(row, needed, ids));
      if (!found) {
        skipped.set(clause.id, NO_SUCH_ORDER);
        return clause;
      }
      free.delete(found);
      for (const id of ids) {
        if (typeof needed[id] === 'string') names.set(needed[id], String(found[id]));
      }
    }
    return renamedClause(clause, names);
  });
  return { clauses: bound, skipped };
}

const isLike = (row: Row, needed: Row, ids: readonly string[]): boolean =>
  Object.entries(needed).every(
    ([name, value]) =>
      (ids.includes(name) && row[name] !== undefined) ||
      JSON.stringify(row[name]) === JSON.stringify(value),
  );
