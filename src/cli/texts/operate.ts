// The help texts and flags of the commands for those who look up and repair orders, apart from their code.

import type { CommandText } from '../command.ts';
import { JSON_FLAG, NDJSON_FLAG, PAGE_FLAGS, SERVER_FLAGS } from '../common-flags.ts';

export const orders = {
  name: 'orders',
  usage: ['orders [list] [--platform P] [--party PARTY] [--state STATE]', 'orders show ID'],
  about:
    '`show` prints an order with its history, newest callbacks and lines, on whatever platform it is.',
  words: ['list', 'show'],
  flags: {
    platform: { type: 'string', value: 'P', text: 'orders of this platform alone' },
    party: { type: 'string', value: 'PARTY', text: 'orders of this owner alone' },
    state: { type: 'string', value: 'STATE', text: 'orders in this state alone; needs --platform' },
    ...PAGE_FLAGS,
    ...SERVER_FLAGS,
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['orders --platform ytx --limit 5', 'the orders that changed last'],
    ['orders show 15112480268', 'one order with all that happened to it'],
  ],
} as const satisfies CommandText;

export const parties = {
  name: 'parties',
  usage: ['parties [list] [--platform P]', 'parties show ID [--platform P]'],
  about: 'Keys are never shown; `ordergate call` finds the key of a party by itself.',
  words: ['list', 'show'],
  flags: {
    platform: { type: 'string', value: 'P', text: 'parties of this platform alone' },
    ...SERVER_FLAGS,
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [['parties --platform jintong', 'who may call, and what each may call']],
} as const satisfies CommandText;

export const move = {
  name: 'move',
  usage: ['move --platform P --order ID --to STATE [--line ID] [--note TEXT]'],
  about:
    'If a server runs on the data directory, the command asks that server; otherwise it opens the ledger itself.',
  flags: {
    platform: { type: 'string', value: 'P', text: 'the platform of the order' },
    order: { type: 'string', value: 'ID', text: 'the order' },
    to: { type: 'string', value: 'STATE', text: 'the state, by its value or its name' },
    line: { type: 'string', value: 'ID', text: 'the line of the order whose state changes' },
    note: { type: 'string', value: 'TEXT', text: 'why; kept with the change' },
    ...SERVER_FLAGS,
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    [
      'move --platform ytx --order 2016010000000216 --to 1 --note "paid by hand"',
      'a top-up that succeeded',
    ],
  ],
} as const satisfies CommandText;

export const users = {
  name: 'users',
  usage: [
    'users list',
    'users add NAME --role viewer|operator|admin',
    'users reset-password|disable|enable NAME',
  ],
  about:
    '`add` and `reset-password` print a link; the person who opens it chooses a password. The command also works on a running server.',
  words: ['list', 'add', 'reset-password', 'disable', 'enable'],
  flags: {
    role: {
      type: 'string',
      value: 'ROLE',
      text: 'viewer, operator or admin',
      choices: ['viewer', 'operator', 'admin'],
    },
    ...SERVER_FLAGS,
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['users add lili --role operator', 'a link for a new colleague'],
    ['users list', 'who may sign in, and when each last did'],
  ],
} as const satisfies CommandText;
