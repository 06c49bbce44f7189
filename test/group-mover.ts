// A mover in a process of its own, which a test kills: ends itself with SIGKILL at the named point.
import { readGroupsFile } from '../src/storage/groups/file.ts';
import { type MovePoint, moveGroup } from '../src/storage/groups/move/mover.ts';

const [file, group, to, killAt] = process.argv.slice(2) as [string, string, string, MovePoint];

const report = await moveGroup({
  file: readGroupsFile(file),
  group,
  to,
  async onPoint(point) {
    if (point !== killAt) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  },
});
console.log(JSON.stringify(report));
