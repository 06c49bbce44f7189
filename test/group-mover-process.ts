// Runs `group-mover.ts` and `party-mover.ts` as processes of their own, which may be killed at a step of the move.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MoveReport } from '../src/storage/groups/move/mover.ts';
import type { PartyMoveReport } from '../src/storage/groups/party/mover.ts';

/** The report is null where the process was killed. */
interface Run<Report> {
  readonly signal: string | null;
  readonly report: Report | null;
}

/** Moves a group, or goes on with its move. */
export const runMover = (file: string, group: string, to: string, killAt = '') =>
  run<MoveReport>('group-mover.ts', [file, group, to, killAt]);

/** Moves a party of Jintong that owns orders under its own id alone, or goes on with its move. */
export const runPartyMover = (file: string, partyId: string, to: string, killAt = '') =>
  run<PartyMoveReport>('party-mover.ts', [file, 'jintong', partyId, to, killAt]);

async function run<Report>(name: string, args: readonly string[]): Promise<Run<Report>> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, [script, ...args]);
  let [out, errors] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (errors += text));
  const signal = await new Promise<string | null>((resolve) =>
    child.once('close', (_, name) => resolve(name)),
  );
  if (signal === null && out === '') assert.fail(`the mover has failed: ${errors}`);
  return { signal, report: signal === null ? JSON.parse(out) : null };
}
