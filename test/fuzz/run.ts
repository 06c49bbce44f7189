// `npm run fuzz -- --cases N [--seed N] [--target PART]`: fuzzes every codec and entrance, and prints a line each.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startOrdergate } from '../../src/main.ts';
import { fuzz } from './fuzz.ts';
import { CODECS, entrances } from './targets.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string', default: '' },
  },
});
const cases = Number(values.cases);
const dataDirectory = mkdtempSync(join(tmpdir(), 'ordergate-fuzz-'));
const config = { ...readConfig({}, {}), port: 0, dataDirectory };
const server = await startOrdergate({ config, log: pino({ level: 'silent' }) });
let failed = 0;
for (const target of [...CODECS, ...entrances(server)]) {
  if (!target.name.includes(values.target)) continue;
  const before = process.cpuUsage();
  const { faults, worstRatio, grownMiB } = await fuzz(target, cases, Number(values.seed));
  const { user, system } = process.cpuUsage(before);
  const cpu = `${((user + system) / cases).toFixed(0)} µs of CPU a case`;
  const worst = worstRatio === 0 ? 'none was suspicious' : `dearest ${worstRatio.toFixed(1)}×`;
  console.log(
    `${target.name.padEnd(26)} ${cases} cases, ${faults.length} faults, ${worst}, heap ${grownMiB >= 0 ? '+' : ''}${grownMiB.toFixed(1)} MiB, ${cpu}`,
  );
  for (const fault of faults) console.log(`  ${fault}`);
  failed += faults.length;
}
await server.close();
rmSync(dataDirectory, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;
