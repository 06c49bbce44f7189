// What README says is true: its first call, pasted; and the digest of a merchant's password.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { manage, startTestServer } from '../../../test/support.ts';

const README = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...README.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``, 'g'))].map((f) => f[1]!);
const shell = async (script: string, input = ''): Promise<string> => {
  const running = promisify(execFile)('sh', ['-c', script]);
  running.child.stdin!.end(input);
  return (await running).stdout;
};

const server = await startTestServer();

test('the first call, pasted, answers what is printed', async () => {
  const call = blocks('sh').find((block) => block.includes('/api/http/sopRequest'))!;
  const local = call.replaceAll('http://127.0.0.1:8787', server.url);
  assert.equal(await shell(local), blocks('xml')[0]);
  const order = (await manage(server, 'GET', '/orders/suning/1000531507')).body;
  assert.equal(order.state, 'shipped');
});

test('the command for a password makes a digest that the catalog takes', async () => {
  const passwordDigest = (
    await shell(blocks('sh').find((block) => block.includes('scrypt'))!, 'a password\n')
  ).trim();
  const { status, body } = await manage(server, 'PUT', '/catalog/suning/merchant/shop', {
    passwordDigest,
    vendorCode: '10042869',
  });
  assert.deepEqual([status, body.document.passwordDigest], [200, passwordDigest]);
});
