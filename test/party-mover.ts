// A mover of a party in a process of its own, which a test kills: ends itself with SIGKILL at the named point.
import { readGroupsFile } from '../src/storage/groups/file.ts';
import { moveParty, type PartyMovePoint } from '../src/storage/groups/party/mover.ts';

const MOST_TRIES = 5;

const [file, platform, partyId, to, killAt] = process.argv.slice(2) as [
  ...[string, string, string, string],
  PartyMovePoint,
];

const move = () =>
  moveParty({
    file: readGroupsFile(file),
    ...{ platform, partyId, owners: [partyId], to },
    async onPoint(point) {
      if (point !== killAt) return;
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    },
  });

let report = await move();
// On a busy machine the fence may be given up, and whoever moves a party tries again.
for (let i = 0; i < MOST_TRIES && report.outcome === 'back'; i++) report = await move();
console.log(JSON.stringify(report));
