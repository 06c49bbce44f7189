// A mover of a party in a process of its own, which a test kills: ends itself with SIGKILL at the named point.
import { readGroupsFile } from '../src/storage/groups/file.ts';
import { moveParty, type PartyMovePoint } from '../src/storage/groups/party/mover.ts';

const [file, platform, partyId, to, killAt] = process.argv.slice(2) as [
  ...[string, string, string, string],
  PartyMovePoint,
];

const report = await moveParty({
  file: readGroupsFile(file),
  ...{ platform, partyId, owners: [partyId], to },
  async onPoint(point) {
    if (point !== killAt) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  },
});
console.log(JSON.stringify(report));
