// Callers judged by a platform that plays tricks: the programs of examples/ fail nothing, and each fault is caught by its clauses and no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judgeCommand } from '../../src/conformance/caller/run.ts';
import { reachOf } from '../../src/conformance/reach.ts';
import { sandboxTarget } from '../../src/conformance/sandbox-target.ts';
import type { Result, Verdict } from '../../src/conformance/verdict.ts';
import { platforms } from '../../src/platforms/index.ts';
import { startTestServer } from '../support.ts';

const server = await startTestServer();
const root = fileURLToPath(new URL('../../', import.meta.url));
const node = `'${process.execPath}' --conditions=@ordergate/source`;

async function judge(name: string, command: string): Promise<readonly Result[]> {
  const platform = platforms.find((one) => one.name === name)!;
  const conformance = await platform.conformance!();
  const manage = { url: server.url, token: server.adminToken };
  const target = sandboxTarget(
    { url: server.url, manage },
    conformance.clauses,
    platform.sandboxFile,
  );
  return judgeCommand({
    contract: platform.contract,
    conformance: { ...conformance, caller: conformance.caller! },
    reach: await reachOf(target),
    upstream: server.url,
    isChosen: () => true,
    host: '127.0.0.1',
    port: 0,
    repeat: (id) => `again ${id}`,
    command,
    timeoutMs: 30_000,
  });
}

const idsOf = (results: readonly Result[], verdict: Verdict): readonly string[] =>
  results.filter((result) => result.verdict === verdict).map(({ id }) => id);

for (const [platform, example] of [
  ['jintong', 'jintong-distributor'],
  ['suning', 'suning-supplier'],
  ['ytx', 'ytx-account'],
] as const) {
  test(`examples/${example} passes every clause for callers of ${platform}`, async () => {
    const results = await judge(platform, `${node} '${root}examples/${example}/program.ts'`);
    const bad = results.filter(({ verdict }) => verdict !== 'pass');
    assert.deepEqual(bad, []);
    assert.ok(results.length >= 16, `${results.length} clauses`);
  });
}

/** What is wrong with a caller, and the clauses that say so. A call that the platform refuses does no job, either. */
const REFUSED = ['job-done', 'after-a-timeout'];
const FAULTS: readonly (readonly [platform: string, fault: string, caught: readonly string[]])[] = [
  ['suning', '', []],
  ['suning', 'signature', ['signature', ...REFUSED]],
  ['suning', 'header', ['signature', 'names-of-headers', ...REFUSED]],
  ['suning', 'version', ['version-is-v1.2', ...REFUSED]],
  ['suning', 'format', ['format-is-that-of-the-body', ...REFUSED]],
  ['suning', 'gbk', ['body-in-utf-8', ...REFUSED]],
  ['suning', 'no-repeat', ['after-a-timeout']],
  ['suning', 'takes-silence', ['after-a-timeout']],
  ['suning', 'signs-anew', ['repeat-is-the-same-call', 'after-a-timeout']],
  ['suning', 'takes-errors', ['refusal-in-200']],
  ['suning', 'repeats-errors', ['refusal-is-final']],
  ['suning', 'takes-garbage', ['garbage-in-200']],
  ['suning', 'hurries', ['limit-honoured']],
  ['suning', 'down', ['callback-taken', 'callback-duplicate']],
  ['suning', 'takes-twice', ['callback-duplicate', 'callback-older']],
  ['suning', 'any-order', ['callback-older']],
  ['suning', 'no-clock', ['callback-replayed']],
  ['suning', 'trusts-all', ['callback-forged', 'callback-replayed', 'callback-older']],
  ['ytx', '', []],
  ['ytx', 'new-key', ['repeat-is-the-same-call', 'no-second-change']],
  ['ytx', 'sign-twice', ['signature', 'sign-once-in-the-url', ...REFUSED]],
  ['ytx', 'hurries', ['limit-honoured']],
  ['ytx', 'trusts-all', ['callback-forged']],
];

for (const [platform, fault, caught] of FAULTS) {
  test(`${platform}: a caller ${fault === '' ? 'without a fault passes' : `with the fault ${fault} fails ${caught.join(', ')}, and no other clause`}`, async () => {
    const program = fileURLToPath(new URL('caller.ts', import.meta.url));
    const results = await judge(platform, `FAULT='${fault}' ${node} '${program}'`);
    assert.deepEqual([...idsOf(results, 'fail')].sort(), [...caught].sort());
    for (const { id, verdict, reason, faults, bytesSent, bytesGot } of results) {
      if (verdict !== 'fail') continue;
      assert.ok(reason || faults.length > 0, `${id} says nothing`);
      if (reason) assert.ok(reason.zh && reason.en, id);
      assert.ok(bytesSent || bytesGot, `${id} shows no bytes`);
    }
    if (fault === 'signature') {
      assert.match(results.find(({ id }) => id === 'signature')!.reason!.en, /base64/);
    }
  });
}
