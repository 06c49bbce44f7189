// A pool that several schemas share leaves connections to each of them.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { databaseOf, skip } from '../../../test/postgres.ts';
import { temporaryDirectory } from '../../../test/support.ts';
import { Lender } from './lender.ts';

const SIZE = 5;
const soon = (): number => performance.now() + 2000;

describe('the connections of a server with several schemas', { skip }, () => {
  const lenders: Lender[] = [];
  after(() => Promise.all(lenders.map((lender) => lender.close())));
  async function lend(schemas: readonly string[] = ['first', 'second', 'third']): Promise<Lender> {
    const url = await databaseOf(temporaryDirectory());
    const lender = new Lender({ url, node: `test-${lenders.length}`, size: SIZE });
    lenders.push(lender);
    for (const schema of schemas) lender.giveBack(await lender.take(soon(), schema));
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

  test('a schema that is alone has all connections, and leaves one to a second schema', async () => {
    const lender = await lend([]);
    const all = await taken(lender, 'alone', SIZE);
    for (const connection of all) lender.giveBack(connection);
    lender.giveBack(await lender.take(soon(), 'second'));
    const stuck = await taken(lender, 'alone', SIZE - 1);
    await assert.rejects(lender.take(performance.now() + 100, 'alone'), /no connection/);
    lender.giveBack(await lender.take(soon(), 'second'));
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

  test('a schema keeps to three connections, whatever the number of schemas', async () => {
    const lender = await lend();
    const schemas = Array.from({ length: 40 }, (_, i) => `s${i}`);
    const used = new Map(schemas.map((schema) => [schema, new Set<string>()]));
    const call = async (schema: string): Promise<void> => {
      const connection = await lender.take(soon(), schema);
      used.get(schema)!.add(connection.name);
      await setImmediate();
      lender.giveBack(connection);
    };
    const opened = await Promise.all(
      Array.from({ length: SIZE }, (_, i) => lender.take(soon(), `first${i}`)),
    );
    for (const connection of opened) lender.giveBack(connection);
    for (let round = 0; round < 50; round++) {
      const mixed = schemas.toSorted(() => Math.random() - 0.5);
      await Promise.all([...mixed, ...mixed.slice(0, 20)].map(call));
    }
    const all = [...used.values()].flatMap((names) => [...names]);
    assert.equal(new Set(all).size, SIZE, 'all connections are used');
    // A schema may use a fourth if this process was held up while its three were lent.
    const mean = all.length / schemas.length;
    assert.ok(mean < 3.2, `a schema used ${mean} connections`);
  });

  test('a schema uses another connection if its own are lent to one other schema', async () => {
    const lender = await lend();
    for (const connection of await taken(lender, 'own', 3)) lender.giveBack(connection);
    const others = await taken(lender, 'other', 3);
    const fourth = await lender.take(soon(), 'own');
    assert.ok(!others.includes(fourth));
    for (const connection of [...others, fourth]) lender.giveBack(connection);
  });

  test('a schema uses another connection if its own do not come back', async () => {
    const lender = await lend();
    for (const connection of await taken(lender, 'own', 3)) lender.giveBack(connection);
    const stuck = [...(await taken(lender, 'one', 2)), ...(await taken(lender, 'two', 1))];
    const fourth = await lender.take(soon(), 'own');
    assert.ok(!stuck.includes(fourth));
    for (const connection of [...stuck, fourth]) lender.giveBack(connection);
  });

  test('a caller who waits too long is refused', async () => {
    const lender = await lend();
    const stuck = await taken(lender, 'stuck', 3);
    await assert.rejects(lender.take(performance.now() + 100, 'stuck'), /no connection/);
    for (const connection of stuck) lender.giveBack(connection);
  });
});
