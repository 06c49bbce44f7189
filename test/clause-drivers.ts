// Sends the requests of clauses with the drivers of the platforms, and with a reader of XML that is not the project's.
import { XMLParser } from 'fast-xml-parser';
import { exchange } from '../src/conformance/exchange.ts';
import { platforms } from '../src/platforms/index.ts';
import type { ClauseRequest } from '../src/protocol/clause.ts';
import type { CallContext, ClauseDriver, Heard } from '../src/protocol/conformance.ts';

const xmlParser = new XMLParser({ parseTagValue: false, ignoreDeclaration: true });

const loaded = platforms.map(async ({ name, conformance }) => {
  const { driver } = await conformance!();
  return [name, driver((text) => xmlParser.parse(text))] as const;
});

/** By the name of the platform. */
export const DRIVERS: Readonly<Record<string, ClauseDriver>> = Object.fromEntries(
  await Promise.all(loaded),
);

/** Whom a request goes to, and who sends it. */
export interface Target extends CallContext {
  readonly url: string;
}

const TIMEOUT_MS = 60_000;

/** Sends one request and reads its answer. */
export async function send(
  driver: ClauseDriver,
  target: Target,
  request: ClauseRequest,
): Promise<Heard> {
  const [only] = await exchange(target.url, [driver.write(target, request)], TIMEOUT_MS);
  const { status, body } = only!;
  if (status !== 200) throw new Error(`HTTP ${status}: ${body}`);
  return driver.read(body, target, status);
}
