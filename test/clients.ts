// The client of each platform of the registry, by the platform's name: its `client.ts` exports it so.
import { platforms } from '../src/platforms/index.ts';
import type { TestedPlatform } from '../src/testing/index.ts';

export const CLIENTS: Readonly<Record<string, TestedPlatform['client']>> = Object.fromEntries(
  await Promise.all(
    platforms.map(async ({ name }) => {
      const clients = await import(`../src/platforms/${name}/client.ts`);
      return [name, clients[name]] as const;
    }),
  ),
);
