// Runs `group-mover.ts` as a process of its own, which may be killed at a step of the move.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MoveReport } from '../src/storage/groups/move/mover.ts';

/** Moves a group, or goes on with its move. The report is null where the process was killed. */
export async function runMover(
  groupsFile: string,
  group: string,
  to: string,
  killAt = '',
): Promise<{ signal: string | null; report: MoveReport | null }> {
  const script = fileURLToPath(new URL('group-mover.ts', import.meta.url));
  const child = spawn(process.execPath, [script, groupsFile, group, to, killAt]);
  let [out, errors] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (errors += text));
  const signal = await new Promise<string | null>((resolve) =>
    child.once('close', (_, name) => resolve(name)),
  );
  if (signal === null && out === '') assert.fail(`the mover has failed: ${errors}`);
  return { signal, report: signal === null ? JSON.parse(out) : null };
}
