// `ordergate groups`: makes, lists and adds groups of owners, and moves one while it is served.
import { ConfigError, readConfig, readFlags } from '../config.ts';
import {
  addGroupOf,
  beginGroupsOf,
  dropOldOf,
  groupsOf,
  moveGroupOf,
  movePartyOf,
} from '../groups-here.ts';
import { columns } from './columns.ts';
import { EXIT } from './errors.ts';
import { settingsAmong, wordOf, wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import { groups as TEXT } from './texts/keep.ts';
import { wrapped } from './wrapped.ts';

/** What a person reads when a move reaches a point; the other points follow at once. */
const TOLD: Readonly<Record<string, string>> = {
  prepared: 'the new schema is made; PostgreSQL copies the tables',
  'caught-up': 'the copy has caught up, and its changes are compared',
  switched: 'the group is served at its new place; the old and the new side are compared',
};

const PARTY_TOLD: Readonly<Record<string, string>> = {
  begun: "the party's orders are copied",
  'caught-up': 'the copy has caught up, and its changes were compared',
  switched: 'the party is served in its new group; both groups are compared',
  checked: 'the party leaves its old group',
};

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given, group, ...more] = positionals;
  const word = wordOf(given, TEXT);
  if (more.length > 0 || (word === 'list') !== (group === undefined)) wrongUse(TEXT);
  const config = readConfig(settingsAmong(values));
  const { groupsFile } = config;
  const { to, back, json, schema, write } = values;
  const [adminFrom, adminTo] = [values['admin-from'], values['admin-to']];

  if (word === 'list') {
    const found = await groupsOf(groupsFile);
    if (json) print({ groups: found });
    else say(table(found));
    return EXIT.done;
  }
  if (word === 'begin') {
    const begun = await beginGroupsOf(config, group!);
    if (json) return print({ file: group, group: '00', ...begun });
    say(
      `group 00 is the ledger in schema ${begun.schema}, where it was: ${counted(begun.owners, 'owner')}, ${counted(begun.orders, 'order')}. ${group} names it; keep that file as a password. Start every node with ORDERGATE_GROUPS=${group} in place of ORDERGATE_DATABASE_URL.`,
    );
    return EXIT.done;
  }
  if (word === 'add') {
    if (to === undefined) wrongUse(TEXT, '--to has to name a server of the file');
    const added = await addGroupOf(groupsFile, { group: group!, server: to, schema, write });
    if (json) return print({ group, ...added });
    say(
      `group ${group} is in schema ${added.schema} on server ${added.server}, and takes new owners from now on.`,
    );
    const line = `"${group}": { "server": "${added.server}", "schema": "${added.schema}" }`;
    if (!added.isInFile) say(`Write it into "groups" of the file of every node:\n    ${line}`);
    return EXIT.done;
  }
  if (word === 'drop-old') {
    const dropped = await dropOldOf(groupsFile, group!, adminFrom);
    if (json) print({ dropped });
    else say(`dropped: ${dropped.join(', ')}`);
    return EXIT.done;
  }
  if (word === 'move-party') {
    if (to === undefined && !back) wrongUse(TEXT, '--to has to name a group');
    const report = await movePartyOf(config, {
      ...{ party: group!, to: to ?? '', back: back === true },
      onPoint(point) {
        if (!json && PARTY_TOLD[point] !== undefined) say(PARTY_TOLD[point]);
      },
    });
    return told(report, {
      ...{ what: `party ${group}`, place: `group ${to}`, isAsked: back === true, json },
      more: report.ids.length > 1 ? [`ids that moved: ${report.ids.join(', ')}`] : [],
    });
  }
  if (to === undefined && !back) wrongUse(TEXT, '--to has to name a server of the file');
  const report = await moveGroupOf(groupsFile, {
    group: group!,
    to: to ?? '',
    back: back === true,
    adminFrom,
    adminTo,
    onPoint(point) {
      if (!json && TOLD[point] !== undefined) say(TOLD[point]);
    },
  });
  const what = `group ${group}`;
  return told(report, { what, place: `server ${to}`, isAsked: back === true, json });
}

interface Told {
  readonly what: string;
  readonly place: string;
  /** Whether the move was asked to go back. */
  readonly isAsked: boolean;
  readonly json: boolean | undefined;
  readonly more?: readonly string[];
}

function told(
  report: Awaited<ReturnType<typeof moveGroupOf | typeof movePartyOf>>,
  { what, place, isAsked, json, more = [] }: Told,
): number {
  if (json) {
    print(report);
    return report.outcome === 'moved' || isAsked ? EXIT.done : EXIT.refused;
  }
  if (report.outcome === 'back') {
    if (!isAsked) throw new ConfigError(`${what} stays where it was: ${report.reason}`);
    say(`${what} stays where it was`);
    return EXIT.done;
  }
  const waited = report.heldMs === null ? '' : `; changes waited ${report.heldMs} ms`;
  say([`${what} has moved to ${place}${waited}`, ...more, report.detail].join('\n'));
  return EXIT.done;
}

function table(groups: Awaited<ReturnType<typeof groupsOf>>): string {
  if (groups.length === 0)
    return 'no group yet; a node makes the groups of the file when it starts';
  const rows = groups.map(({ name, server, schema, state, movesTo, owners, ...its }) => [
    ...[name, server, schema, movesTo === null ? state : `${state} to ${movesTo}`],
    counted(owners, 'owner'),
    its.orders === null ? '' : `${its.isEstimate ? '~' : ''}${counted(its.orders, 'order')}`,
    its.problem === null ? 'answers' : 'no answer',
  ]);
  const isTerminal = process.stdout.isTTY === true;
  // One server is the reason of all its groups.
  const problems = new Set(
    groups.flatMap(({ server, problem }) =>
      problem === null ? [] : `server ${server}: ${problem}`,
    ),
  );
  const reasons = [...problems].map((text) => (isTerminal ? wrapped(text, '') : text));
  return [columns(rows, isTerminal), ...reasons].join('\n');
}

const counted = (count: number, name: string): string =>
  `${count} ${count === 1 ? name : `${name}s`}`;
