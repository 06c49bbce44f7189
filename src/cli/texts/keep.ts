// The help texts and flags of the commands for those who keep a ledger safe, apart from their code.

import type { CommandText } from '../command.ts';
import { JSON_FLAG, NDJSON_FLAG } from '../common-flags.ts';

export const doctor = {
  name: 'doctor',
  usage: ['doctor [--bundle FILE]'],
  about:
    'It looks at settings, clock, disk, permissions, master key, ledger, backups, the running server, the proxy at ORDERGATE_PUBLIC_URL and its certificates. It changes nothing. The exit code is 1 if something is wrong. Run it with the variables of the server, as its user.',
  flags: {
    bundle: {
      type: 'string',
      value: 'FILE',
      text: 'write what was found, the settings without their secrets, and the versions there',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['doctor --data data', 'look at a sandbox'],
    ['doctor --bundle report.json', 'also write what a report of a fault needs'],
  ],
} as const satisfies CommandText;

export const verify = {
  name: 'verify',
  usage: ['verify [--head HEAD]'],
  about:
    'On SQLite, stop the server first; while it runs, check a backup with `ordergate restore FILE --verify`. The result is one line of JSON, with or without --json; what is wrong goes to standard error, and the exit code is then 1.',
  flags: {
    head: {
      type: 'string',
      value: 'HEAD',
      text: 'a line that `ordergate head` printed: finds what was cut off or rewritten since',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [['verify --data data', 'check the ledger of ./data']],
} as const satisfies CommandText;

export const head = {
  name: 'head',
  usage: ['head'],
  about:
    'The server may run. `ordergate verify --head HEAD` later finds what was cut off or rewritten. With ORDERGATE_GROUPS the line has a part for each group.',
  flags: { ...JSON_FLAG },
  takesSettings: true,
  examples: [['head >> heads.txt', 'write the head down; keep the file on another machine']],
} as const satisfies CommandText;

export const lost = {
  name: 'lost',
  usage: ['lost [--since TIME]'],
  about:
    'Use it after a write-ahead log was lost. Each call is one line of JSON, with or without --json.',
  flags: {
    since: {
      type: 'string',
      value: 'TIME',
      text: 'calls from this time on, such as 2026-01-31T00:00:00Z',
    },
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [['lost --since 2026-01-31T00:00:00Z', 'what was lost since then']],
} as const satisfies CommandText;

export const backup = {
  name: 'backup',
  usage: ['backup FILE|DIRECTORY [--with-key]'],
  about:
    'The server may run. In a directory the backup gets a name with the time. With ORDERGATE_GROUPS the backup is a directory with a file for each group.',
  flags: {
    'with-key': {
      type: 'boolean',
      default: false,
      text: 'put the master key and the admin token into the backup; whoever has it can read everything',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [['backup /var/backups/ordergate', 'a file with the time in its name']],
} as const satisfies CommandText;

export const restore = {
  name: 'restore',
  usage: ['restore FILE [--data DIRECTORY | --database] [--verify]'],
  about:
    'FILE is what `ordergate backup` made. If that is a directory with all groups, --database restores it into the empty schemas of the file that ORDERGATE_GROUPS names.',
  flags: {
    database: {
      type: 'boolean',
      default: false,
      text: 'restore into the empty database that ORDERGATE_DATABASE_URL names, or ORDERGATE_GROUPS',
    },
    verify: {
      type: 'boolean',
      default: false,
      text: 'read the restored ledger again and audit it; alone, it keeps nothing',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['restore backup.ndjson.gz --verify', 'prove that the backup is whole; nothing is kept'],
    ['restore backup.ndjson.gz --data fresh --verify', 'restore it into a new directory'],
  ],
} as const satisfies CommandText;

export const migrate = {
  name: 'migrate',
  usage: ['migrate sqlite-to-postgres'],
  about:
    'Stop the server first. The copy goes to ORDERGATE_DATABASE_URL and is proven by counts, digests and the audit. If the command is killed, run it again, and it continues.',
  words: ['sqlite-to-postgres'],
  flags: { ...JSON_FLAG },
  takesSettings: true,
  examples: [['migrate sqlite-to-postgres --data data', 'move the ledger of ./data']],
} as const satisfies CommandText;

export const groups = {
  name: 'groups',
  usage: [
    'groups begin FILE',
    'groups add GROUP --to SERVER [--schema NAME] [--write]',
    'groups list',
    'groups move GROUP --to SERVER [--admin-from URL] [--admin-to URL] [--back]',
    'groups drop-old GROUP [--admin-from URL]',
    'groups move-party PLATFORM/PARTY --to GROUP [--back]',
  ],
  about:
    'begin makes the ledger of ORDERGATE_DATABASE_URL group 00 where it stands, and writes FILE for ORDERGATE_GROUPS; stop its nodes first. add makes the schema of a new group while nodes serve the others. A group moves by the logical replication of PostgreSQL while nodes serve it: its tables are copied, its changes wait for a moment, and the nodes go on at the new place. If the command is killed, run it again, and it continues. The old schema is kept under another name until drop-old. move-party moves one party with its orders to another group in the same way.',
  words: ['begin', 'add', 'list', 'move', 'drop-old', 'move-party'],
  flags: {
    to: {
      type: 'string',
      value: 'PLACE',
      text: 'a server of the file that ORDERGATE_GROUPS names; for move-party a group',
    },
    schema: {
      type: 'string',
      value: 'NAME',
      text: 'the schema of the new group, which add makes (else ordergate_GROUP)',
    },
    write: {
      type: 'boolean',
      default: false,
      text: "write the new group's line into the file of ORDERGATE_GROUPS; else add prints it",
    },
    'admin-from': {
      type: 'string',
      value: 'URL',
      text: 'a role of the old server that may replicate, for this command alone; the new server connects to it',
    },
    'admin-to': {
      type: 'string',
      value: 'URL',
      text: 'a superuser of the new server, for this command alone',
    },
    back: {
      type: 'boolean',
      default: false,
      text: 'give up a move that was cut off, and stay at the old place',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['groups begin groups.json', 'the ledger of today becomes group 00'],
    ['groups add 01 --to b', 'a new group on server b'],
    ['groups list', 'where each group is'],
    ['groups move 01 --to b', 'move group 01 to server b'],
    ['groups move-party jintong/jane88 --to 01', 'move a party to group 01'],
  ],
} as const satisfies CommandText;
