// Every command with its group and one line about it: all that `ordergate --help` shows, so that it
// loads no other file of a command.

/** The groups of `ordergate --help`, in the order in which help prints them. */
export const GROUPS = {
  develop: 'Develop against a gateway',
  operate: 'Look up and repair',
  serve: 'Serve',
  keep: 'Keep the ledger',
  tool: 'This tool',
} as const;

export type Group = keyof typeof GROUPS;

/** Each summary has at most 66 characters. The order within a group is that of the help text. */
export const SUMMARIES = {
  develop: {
    call: 'send a signed call to a gateway, ours or the real platform',
    requests: 'list the calls of a gateway, follow them, say why one failed',
    docs: 'explain a method or a code: cause and remedy',
    listen: "forward a party's callbacks to a URL of this machine",
    callbacks: 'list callbacks, send one again, send a body of your own',
    clock: 'show the clock of a sandbox, and move it forward',
    debug: 'say why the signature of a call is wrong',
    conformance: 'judge a server, or a caller, by the clauses of a platform',
    scenario: 'run calls, clock moves and expectations from a file',
    export: 'write signed samples for Postman, Bruno or .http files',
  },
  operate: {
    orders: 'list orders, and show one with its history',
    parties: 'list who may call, and show one',
    move: 'move an order to another state',
    users: 'manage who may sign in to the console',
  },
  serve: {
    serve: 'serve the gateways, the management API and the console',
    import: 'bring in parties and orders from JSON, NDJSON or CSV',
    seed: 'make orders for load tests',
    reset: 'make a sandbox anew, as its first start left it',
  },
  keep: {
    doctor: 'look at settings, machine and proxy, and say what is wrong',
    verify: 'read the whole ledger and say whether it is sound',
    head: 'print a line over all changes and the audit log, to keep elsewhere',
    lost: 'list acknowledged calls that the ledger lacks',
    backup: 'copy the ledger as it is at this moment',
    restore: 'bring a backup into a fresh place, or prove it',
    migrate: 'move the ledger of --data to PostgreSQL',
    groups: 'cut a ledger into groups of owners; list, add and move them',
  },
  tool: {
    profile: 'keep servers by name: add, list, use, remove',
    completion: 'print a completion script for a shell',
  },
} as const satisfies Readonly<Record<Group, Readonly<Record<string, string>>>>;
