// Which test files are too slow for every `npm test`, and why: the long lane, run by `npm run test:all` and CI.

/** A file, or files by a glob, and what makes them slow. `test/lanes.test.ts` holds that each exists. */
interface Slow {
  readonly files: string;
  readonly because: string;
  /** One at a time: they load the machine with servers of their own, or measure it. */
  readonly alone?: true;
}

export const LONG: readonly Slow[] = [
  {
    files: 'test/{audit-crash,crash,creation-crash,callbacks-crash,chaos,lost-changes}.test.ts',
    because: 'kills servers',
    alone: true,
  },
  { files: 'src/platforms/ytx/crash.test.ts', because: 'kills servers', alone: true },
  { files: 'test/failover.test.ts', because: 'makes a standby and promotes it', alone: true },
  {
    files: 'test/database-{connect,failures}.test.ts',
    because: 'starts and stops databases',
    alone: true,
  },
  {
    files:
      'test/groups-{move,move-load,party-move,party-months,party-races,party-sandbox,command}.test.ts',
    because: 'moves groups and parties between two servers',
    alone: true,
  },
  { files: 'test/pgbouncer.test.ts', because: 'starts poolers', alone: true },
  {
    files: 'test/groups{,-begin,-copies,-load,-locked,-verify}.test.ts',
    because: 'starts two servers, and stops, locks or changes one',
    alone: true,
  },
  { files: 'test/{nodes,migrations}.test.ts', because: 'starts several nodes', alone: true },
  { files: 'test/cli*.test.ts', because: 'starts a process for each command' },
  {
    files: 'src/{platforms/suning/oauth,people/{sign-in,totp,oidc}}.test.ts',
    because: 'waits as long as somebody who guesses passwords has to',
  },
  {
    files: 'src/storage/{postgres,sqlite}/manipulations.test.ts',
    because: 'makes and verifies a ledger for each manipulation',
    alone: true,
  },
  { files: 'test/stop.test.ts', because: 'stops servers under load', alone: true },
  {
    files: 'test/console/overview-load.test.ts',
    because: 'offers a load beside a browser',
    alone: true,
  },
  {
    files: 'test/{data-places,new-platform,platform-file}.test.ts',
    because: 'starts a process for each case',
  },
  {
    files: 'test/deploy/*.test.ts',
    because: 'starts nginx, Prometheus and whole servers',
    alone: true,
  },
  {
    files: 'test/{upgrades,rolling-upgrade}.test.ts',
    because: 'starts servers of each earlier version, or on its ledger',
    alone: true,
  },
  {
    files: 'test/bench-{console,groups}.test.ts',
    because: 'seeds ledgers and starts servers on them',
    alone: true,
  },
  { files: 'test/alarms.test.ts', because: 'starts a server for each case' },
  {
    files: '{test/scenario,src/manage/scenarios}.test.ts',
    because: 'makes a sandbox for each scenario',
  },
  { files: 'test/full-disk.test.ts', because: 'fills a disk of its own', alone: true },
  { files: 'test/console/*.test.ts', because: 'clicks through pages in a browser' },
  { files: 'test/signers.test.ts', because: 'compiles and runs programs in seven languages' },
  {
    files: 'test/conformance/*.test.ts',
    because:
      'judges servers and callers by all clauses, once for each fault of a server or a caller',
  },
  { files: 'test/client-package.test.ts', because: 'compiles and packs the client' },
  { files: 'test/fuzz/fuzz.test.ts', because: 'thousands of mutated bodies', alone: true },
  {
    files: 'src/storage/sqlite/{open,damage,lock,log-judge,write-ahead-log}.test.ts',
    because: 'starts processes that are killed or that damage files',
  },
  {
    files: 'src/platforms/{jintong/cpu-bound,suning/cpu,ytx/cpu-bound}.test.ts',
    because: 'measures CPU, each body some hundred times',
    alone: true,
  },
];
