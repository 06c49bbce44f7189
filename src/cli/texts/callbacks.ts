// The help texts and flags of the commands about callbacks, apart from their code.
import type { CommandText } from '../command.ts';
import { NDJSON_FLAG, PAGE_FLAGS, SERVER_FLAGS } from '../common-flags.ts';

export const listen = {
  name: 'listen',
  usage: [
    'listen --platform P --party PARTY --name NAME --forward-to URL [--forward-to ACTION=URL]... [--since 2h]',
  ],
  about:
    'NAME is a cursor that the server keeps: what happens while nobody listens comes first when the same name listens again. A callback is acknowledged only after the receiver has acknowledged it; until then it comes again, and the callbacks of one order keep their order. A delivery that an operator sends again comes, too. A second `listen` of the same name takes over, and the first ends.',
  flags: {
    platform: { type: 'string', value: 'P', text: 'the platform' },
    party: { type: 'string', value: 'PARTY', text: 'whose orders the callbacks are about' },
    name: { type: 'string', value: 'NAME', text: 'the name of the cursor, such as your own' },
    'forward-to': {
      type: 'string',
      value: 'URL',
      multiple: true,
      text: 'where callbacks go; ACTION=URL for one action or event type alone. What has no URL is passed over',
    },
    since: {
      type: 'string',
      value: 'TIME',
      text: 'what happened in this time comes again, acknowledged or not: 90s, 30m, 2h, 1d',
    },
    endpoint: {
      type: 'string',
      value: 'ID',
      text: 'sign as this endpoint, with its form and event types; absent: the form of the platform, or a secret of the cursor that is printed',
    },
    ...SERVER_FLAGS,
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [
    [
      'listen --platform jintong --party jane88 --name lili --forward-to http://127.0.0.1:3000/hook',
      'all callbacks of jane88 to a program of this machine',
    ],
    [
      'listen --platform jintong --party jane88 --name lili --since 2h --forward-to hastened=http://127.0.0.1:3000/hastened',
      'one action alone, and what happened in the last two hours',
    ],
  ],
} as const satisfies CommandText;

export const callbacks = {
  name: 'callbacks',
  usage: [
    'callbacks [list] [--platform P] [--party PARTY] [--order ID] [--state pending|delivered|dead]',
    'callbacks show|replay|attempt ID',
    'callbacks give-up ID [--note TEXT]',
    'callbacks endpoints [--party PARTY]',
    'callbacks send --body TEXT|@FILE --endpoint ID [--to URL]',
  ],
  about:
    "`replay` sends a callback again that has ended, `attempt` sends a waiting one now. `send` posts a body of your own, signed as the callbacks of the endpoint: the server posts it to the endpoint's address; with --to it only signs, and this machine posts. Sandboxes alone sign bodies that no event has caused.",
  words: ['list', 'show', 'replay', 'attempt', 'give-up', 'endpoints', 'send'],
  flags: {
    platform: { type: 'string', value: 'P', text: 'callbacks of this platform alone' },
    party: { type: 'string', value: 'PARTY', text: 'callbacks of this party alone' },
    order: { type: 'string', value: 'ID', text: 'callbacks of this order alone; needs --platform' },
    endpoint: {
      type: 'string',
      value: 'ID',
      text: 'callbacks to this endpoint; of `send`: who signs',
    },
    state: {
      type: 'string',
      value: 'STATE',
      text: 'callbacks in this state alone',
      choices: ['pending', 'delivered', 'dead'],
    },
    note: { type: 'string', value: 'TEXT', text: 'why it is given up; kept with the alert' },
    body: { type: 'string', value: 'TEXT|@FILE', text: 'what is sent; @- is standard input' },
    'content-type': { type: 'string', value: 'TYPE', text: 'of the body; default: JSON' },
    to: { type: 'string', value: 'URL', text: 'post to this URL instead, from this machine' },
    ...PAGE_FLAGS,
    ...SERVER_FLAGS,
    ...NDJSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['callbacks --state dead', 'what was given up'],
    ['callbacks replay 12', 'send callback 12 again'],
    [
      'callbacks send --body @event.json --endpoint ep_4nq --to http://127.0.0.1:3000/hook',
      'a body of your own to a program of this machine',
    ],
  ],
} as const satisfies CommandText;
