// The suite's look at codes, both ways: each code of the table is given, each that is given is in the table,
// and the client reads what the server writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CORE_CODES } from '../core/errors.ts';
import type { Platform } from '../protocol/platform.ts';
import { codeOf, type TestedPlatform } from './tested.ts';

export function testCodes(tested: Required<TestedPlatform>): void {
  const { platform, client, start, alsoGiven } = tested;
  const { name, contract, checks } = platform;
  const refused = checks.stated.flatMap(({ refuses }) => Object.keys(refuses));

  test(`${name}: every code of the table is given by a check or a method, or says why not`, () => {
    const ofMethods = Object.values(contract.methods).flatMap(({ codes }) => codes);
    const stated = [...refused, ...ofMethods, ...alsoGiven];
    for (const code of stated) assert.ok(code in contract.codes, `the table has no code ${code}`);
    const given = new Set([...stated, contract.success]);
    for (const [code, { unused }] of Object.entries(contract.codes)) {
      assert.ok(given.has(code) || unused, `no check and no method gives the code ${code}`);
    }
  });

  test(`${name}: the checks have names of their own`, () => {
    assert.equal(new Set(checks.names).size, checks.names.length);
  });

  test(`${name}: the client reads every code that a method gives, and core's refusals are codes of the table`, async () => {
    // The platform's own checks and replies on a real server; the outcome of the operation alone is the suite's.
    let outcome: Awaited<ReturnType<Platform['execute']>>;
    const server = await start({ ...platform, execute: async () => outcome });
    for (const [method, { codes, samples }] of Object.entries(contract.methods)) {
      const sample = samples.find((one) => one.gives === contract.success);
      assert.ok(sample, `${method} has no sample that gives ${contract.success}`);
      for (const code of codes.filter((one) => !one.endsWith('*'))) {
        outcome = { ok: false, refusal: { refused: code, detail: 'the suite asked for it' } };
        assert.equal(await codeOf(client, server, method, sample), code, method);
      }
      for (const code of CORE_CODES) {
        outcome = { ok: false, code };
        const own = await codeOf(client, server, method, sample);
        const row = client.rowOf?.(own) ?? own;
        assert.ok(row in contract.codes, `${method}: core's ${code} becomes ${own}`);
      }
    }
  });
}
