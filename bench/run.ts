// `npm run bench`: every method beside its floors, by CPU per request; `--scale`: a large ledger beside a small one; `--callbacks`: callbacks; `--postgres`: nodes on a database.
import { measureCallbacks } from './callbacks.ts';
import { measureMethods } from './methods.ts';
import { runBench } from './options.ts';
import { measurePostgres } from './postgres.ts';
import { measureScale } from './scale.ts';

await runBench(process.argv.slice(2), (options) => {
  if (options.postgres) return measurePostgres(options);
  if (options.callbacks) return measureCallbacks(options);
  return options.scale ? measureScale(options) : measureMethods(options);
});
