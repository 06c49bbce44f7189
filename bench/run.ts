// `npm run bench`: every method beside its floors, by CPU per request; `--scale`: a large ledger beside a small one; `--callbacks`: callbacks; `--postgres`: the same on PostgreSQL; `--groups`: groups of owners beside one database; `--console`: the management API on a large ledger.
import { measureCallbacks } from './callbacks.ts';
import { measureConsole } from './console.ts';
import { measureGroups } from './groups.ts';
import { measureMethods } from './methods.ts';
import { runBench } from './options.ts';
import { measurePostgres } from './postgres.ts';
import { measureScale } from './scale.ts';

await runBench(process.argv.slice(2), (options) => {
  if (options.console) return measureConsole(options);
  if (options.callbacks) return measureCallbacks(options);
  if (options.groups) return measureGroups(options);
  if (options.postgres) return measurePostgres(options);
  return options.scale ? measureScale(options) : measureMethods(options);
});
