// What `ordergate scenario` acts upon: the shipped scenarios, a fresh sandbox in this process, or a server elsewhere.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROTOCOLS } from './callers.ts';
import { type Config, readConfig } from './config.ts';
import { fixtureParties } from './directory/published-keys.ts';
import { platformsOf, startOrdergate } from './main.ts';
import type { Scenario } from './scenario/format.ts';
import { readScenario } from './scenario/read.ts';
import { type AnyProtocol, World } from './scenario/world.ts';

export { ScenarioError } from './scenario/read.ts';
export { runScenario, type StepOutcome } from './scenario/run.ts';
export { UnreachableError } from './scenario/world.ts';
export type { Scenario };

const SHIPPED = new URL('scenario/shipped/', import.meta.url);

/** The names of the scenarios that come with Ordergate, sorted. */
export const shippedNames = (): string[] =>
  readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();

/** The text of a shipped scenario. */
export const shippedText = (name: string): string =>
  readFileSync(new URL(`${name}.yaml`, SHIPPED), 'utf8');

/** @throws {ScenarioError} */
export const shippedScenario = (name: string): Scenario => readScenario(shippedText(name), name);

/** @throws {ScenarioError} or an error of the file system */
export const scenarioOfFile = (file: string): Scenario =>
  readScenario(readFileSync(file, 'utf8'), file);

/** Where scenarios run. Each `open` makes a world for one scenario. */
export interface Stage {
  open(): Promise<{ readonly world: World; close(): Promise<void> }>;
}

/** The clients of our platforms. */
export const clients: readonly AnyProtocol[] = Object.values(PROTOCOLS);

/** Clients of platforms that are not ours: what a file exports and has a contract. */
export async function clientsOf(file: string | undefined): Promise<readonly AnyProtocol[]> {
  if (file === undefined) return clients;
  const exported: Record<string, unknown> = await import(
    new URL(file, `file://${process.cwd()}/`).href
  );
  const found = Object.values(exported).filter(
    (one) => typeof one === 'object' && one !== null && 'contract' in one && 'toCredentials' in one,
  );
  return [...clients, ...(found as AnyProtocol[])];
}

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
        world: new World({ url, manageUrl: url, token, protocols, keyOf }),
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
      const parts = { url: plain(gateway), manageUrl: plain(url), token, protocols, keyOf };
      const world = new World(parts);
      if (reset) await world.manage('POST', '/sandbox/reset', {});
      return { world, close: async () => {} };
    },
  };
}
