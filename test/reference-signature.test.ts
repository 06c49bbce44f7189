// The string to sign in the reference: its digest is what the client of the platform sends, and no private key is shown.
import { equal, match, ok } from 'node:assert/strict';
import { createHmac, hash } from 'node:crypto';
import { test } from 'node:test';
import type { WireProtocol } from '../src/client/wire-protocol.ts';
import { platformsOf } from '../src/main.ts';
import type { Contract } from '../src/protocol/contract.ts';
import { manage, startTestServer, TestClock } from './support.ts';

const platformsFile = new URL('../examples/platform/index.ts', import.meta.url).pathname;
const platforms = await platformsOf({ platformsFile });
const clock = new TestClock();
const server = await startTestServer({ platforms, clock });
const read = async (path: string) => (await fetch(server.url + path)).text();

/** The pages of a platform in both languages, a section a method. */
async function sectionsOf(name: string): Promise<string[][]> {
  const pages = ['zh', 'en'].map((language) => read(`/docs/${name}/signature.md?lang=${language}`));
  return (await Promise.all(pages)).map((page) => page.split('\n## ').slice(1));
}

const digestIn = (section: string): string => {
  const found = /`([0-9a-f]{32,64})`\s*$/.exec(section)?.[1];
  ok(found, section);
  return found;
};

for (const { name, contract } of platforms.filter((one) => one.name !== 'lantern')) {
  test(`${name}: the page ends in the signature that the client sends, in both languages`, async () => {
    const clients = await import(`../src/platforms/${name}/client.ts`);
    const protocol: WireProtocol<Contract, unknown> = clients[name];
    for (const sections of await sectionsOf(name)) {
      const methods = Object.entries(contract.methods);
      equal(sections.length, methods.length);
      for (const [i, [method, { samples }]] of methods.entries()) {
        const { as, params } = samples[0]!;
        const { secret } = server.parties.find(name, as)!.keys[0]!;
        const credentials = protocol.toCredentials(as, secret);
        const wire = protocol.write(credentials, method, params as never, clock.now());
        const sent = JSON.stringify(wire) + decodeURIComponent(wire.body.replaceAll('+', ' '));
        ok(sections[i]!.includes(method));
        ok(sent.includes(digestIn(sections[i]!)), `${method}: ${sent}`);
      }
    }
  });
}

test('a platform from outside: HMAC over its four lines, with the key of its fixtures', async () => {
  const { secret } = server.parties.find('lantern', 'cinema01')!.keys[0]!;
  const time = String(Math.floor(clock.now() / 1000));
  const target = '/lantern/v1/orders/L570CDB0E765E8769?fields=all';
  const signed = ['GET', target, time, hash('sha256', '')].join('\n');
  const digest = createHmac('sha256', secret).update(signed).digest('hex');
  for (const sections of await sectionsOf('lantern')) equal(digestIn(sections[1]!), digest);
});

test('a key that somebody has made is shown nowhere, nor the fixtures’ key once it has ended', async () => {
  const own = await startTestServer({ platforms });
  const secrets: string[] = [];
  for (const { name, contract } of platforms) {
    for (const { samples } of Object.values(contract.methods)) {
      const path = `/parties/${name}/${samples[0]!.as}/keys`;
      const { body } = await manage(own, 'POST', path, { overlapSeconds: 0 });
      if (body.secret) secrets.push(body.secret);
    }
  }
  ok(secrets.length >= platforms.length);
  for (const { name } of platforms) {
    const page = await (await fetch(`${own.url}/docs/${name}/signature?lang=en`)).text();
    match(page, /The key is only named here/);
    ok(!secrets.some((secret) => page.includes(secret)));
  }
});
