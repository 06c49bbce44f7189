// The usage and the summary of each command, apart from its code, so that help loads no server.

export interface CommandText {
  readonly usage: string;
  readonly summary: string;
}

/** By the command's name, in the order of the help text. */
export const TEXTS = {
  serve: { usage: 'serve [--accept-loss]', summary: 'serve the gateways and the management API' },
  import: {
    usage: 'import FILE|- [--dry-run] [--update] [--encoding gb18030] [--refused FILE] [--url URL]',
    summary:
      'bring in parties and orders: {"platform": {"section": [...]}}, NDJSON, or CSV (--platform P [--section S] [--map FIELD=COLUMN]...)',
  },
  move: {
    usage: 'move --platform P --order ID --to STATE [--line ID] [--note TEXT] [--url URL]',
    summary: 'move an order to another state, on a running server or on the ledger itself',
  },
  debug: {
    usage:
      'debug signature --platform P (--request ID | --raw FILE | --curl FILE | --string FILE --digest D [--party ID]) [--secret-file FILE] [--json] [--url URL] [--token TOKEN]',
    summary:
      'say why the signature of a call is wrong: of a row of the request log, of HTTP text, of a curl line, of a string. FILE - is standard input. Exit code 0: it is right; 1: it is wrong',
  },
  reset: {
    usage: 'reset [--url URL]',
    summary: 'make a sandbox anew, as a first start does: its orders, parties, callbacks and clock',
  },
  seed: {
    usage: 'seed --platform P --orders N [--party ID] [--secret KEY]',
    summary: 'make load data',
  },
  users: {
    usage: 'users list|add|reset-password|disable|enable [NAME] [--role ROLE] [--url URL]',
    summary:
      'list who may sign in to the console; add somebody as viewer, operator or admin, by a link; print a link for a new password; shut out, let in again',
  },
  verify: {
    usage: 'verify [--head HEAD]',
    summary: 'check every order, its history, its events and its callbacks, and the files',
  },
  head: {
    usage: 'head',
    summary: 'print the hash over all changes, to be written down elsewhere; see verify --head',
  },
  lost: {
    usage: 'lost [--since TIME]',
    summary: 'list acknowledged calls whose changes the ledger does not hold, after a loss',
  },
  backup: {
    usage: 'backup FILE|DIRECTORY [--with-key]',
    summary: 'copy the ledger as it is at this moment, beside a running server',
  },
  restore: {
    usage: 'restore FILE [--data DIRECTORY | --database] [--verify]',
    summary:
      'bring a backup into a fresh directory or database; --verify proves it, alone or there',
  },
  migrate: {
    usage: 'migrate sqlite-to-postgres',
    summary: 'move the ledger of --data to ORDERGATE_DATABASE_URL; cut off, run it again',
  },
} as const satisfies Record<string, CommandText>;

export type CommandName = keyof typeof TEXTS;
