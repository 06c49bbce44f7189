// The suite's calls: every sample of the contract, sent by the platform's client to a real server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFaults } from '../protocol/contract-values.ts';
import { codeOf, type TestedPlatform } from './tested.ts';

export function testSamples({ platform, client, start }: Required<TestedPlatform>): void {
  const { name, contract } = platform;

  test(`${name}: every sample gives what the contract says, through the client`, async () => {
    const server = await start(platform);
    for (const [method, { params, samples }] of Object.entries(contract.methods)) {
      assert.ok(samples.length >= 2, `${method} has ${samples.length} samples; write 2 or more`);
      for (const sample of samples) {
        const title = `${method}: ${sample.title.en}`;
        assert.deepEqual(findFaults(params, sample.params), [], title);
        assert.equal(await codeOf(client, server, method, sample), sample.gives, title);
      }
    }
  });
}
