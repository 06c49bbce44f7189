// Exported requests: the script of each signs in a context of its tool, and a real server answers as the sample says.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { WireProtocol } from '../src/client/wire-protocol.ts';
import { exportTo, type Tool } from '../src/export/index.ts';
import { LIBRARY } from '../src/export/script-library.ts';
import { platformsOf } from '../src/main.ts';
import { platforms } from '../src/platforms/index.ts';
import type { Contract } from '../src/protocol/contract.ts';
import { startTestServer } from './support.ts';
import { type Sent, sendBruno, sendHttpFiles, sendPostman } from './tool-scripts.ts';

const SENDERS = { postman: sendPostman, bruno: sendBruno, http: sendHttpFiles } as const;

/** The code of a reply, as the platform's client reads it. */
async function codeOf(platform: string, method: string, key: string, sent: Sent): Promise<string> {
  const clients = await import(`../src/platforms/${platform}/client.ts`);
  const protocol: WireProtocol<Contract, unknown> = clients[platform];
  const outcome = protocol.read(protocol.toCredentials('', key), method, sent);
  return outcome.ok ? protocol.contract.success : outcome.code;
}

for (const tool of Object.keys(SENDERS) as Tool[]) {
  for (const language of ['zh', 'en'] as const) {
    test(`${tool}, ${language}: every sample is signed, and answered as its contract says`, async () => {
      const server = await startTestServer();
      const options = { server: server.url, language, version: '1.2.3' };
      const { files, without } = exportTo(tool, platforms, options);
      deepEqual(without, []);
      const sent = await SENDERS[tool](files);
      const samples = platforms.flatMap(({ name, contract }) =>
        Object.entries(contract.methods).flatMap(([method, its]) =>
          its.samples.map((sample) => ({ platform: name, method, sample })),
        ),
      );
      equal(sent.length, samples.length);
      for (const [i, { platform, method, sample }] of samples.entries()) {
        equal(sent[i]!.name, `${method} · ${sample.title[language]}`);
        const key = server.parties.find(platform, sample.as)!.keys[0]!.secret;
        equal(await codeOf(platform, method, key, sent[i]!), sample.gives, sent[i]!.name);
      }
    });
  }
}

describe('the library of the scripts', () => {
  const library: { md5(text: string): string; base64(text: string): string } = runInNewContext(
    `${LIBRARY}; ({ md5, base64 })`,
  );
  test('makes the MD5 and the Base64 that Node makes, for texts of each length about a block', () => {
    for (let length = 0; length < 140; length++) {
      for (const character of ['a', '签', '😀']) {
        const text = character.repeat(length);
        equal(library.md5(text), createHash('md5').update(text).digest('hex'), `${length}`);
        equal(library.base64(text), Buffer.from(text).toString('base64'));
      }
    }
  });
});

test('a changed body is signed as it stands: Chinese, what XML escapes, an empty value', async () => {
  const server = await startTestServer();
  const options = { server: server.url, language: 'en', version: '1.2.3' } as const;
  const [file] = exportTo('postman', platforms, options).files;
  const changed = file!.text
    .replaceAll('<Remark>取消</Remark>', '<Remark>行程 &lt;变更&gt; “改签” 😀</Remark>')
    .replaceAll('<UserName>jane88</UserName>', '<Extra></Extra><UserName>jane88</UserName>');
  ok(changed !== file!.text);
  const sent = await sendPostman([{ ...file!, text: changed }]);
  for (const { name, body } of sent.slice(0, 6)) ok(!body.includes('SignFail'), `${name} ${body}`);
  ok(sent[2]!.body.includes('CallSuccess'), sent[2]!.body);
});

test('a platform that does not say how a tool signs is left out, and named', async () => {
  const platformsFile = new URL('../examples/platform/index.ts', import.meta.url).pathname;
  const options = { server: 'http://127.0.0.1:1', language: 'zh', version: '1.2.3' } as const;
  const { without } = exportTo('bruno', await platformsOf({ platformsFile }), options);
  deepEqual(without, ['lantern']);
});
