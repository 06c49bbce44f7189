// A pool that several schemas share leaves connections to each of them.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseOf, skip } from '../../../test/postgres.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import { Lender } from './lender.ts';

const SIZE = 5;
const soon = (): number => performance.now() + 2000;

describe('the connections of a server with several schemas', { skip }, () => {
  const lenders: Lender[] = [];
  after(() => Promise.all(lenders.map((lender) => lender.close())));
  async function lend(): Promise<Lender> {
    const url = await databaseOf(temporaryDirectory());
    const lender = new Lender({ url, node: `test-${lenders.length}`, size: SIZE });
    lenders.push(lender);
    return lender;
  }
  const taken = (lender: Lender, schema: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => lender.take(soon(), schema)));

  test('a schema whose calls do not end leaves two connections to the others', async () => {
    const lender = await lend();
    const stuck = await taken(lender, 'stuck', 3);
    let isServed = false;
    const fourth = lender.take(soon(), 'stuck').then((connection) => {
      isServed = true;
      return connection;
    });
    for (let i = 0; i < 20; i++) {
      const others = [await lender.take(soon(), 'one'), await lender.take(soon(), 'two')];
      for (const connection of others) lender.giveBack(connection);
    }
    assert.equal(isServed, false);
    lender.giveBack(stuck.pop()!);
    stuck.push(await fourth);
    for (const connection of stuck) lender.giveBack(connection);
  });

  test('a caller of that schema is served when one of its connections is lost', async () => {
    const lender = await lend();
    const stuck = await taken(lender, 'stuck', 3);
    const fourth = lender.take(soon(), 'stuck');
    const free = await lender.take(soon(), 'one');
    lender.giveBack(free);
    await sleep(10);
    const lost = stuck.pop()!;
    lost.destroy('a test');
    lender.giveBack(lost, new Error('lost'));
    assert.equal(await fourth, free, 'with the connection that was free all the while');
    for (const connection of [...stuck, free]) lender.giveBack(connection);
  });

  test('a caller who waits too long is refused', async () => {
    const lender = await lend();
    const stuck = await taken(lender, 'stuck', 3);
    await assert.rejects(lender.take(performance.now() + 100, 'stuck'), /no connection/);
    for (const connection of stuck) lender.giveBack(connection);
  });
});
