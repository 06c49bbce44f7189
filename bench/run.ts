// `npm run bench`: ordergate beside a floor and a plain stack, by CPU per request; `--scale`: a large ledger beside a small one.
import { compare } from './compare.ts';
import { runBench } from './options.ts';
import { measureScale } from './scale.ts';

await runBench(process.argv.slice(2), (options) =>
  options.scale ? measureScale(options) : compare(options),
);
