// What `ordergate scenario` acts upon: the shipped scenarios, a fresh sandbox in this process, or a server elsewhere.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from './config.ts';
import { fixtureParties } from './directory/published-keys.ts';
import { platformsOf, startOrdergate } from './main.ts';
import type { Scenario } from './scenario/format.ts';
import { managementAt } from './scenario/management.ts';
import { readScenario } from './scenario/read.ts';
import { type Words, words } from './scenario/words.ts';
import { type AnyProtocol, World } from './scenario/world.ts';

export { UnreachableError } from './scenario/management.ts';
export { ScenarioError } from './scenario/read.ts';
export { runScenario, type StepOutcome } from './scenario/run.ts';
export { shippedNames, shippedScenario, shippedText } from './shipped-scenarios.ts';
export type { Scenario };

/** @throws {ScenarioError} or an error of the file system */
export const scenarioOfFile = (file: string): Scenario =>
  readScenario(readFileSync(file, 'utf8'), file);

/** Where scenarios run. Each `open` makes a world for one scenario. */
export interface Stage {
  open(): Promise<{ readonly world: World; close(): Promise<void> }>;
}

const noKey = (party: string): Words =>
  words(
    `此处没有 ${party} 的密钥：用 --keys 文件提供`,
    `the key of ${party} is not known here: --keys FILE names it`,
  );

/** Each scenario gets a sandbox of its own in this process, as a first start makes it. */
export function freshSandboxes(config: Config, protocols: readonly AnyProtocol[]): Stage {
  return {
    async open() {
      const dataDirectory = mkdtempSync(join(tmpdir(), 'ordergate-scenario-'));
      const settings = { ORDERGATE_LOG_LEVEL: 'silent', ORDERGATE_CALLBACK_ALLOW: '127.0.0.1' };
      const own = readConfig({ port: '0', data: dataDirectory }, settings);
      const platforms = await platformsOf(config);
      const server = await startOrdergate({ config: own, platforms });
      const { url, adminToken: token, parties } = server;
      const keyOf = (platform: string, party: string) =>
        parties.find(platform, party)?.keys[0]?.secret;
      return {
        world: new World({ url, manage: managementAt(url, token), protocols, keyOf, noKey }),
        async close() {
          await server.close();
          rmSync(dataDirectory, { recursive: true, force: true });
        },
      };
    },
  };
}

/**
 * A server that runs already. Its parties' keys are those of the fixtures, and those of `keys`, by
 * `platform/party`.
 *
 * @param gateway where the gateways listen, if not at `url`
 * @param reset whether the sandbox is made anew before each scenario
 */
export function runningServer(
  {
    url,
    gateway = url,
    token,
    reset,
  }: { url: string; gateway?: string; token: string; reset: boolean },
  config: Config,
  protocols: readonly AnyProtocol[],
  keys: Readonly<Record<string, string>>,
): Stage {
  const plain = (address: string): string => address.replace(/\/+$/, '');
  return {
    async open() {
      const fixtures = (await platformsOf(config)).flatMap(fixtureParties);
      const keyOf = (platform: string, party: string): string | undefined =>
        keys[`${platform}/${party}`] ??
        fixtures.find((one) => one.platform === platform && one.partyId === party)?.keys[0]?.secret;
      const manage = managementAt(plain(url), token);
      const world = new World({ url: plain(gateway), manage, protocols, keyOf, noKey });
      if (reset) await world.manage('POST', '/sandbox/reset', {});
      return { world, close: async () => {} };
    },
  };
}
