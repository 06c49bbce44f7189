// What a start of a sandbox tells: what to do next, each call as a line, and fixtures that have aged.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { callLine, platforms } from '../src/main.ts';
import { call, form, hasten } from './jintong.ts';
import { startTestServer, TestClock, temporaryDirectory } from './support.ts';

const logged = (lines: Record<string, unknown>[]) =>
  pino({}, { write: (text: string) => void lines.push(JSON.parse(text)) });

test('platforms, a party of each, where the token is, a call to paste, what a browser opens', async () => {
  const lines: Record<string, string>[] = [];
  const server = await startTestServer({ log: logged(lines) });
  const next = lines.find(({ msg }) => msg === 'sandbox: what to do next')!;
  for (const { name, title } of server.platforms) {
    ok(next.platforms!.includes(`${name} (${title})`));
    ok(next.parties!.includes(`${name}: `));
  }
  match(next.paste!, /^curl .*\/manage\/v1\/orders/);
  // The log prints texts as JSON, where a double quote or a backslash is not what it is in a shell.
  equal(JSON.stringify(next.paste), `"${next.paste}"`);
  match(next.browser!, /^http:\/\/127\.0\.0\.1:\d+\/healthz/);
});

test('a later start names the parties of the first calls, too', async () => {
  const dataDirectory = temporaryDirectory();
  const starts: Record<string, string>[] = [];
  for (let start = 1; start <= 2; start += 1) {
    const server = await startTestServer({ config: { dataDirectory }, log: logged(starts) });
    await server.close();
  }
  const named = starts.flatMap(({ parties }) => parties ?? []);
  const firstCalls =
    'jintong: jane88, suning: b0c332a133c102765f39de0a1b2c3d4e, ytx: abcdefghijklmnopqrstuvwxyz012345';
  deepEqual(named, [firstCalls, firstCalls]);
});

test('each call is a line: platform, party, method, outcome, detail', async () => {
  const calls: string[] = [];
  const server = await startTestServer({ onCall: (record) => calls.push(callLine(record)) });
  await call(server, form(hasten('15112480268')));
  await call(server, form(hasten('404')));
  equal(calls[0], 'jintong  jane88  HastenOrder  CallSuccess');
  match(calls[1]!, /^jintong {2}jane88 {2}HastenOrder {2}CallFail {2}\S/);
});

test('fixtures that say `5 minutes ago` do not age in silence', async () => {
  const dataDirectory = temporaryDirectory();
  const clock = new TestClock();
  const warnings = async (): Promise<string[]> => {
    const lines: { level: number; msg: string }[] = [];
    const server = await startTestServer({
      clock,
      config: { dataDirectory },
      log: logged(lines as never),
    });
    await server.close();
    return lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
  };
  deepEqual(await warnings(), []);
  clock.advance(24 * 3_600_000);
  const [said] = await warnings();
  match(said!, /fixtures are 1440 minutes old .*suning order 1000531505 .*ordergate reset/);
});

test('a start that fails closes the ledger that it has opened, so that the next one can serve it', async () => {
  const first = await startTestServer();
  const dataDirectory = temporaryDirectory();
  const port = Number(new URL(first.url).port);
  await rejects(startTestServer({ config: { dataDirectory, port } }), { code: 'EADDRINUSE' });
  // A platform whose deadlines cannot be made fails before anything listens.
  const [one, ...others] = platforms;
  const deadlines = () => {
    throw new Error('no deadlines today');
  };
  await rejects(
    startTestServer({ config: { dataDirectory }, platforms: [{ ...one!, deadlines }, ...others] }),
    /no deadlines today/,
  );
  const server = await startTestServer({ config: { dataDirectory } });
  equal((await call(server, form(hasten('15112480268')))).code, 'CallSuccess');
});
