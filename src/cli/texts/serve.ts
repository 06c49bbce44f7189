// The help texts and flags of the commands for those who run a server, apart from their code.

import type { CommandText } from '../command.ts';
import { JSON_FLAG, SERVER_FLAGS } from '../common-flags.ts';

export const serve = {
  name: 'serve',
  usage: ['serve [--port PORT] [--data DIRECTORY] [--accept-loss]'],
  about:
    'It serves until SIGTERM or SIGINT. If the write-ahead log of a killed server is missing or damaged, the command says what is lost and stops. Its log goes to standard error.',
  flags: {
    'accept-loss': {
      type: 'boolean',
      text: 'start although a killed server has lost changes that it acknowledged',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['serve', 'a sandbox with fixtures on http://127.0.0.1:8787, its ledger in ./data'],
    ['serve --env production --host 0.0.0.0 --data /srv/ordergate', 'production, for everybody'],
  ],
} as const satisfies CommandText;

export const importText = {
  name: 'import',
  usage: [
    'import FILE|- [--dry-run] [--update] [--refused FILE]',
    'import FILE.csv --platform P [--section S] [--map FIELD=COLUMN]...',
  ],
  about:
    'The JSON is {"platform": {"section": [...]}}. For each refused row the command names the line and the field. It also works while a server runs, and can be run again.',
  flags: {
    'dry-run': { type: 'boolean', default: false, text: 'judge every row and write nothing' },
    update: { type: 'boolean', default: false, text: 'change what is there already' },
    encoding: {
      type: 'string',
      value: 'NAME',
      default: 'utf-8',
      text: 'how the file is written, such as gb18030',
      choices: ['utf-8', 'gb18030'],
    },
    platform: { type: 'string', value: 'P', text: 'the platform of a CSV file' },
    section: { type: 'string', value: 'S', text: 'the section of a CSV file; default: orders' },
    map: {
      type: 'string',
      value: 'FIELD=COLUMN',
      multiple: true,
      text: 'the column of a CSV file that a field stands in; or a file with such lines',
    },
    refused: { type: 'string', value: 'FILE', text: 'write the refused rows there' },
    ...SERVER_FLAGS,
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [
    ['import orders.json --dry-run', 'say which rows would be refused; write nothing'],
    ['import orders.csv --platform jintong --encoding gb18030', 'a table from a spreadsheet'],
  ],
} as const satisfies CommandText;

export const seed = {
  name: 'seed',
  usage: ['seed --platform P --orders N [--party ID] [--secret KEY]'],
  about: 'Stop the server first, or name another data directory. Each run makes the same orders.',
  flags: {
    platform: { type: 'string', value: 'P', text: 'the platform of the orders' },
    orders: { type: 'string', value: 'N', text: 'how many orders it makes' },
    party: { type: 'string', value: 'ID', default: 'load01', text: 'whose orders they are' },
    secret: {
      type: 'string',
      value: 'KEY',
      text: 'the key of a new party, at least 16 characters; absent: a random one, which is printed',
    },
    ...JSON_FLAG,
  },
  takesSettings: true,
  examples: [['seed --platform jintong --orders 100000 --data load', 'a ledger for a load test']],
} as const satisfies CommandText;

export const reset = {
  name: 'reset',
  usage: ['reset [--url URL]'],
  about:
    'Deletes orders, history, callbacks, tokens, parties and catalog, sets the clock back, and loads the fixtures. It also works on a running server. Production refuses it.',
  flags: { ...SERVER_FLAGS, ...JSON_FLAG },
  takesSettings: true,
  examples: [['reset', 'the sandbox of ./data, whether it is served or not']],
} as const satisfies CommandText;
