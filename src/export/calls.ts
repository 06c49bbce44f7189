// The samples of the contracts as requests of an API tool, each with the script that signs it.
import { fixtureParties } from '../directory/published-keys.ts';
import type { Text } from '../protocol/contract.ts';
import type { Platform } from '../protocol/platform.ts';
import type { ToolRequest } from '../protocol/tool-signing.ts';
import { LIBRARY } from './script-library.ts';

export interface ToolCall {
  readonly method: string;
  readonly title: Text;
  readonly request: ToolRequest;
  /**
   * The whole script. Before it the tool has to define `body`, `variable(name)` and
   * `set(name, value)`.
   */
  readonly script: string;
}

export interface ToolFolder {
  readonly platform: string;
  readonly title: Text;
  readonly calls: readonly ToolCall[];
}

export interface ToolExport {
  readonly folders: readonly ToolFolder[];
  /** The published keys of the fixtures, by the variables that the scripts read. */
  readonly keys: Readonly<Record<string, string>>;
  /** The names of platforms that do not say how a tool signs. */
  readonly without: readonly string[];
}

const variableOf = (platform: string, party: string): string => `key_${platform}_${party}`;

export function callsOf(platforms: readonly Platform[]): ToolExport {
  const signing = platforms.flatMap((platform) => {
    const tool = platform.signingSample?.tool;
    return tool ? [{ platform, tool }] : [];
  });
  const folders = signing.map(({ platform: { name, contract }, tool }): ToolFolder => {
    const calls = Object.entries(contract.methods).flatMap(([method, { samples }]) =>
      samples.map(
        ({ as: party, params, title }): ToolCall => ({
          ...{ method, title },
          request: tool.request({ party, method, params, now: 0 }),
          script: `${LIBRARY}const party = ${JSON.stringify(party)};
const method = ${JSON.stringify(method)};
const key = (owner) => variable('${variableOf(name, '')}' + owner);
${tool.script}`,
        }),
      ),
    );
    return { platform: name, title: contract.title, calls };
  });
  const keys = signing.flatMap(({ platform }) => {
    const callers = new Set(
      Object.values(platform.contract.methods).flatMap(({ samples }) =>
        samples.map(({ as }) => as),
      ),
    );
    return fixtureParties(platform)
      .filter(({ partyId }) => callers.has(partyId))
      .map(({ partyId, keys: [key] }) => [variableOf(platform.name, partyId), key!.secret]);
  });
  return {
    folders,
    keys: Object.fromEntries(keys),
    without: platforms.filter((one) => !one.signingSample?.tool).map(({ name }) => name),
  };
}
