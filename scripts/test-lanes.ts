// Which test files are too slow for every `npm test`, and why: the long lane, run by `npm run test:all` and CI.

/** A file, or files by a glob, and what makes them slow. `test/lanes.test.ts` holds that each exists. */
export const LONG: readonly { readonly files: string; readonly because: string }[] = [
  {
    files: 'test/{audit-crash,crash,creation-crash,callbacks-crash,chaos,lost-changes}.test.ts',
    because: 'kills servers',
  },
  { files: 'src/platforms/ytx/crash.test.ts', because: 'kills servers' },
  { files: 'test/failover.test.ts', because: 'makes a standby and promotes it' },
  { files: 'test/database-{connect,failures}.test.ts', because: 'starts and stops databases' },
  {
    files: 'test/groups-{move,move-load,command}.test.ts',
    because: 'moves groups between two servers',
  },
  { files: 'test/pgbouncer.test.ts', because: 'starts poolers' },
  {
    files: 'test/groups{,-begin,-copies,-load}.test.ts',
    because: 'stops and starts one of two servers',
  },
  { files: 'test/{nodes,migrations}.test.ts', because: 'starts several nodes' },
  { files: 'test/cli*.test.ts', because: 'starts a process for each command' },
  {
    files: 'src/{platforms/suning/oauth,people/{sign-in,totp,oidc}}.test.ts',
    because: 'waits as long as somebody who guesses passwords has to',
  },
  {
    files: 'src/storage/{postgres,sqlite}/manipulations.test.ts',
    because: 'makes and verifies a ledger for each manipulation',
  },
  {
    files: 'test/{stop,data-places,new-platform,platform-file}.test.ts',
    because: 'starts a process for each case',
  },
  { files: 'test/deploy/*.test.ts', because: 'starts nginx, Prometheus and whole servers' },
  {
    files: 'test/{upgrades,rolling-upgrade}.test.ts',
    because: 'starts servers of each earlier version, or on its ledger',
  },
  { files: 'test/bench-console.test.ts', because: 'seeds ledgers and starts servers on them' },
  { files: 'test/alarms.test.ts', because: 'starts a server for each case' },
  {
    files: '{test/scenario,src/manage/scenarios}.test.ts',
    because: 'makes a sandbox for each scenario',
  },
  { files: 'test/full-disk.test.ts', because: 'fills a disk of its own' },
  { files: 'test/console/*.test.ts', because: 'clicks through pages in a browser' },
  { files: 'test/signers.test.ts', because: 'compiles and runs programs in seven languages' },
  {
    files: 'test/conformance/*.test.ts',
    because:
      'judges servers and callers by all clauses, once for each fault of a server or a caller',
  },
  { files: 'test/client-package.test.ts', because: 'compiles and packs the client' },
  { files: 'test/fuzz/fuzz.test.ts', because: 'thousands of mutated bodies' },
  {
    files: 'src/storage/sqlite/{open,damage,lock,log-judge,write-ahead-log}.test.ts',
    because: 'starts processes that are killed or that damage files',
  },
  {
    files: 'src/platforms/{jintong/cpu-bound,suning/cpu,ytx/cpu-bound}.test.ts',
    because: 'measures CPU, each body some hundred times',
  },
];
