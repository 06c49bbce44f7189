// The scenarios that come with Ordergate.
import { readdirSync, readFileSync } from 'node:fs';
import type { Scenario } from './scenario/format.ts';
import { readScenario } from './scenario/read.ts';

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
