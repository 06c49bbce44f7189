// A server judged by the clauses: ours fails none, each mutant is caught by its clause and no other, and what a target lacks is skipped.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeServer, type RunOptions } from '../../src/conformance/run.ts';
import { sandboxTarget } from '../../src/conformance/sandbox-target.ts';
import { parseTarget, type TargetFile } from '../../src/conformance/target.ts';
import type { Result, Verdict } from '../../src/conformance/verdict.ts';
import { platforms } from '../../src/platforms/index.ts';
import type { Platform } from '../../src/protocol/platform.ts';
import { startTestServer } from '../support.ts';
import { APP } from '../ytx.ts';
import { MUTANTS, startProxy } from './mutants.ts';

const server = await startTestServer();

const platformOf = (name: string): Platform => platforms.find((one) => one.name === name)!;

async function run(
  { contract, conformance: load }: Platform,
  target: TargetFile,
  more: Partial<RunOptions> = {},
): Promise<readonly Result[]> {
  const conformance = await load!();
  return judgeServer({ contract, conformance, target, repeat: (id) => `again ${id}`, ...more });
}

async function targetAt(platform: Platform, url: string): Promise<TargetFile> {
  const { clauses } = await platform.conformance!();
  const manage = { url, token: server.adminToken };
  return sandboxTarget({ url, manage }, clauses, platform.sandboxFile);
}

/** Their limit may be used up by an earlier run. */
const OF_A_DAY = /limit-of-a-day|call-in-a-day/;

const idsOf = (results: readonly Result[], verdict: Verdict): readonly string[] =>
  results.filter((result) => result.verdict === verdict).map(({ id }) => id);

for (const platform of platforms) {
  const { name } = platform;

  test(`${name}: our server fails no clause and differs in none; only states of its operator are skipped`, async () => {
    const target = await targetAt(platform, server.url);
    const { clauses } = (await platform.conformance!()).clauses;
    for (const time of ['first', 'second']) {
      const results = await run(platform, target);
      assert.deepEqual(idsOf(results, 'fail'), [], time);
      assert.deepEqual(idsOf(results, 'differs'), [], time);
      const states = clauses.filter(({ given }) => given.server).map(({ id }) => id);
      const skipped = idsOf(results, 'skip').filter((id) => !states.includes(id));
      // A limit of a day is used up by the first run.
      assert.ok(
        skipped.every((id) => time === 'second' && OF_A_DAY.test(id)),
        skipped.join(),
      );
    }
  });

  test(`${name}: a server without clock and fixtures fails nothing; what it lacks is skipped with its reason`, async () => {
    const { parties } = await targetAt(platform, server.url);
    const { clauses } = (await platform.conformance!()).clauses;
    const { party } = clauses[0]!.given;
    // What the clauses say of the party is so in the sandbox.
    const values = name === 'ytx' ? { [APP]: APP, P1: 'P1' } : {};
    const given = { url: server.url, parties: { [party]: parties[party] }, values };
    const target = parseTarget(given, 'of a test');
    const results = await run(platform, target);
    assert.deepEqual([idsOf(results, 'fail'), idsOf(results, 'differs')], [[], []]);
    assert.ok(idsOf(results, 'pass').length >= 20, `${idsOf(results, 'pass').length} passed`);
    for (const { id, given } of clauses) {
      const { verdict, reason } = results.find((result) => result.id === id)!;
      const isMissing = given.party !== party || given.orders || given.at !== undefined;
      if (isMissing) assert.equal(verdict, 'skip', id);
      if (verdict === 'skip') assert.ok(reason?.zh && reason.en, id);
    }
  });

  test(`${name}: a read-only run sends no write, no load and nothing to the management API`, async () => {
    const proxy = await startProxy(server.url);
    const target = { ...(await targetAt(platform, proxy.url)), pauseMs: 0 };
    const results = await run(platform, { ...target, clock: null }, { readOnly: true });
    assert.deepEqual(idsOf(results, 'fail'), []);
    assert.ok(proxy.calls.length >= 5, `${proxy.calls.length} calls`);
    const writes = Object.entries(platform.contract.methods).filter(
      ([, m]) => m.effect === 'write',
    );
    for (const { path, headers, body } of proxy.calls) {
      const text = decodeURIComponent(
        `${path} ${JSON.stringify(headers)} ${body}`
          .replace(/%(?![\da-f]{2})/gi, '%25')
          .replaceAll(/%[89a-f][\da-f]/gi, ''),
      );
      for (const [method] of writes) assert.ok(!text.includes(method), text);
      assert.ok(!path.startsWith('/manage'), path);
      assert.ok(body.length < 20_000);
    }
  });
}

for (const { platform: name, fault, caughtBy, ...mutant } of MUTANTS) {
  test(`${name}, a server with a fault: ${fault}. ${caughtBy} catches it, and no other clause`, async () => {
    const platform = platformOf(name);
    const proxy = await startProxy(server.url, mutant, () => server.clock.now());
    const results = await run(platform, await targetAt(platform, proxy.url));
    assert.deepEqual(idsOf(results, 'fail'), [caughtBy]);
    assert.deepEqual(idsOf(results, 'differs'), []);
    const result = results.find(({ id }) => id === caughtBy)!;
    assert.ok(result.faults.length > 0 && result.bytesSent && result.bytesGot);
    assert.equal(result.repeat, `again ${caughtBy}`);
  });
}
