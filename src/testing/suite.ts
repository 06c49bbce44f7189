// The platform suite: what every platform has to hold, whoever wrote it. One call registers all tests.
import { testCodes } from './codes.ts';
import { testContract } from './contract.ts';
import { testFolder } from './folder.ts';
import { testRedaction } from './redaction.ts';
import { testSamples } from './samples.ts';
import { startSandbox, type TestedPlatform } from './tested.ts';

/**
 * Registers the tests of a platform with `node:test`. They look at its folder, documents and
 * contract, and they send real bytes to a real server in this process.
 *
 * Call it at the top of a test file: `testPlatform({ platform, client, folder })`.
 */
export function testPlatform(given: TestedPlatform): void {
  const tested = { start: startSandbox, quotations: 0, alsoGiven: [], ...given };
  testFolder(tested);
  testContract(tested);
  testCodes(tested);
  testSamples(tested);
  testRedaction(tested);
}
