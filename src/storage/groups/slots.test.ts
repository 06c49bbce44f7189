// Work in the background for many groups: a few of a server at a time, and one that waits holds up no other.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { IN_BACKGROUND } from './ask.ts';
import { Rounds, Slots } from './slots.ts';

const group = (name: string, problem?: string) => ({ name, server: 'a', problem });
type Fake = ReturnType<typeof group>;

test('so many tasks of a server run at once, in their sequence', async () => {
  const slots = new Slots();
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = Array.from({ length: 5 }, (_, i) =>
    slots.run('a', () => {
      begun.push(i);
      return new Promise<void>((end) => ends.push(end));
    }),
  );
  equal(begun.length, IN_BACKGROUND);
  await slots.run('b', async () => {}); // Another server has places of its own.
  for (let i = 0; i < all.length; i++) {
    ends[i]!();
    await all[i];
  }
  deepEqual(begun, [0, 1, 2, 3, 4]);
});

test('a failed task gives its place back', async () => {
  const slots = new Slots();
  for (let i = 0; i < 2 * IN_BACKGROUND; i++) {
    await slots.run('a', () => Promise.reject(new Error('no'))).catch(() => {});
  }
  equal(await slots.run('a', async () => 'yes'), 'yes');
});

test('groups that wait hold up no other, are not asked twice, and their late answer comes with the next round', async () => {
  const groups = ['00', '01', '02', '03', '04'].map((name) => group(name));
  const locked = groups.slice(0, IN_BACKGROUND + 1);
  let unlock = (): void => {};
  const open = new Promise<void>((resolve) => {
    unlock = resolve;
  });
  const late: string[] = [];
  let tell = (): void => {};
  const allLate = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const rounds = new Rounds<Fake, string>(({ name }) => {
    late.push(name);
    if (late.length === locked.length) tell();
  });
  const asked: string[] = [];
  const question = async (of: Fake) => {
    asked.push(of.name);
    if (locked.includes(of)) await open;
    return `${of.name} answers`;
  };
  const round = async () => {
    const free = groups.filter((one) => !rounds.isUnderWay(one));
    return [...(await rounds.ask(free, question)).keys()].map(({ name }) => name).sort();
  };
  deepEqual(await round(), ['03', '04']);
  deepEqual(await round(), ['03', '04']);
  equal(asked.length, groups.length + 2, 'those that wait were asked once');
  unlock();
  await allLate;
  deepEqual(await round(), ['00', '01', '02', '03', '04']);
  equal(asked.length, groups.length + 4, 'their late answers were taken');
  deepEqual(await round(), ['00', '01', '02', '03', '04']);
});

test('a group with a problem is not asked, and one that fails is asked again', async () => {
  const rounds = new Rounds<Fake, string>(() => {});
  const [down, failing] = [group('00', 'down'), group('01')];
  let asked = 0;
  const question = async () => {
    if (++asked === 1) throw new Error('no');
    return 'yes';
  };
  deepEqual([...(await rounds.ask([down, failing], question))], []);
  equal(rounds.isUnderWay(failing), false);
  deepEqual([...(await rounds.ask([down, failing], question))], [[failing, 'yes']]);
});
