// The suite's look at a platform's folder: its files, its README, its documents and its numbered clauses.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { clausesOf } from './authority.ts';
import type { TestedPlatform } from './tested.ts';

/** A file, and what a reader looks for there. */
const FILES: Readonly<Record<string, string>> = {
  'name.ts': 'the name, alone',
  'contract.ts': 'methods, fields, samples and codes',
  'checks.ts': 'the steps from bytes to an accepted call',
  'client.ts': 'how a partner calls the platform',
  'import.ts': "an operator's files",
  'README.md': 'what an integrator reads first',
  'documents/settled.md': 'the numbered clauses',
};

/** A shell block and, right after it, the reply that it prints. */
const CALL =
  /```sh\n([^`]*?http:\/\/127\.0\.0\.1:8787[^`]*?)\n```\n\n```(?:xml|json)\n([^\n]*)\n```/g;

export function testFolder({ platform, client, folder, start }: Required<TestedPlatform>): void {
  const { name, contract, sandboxFile } = platform;
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');

  test(`${name}: the folder has every file that a reader looks for`, () => {
    for (const [file, holds] of Object.entries(FILES)) {
      assert.ok(existsSync(new URL(file, folder)), `${file} is missing; it holds ${holds}`);
    }
    assert.ok(existsSync(sandboxFile), `${sandboxFile} is missing; it holds the fixtures`);
    assert.ok(read('name.ts').endsWith(`export const PLATFORM = '${name}';\n`), 'name.ts');
    // Who reads an import file needs the name and the shapes of rows, not the checks.
    const importsChecks = /from '\.\/checks\.ts'/.test(read('import.ts'));
    assert.ok(!importsChecks, 'import.ts imports checks.ts: move what both need to a third file');
  });

  test(`${name}: the clauses of documents/settled.md are numbered one after the other`, () => {
    const text = read('documents/settled.md');
    const clauses = clausesOf(text);
    const marked = text.match(/^- \*\*[^*]+\*\*/gm) ?? [];
    assert.equal(clauses.length, marked.length, 'a clause is written "- **N1** (doc|sdk|ours) …"');
    const prefix = clauses[0]!.replace(/\d+$/, '');
    assert.deepEqual(
      clauses.map((clause) => clause.slice(prefix.length)).map(Number),
      clauses.map((_, i) => i + 1),
      'each number stands once, and in its order',
    );
  });

  test(`${name}: the README names every method, and its calls answer what it prints`, async () => {
    const page = read('README.md');
    for (const method of Object.keys(contract.methods)) {
      assert.ok(page.includes(method), `README.md does not name the method ${method}`);
    }
    const server = await start(platform);
    for (const [, call, printed] of page.matchAll(CALL)) {
      const script = call!.replaceAll('http://127.0.0.1:8787', server.url);
      const { stdout } = await promisify(execFile)('sh', ['-c', script]);
      assert.equal(stdout.trim(), printed, call);
    }
  });

  test(`${name}: the client is that of the contract, and keeps its secrets out of logs`, () => {
    assert.equal(client.contract.name, name);
    const credentials = client.toCredentials('a party', 'a key') as Record<string, unknown>;
    const carried = Object.keys(credentials).filter((field) => credentials[field] === 'a key');
    assert.ok(carried.length > 0, 'toCredentials gives the key to no credential');
    for (const field of carried) {
      assert.ok(client.secrets.includes(field), `client.secrets lacks ${field}, which is the key`);
    }
  });
}
