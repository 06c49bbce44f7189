// The programs and vectors of the reference: the files are what the contracts give, and no private key is shown.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { platforms } from '../src/platforms/index.ts';
import { LANGUAGES } from '../src/reference/languages.ts';
import { DEFAULT_SERVER, gatewayPlace, serverAddress } from '../src/reference/live.ts';
import { programOf } from '../src/reference/programs.ts';
import { firstCall } from '../src/reference/sample-call.ts';
import { type Vectors, vectorsText } from '../src/reference/vectors.ts';
import { manage, startTestServer } from './support.ts';

const HOW = 'run "node scripts/vectors.ts"';

test('docs/vectors.json is what the contracts give, and what the server serves', async () => {
  const file = readFileSync(new URL('../docs/vectors.json', import.meta.url), 'utf8');
  equal(file, vectorsText(platforms), HOW);
  const server = await startTestServer();
  const served = await fetch(`${server.url}/docs/vectors.json`);
  match(served.headers.get('content-type')!, /^application\/json/);
  equal(await served.text(), file);
});

test('the vectors hold what other tools have signed', () => {
  const { platforms: its }: Vectors = JSON.parse(vectorsText(platforms));
  const read = (path: string) =>
    JSON.parse(readFileSync(new URL(`../src/platforms/${path}`, import.meta.url), 'utf8'));
  const signatures = (name: string) => its[name]!.vectors.map(({ signature }) => signature);
  const known: readonly { sign: string }[] = read('jintong/vectors/signatures.json').cases;
  // The second string of the document is that of GetOrderDetail; the nested example is its own.
  for (const { sign } of known) ok(signatures('jintong').includes(sign), sign);
  const sent = (path: string) => JSON.stringify(read(path).requests);
  ok(signatures('suning').some((one) => sent('suning/vectors/php-sdk.json').includes(one)));
  const ytx = its.ytx!.vectors.find(({ signature }) =>
    sent('ytx/vectors/python-sdk.json').includes(signature),
  );
  ok(sent('ytx/vectors/python-sdk.json').includes(ytx!.beside!.Authorization!));
});

for (const platform of platforms) {
  const programs = platform.signingSample!.programs!;
  describe(platform.name, () => {
    for (const language of LANGUAGES) {
      test(`${language.file} holds the first call of the contract`, () => {
        const file = readFileSync(new URL(language.file, programs.folder), 'utf8');
        const made = programOf(programs.folder, language, firstCall(platform, programs));
        // The formatter of this repository may break a long line after its sign of equality.
        equal(file.replaceAll(/ =\n\s+/g, ' = '), made.replaceAll(/ =\n\s+/g, ' = '), HOW);
      });
    }
  });
}

test('the MD5 of the pages’ script is that of Node, for texts of each length about a block', async () => {
  const { hash } = await import('../web/reference/crypto.ts');
  for (let length = 0; length < 200; length++) {
    for (const character of ['a', '签', '😀']) {
      const text = character.repeat(length);
      equal(hash('md5', text), createHash('md5').update(text).digest('hex'), `${length}`);
    }
  }
});

test('the pages show each language with the values of the call and the address of the server', async () => {
  const server = await startTestServer();
  for (const { name, contract } of platforms) {
    for (const [method, { samples }] of Object.entries(contract.methods)) {
      const { secret } = server.parties.find(name, samples[0]!.as)!.keys[0]!;
      for (const language of ['zh', 'en']) {
        const path = `/docs/${name}/${encodeURIComponent(method)}`;
        const html = await (await fetch(`${server.url}${path}?lang=${language}`)).text();
        const shown = [...html.matchAll(/<summary>(.*?)<\/summary><pre.*?>(.*?)<\/pre>/gs)];
        deepEqual(
          shown.map(([, title]) => title),
          LANGUAGES.map(({ title }) => title),
        );
        for (const [, title, program] of shown) {
          ok(program!.includes(secret), `${method} ${title}`);
          ok(program!.includes(server.url), `${method} ${title}`);
        }
      }
    }
  }
});

test('a host that is none reaches no program; the public address stands in its place', async () => {
  const server = await startTestServer({ config: { publicUrl: 'https://open.example.cn' } });
  const page = await (await fetch(`${server.url}/docs/ytx/getOrderResult.md?lang=en`)).text();
  ok(page.includes("'https://open.example.cn'"));
  ok(!page.includes(server.url));
});

test('where the reference has a port of its own, the programs call that of the gateways', () => {
  const divided = { port: 8787, managePort: 8788, publicUrl: 'https://console.example.cn' };
  const address = (host: string, settings = divided) => serverAddress(gatewayPlace(settings), host);
  equal(address('10.1.2.3:8788'), 'http://10.1.2.3:8787');
  equal(address('[::1]:8788'), 'http://[::1]:8787');
  equal(address('<script>'), DEFAULT_SERVER);
});

test('a key that somebody has made is not in the programs', async () => {
  const server = await startTestServer();
  const { body } = await manage(server, 'POST', '/parties/jintong/jane88/keys', {
    overlapSeconds: 0,
  });
  const page = await (await fetch(`${server.url}/docs/jintong/HastenOrder.md?lang=en`)).text();
  ok(!page.includes(body.secret));
  match(page, /key='\{Key\}'/);
});
