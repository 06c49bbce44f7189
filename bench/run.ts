// `npm run bench`: ordergate beside a floor and a plain stack, by CPU per request; `--scale`: a large ledger beside a small one; `--ytx`, `--suning`: a platform beside the floor; `--callbacks`: callbacks; `--postgres`: nodes on a database; `--versions`: another checkout.
import { measureCallbacks } from './callbacks.ts';
import { compare } from './compare.ts';
import { runBench } from './options.ts';
import { measurePostgres } from './postgres.ts';
import { measureScale } from './scale.ts';
import { measureSuning } from './suning.ts';
import { compareVersions } from './versions.ts';
import { measureYtx } from './ytx.ts';

await runBench(process.argv.slice(2), (options) => {
  if (options.versions !== undefined) return compareVersions(options);
  if (options.postgres) return measurePostgres(options);
  if (options.suning) return measureSuning(options);
  if (options.ytx) return measureYtx(options);
  if (options.callbacks) return measureCallbacks(options);
  return options.scale ? measureScale(options) : compare(options);
});
