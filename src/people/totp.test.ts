// The second factor: RFC 6238's own vectors, and a sign-in in two steps in which no code is taken twice.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Browser, makeAccount } from '../../test/browser.ts';
import { breakRows, startTestServer, temporaryDirectory } from '../../test/support.ts';
import { auditSealed } from '../whole-audit.ts';
import { base32, codeAt, fromBase32, newRecoveryCodes, stepOf } from './totp.ts';

test('RFC 6238, appendix B, SHA-1: the last six digits of each', () => {
  const secret = base32(Buffer.from('12345678901234567890'));
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ] as const) {
    equal(codeAt(secret, stepOf(seconds * 1000)), code);
  }
});

test('RFC 4648, 10: base32 there and back', () => {
  for (const [text, encoded] of [
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ] as const) {
    equal(base32(Buffer.from(text)), encoded);
    equal(fromBase32(encoded).toString(), text);
  }
});

const PASSWORD = 'correct horse battery';
const dataDirectory = temporaryDirectory();
const server = await startTestServer({ config: { dataDirectory } });
const now = () => stepOf(Date.now());

/** Somebody with a second factor; `code` gives one that was not taken, the newest it may be. */
async function withTotp(name: string) {
  await makeAccount(server, name, 'viewer', PASSWORD);
  const browser = new Browser(server);
  await browser.form('/console/sign-in', { name, password: PASSWORD });
  const begun = await browser.api('POST', '/me/totp', { password: PASSWORD });
  equal(begun.status, 201, JSON.stringify(begun.body));
  const { secret } = begun.body as { secret: string };
  const confirm = await browser.api('POST', '/me/totp/confirm', {
    code: codeAt(secret, now() - 1),
  });
  equal(confirm.status, 200, JSON.stringify(confirm.body));
  const recovery = confirm.body.recoveryCodes as string[];
  return { browser, secret, recovery };
}

/** The first step: the password. Returns the ticket of the page that asks for the code. */
async function firstStep(name: string) {
  const browser = new Browser(server);
  const page = await browser.form('/console/sign-in', {
    name,
    password: PASSWORD,
    next: '/console/x',
  });
  deepEqual([page.status, browser.cookie], [200, ''], 'the password alone signs nobody in');
  const ticket = /name="ticket" value="([^"]+)"/.exec(page.text)![1]!;
  const enter = (code: string, more: Record<string, string> = {}) =>
    browser.form('/console/sign-in', { ticket, code, next: '/console/x', ...more });
  return { browser, ticket, enter };
}

describe('a second factor', () => {
  test('applies after it was confirmed, and then a sign-in asks for a code', async () => {
    await makeAccount(server, 'begins', 'viewer', PASSWORD);
    const browser = new Browser(server);
    const signIn = () => browser.form('/console/sign-in', { name: 'begins', password: PASSWORD });
    await signIn();
    equal((await browser.api('POST', '/me/totp', { password: 'wrong' })).status, 403);
    const begun = await browser.api('POST', '/me/totp', { password: PASSWORD });
    match(
      begun.body.uri,
      /^otpauth:\/\/totp\/Ordergate%3Abegins\?secret=[A-Z2-7]{32}&issuer=Ordergate/,
    );
    equal((await signIn()).status, 303, 'what is not confirmed is not asked for');
    equal((await browser.api('POST', '/me/totp/confirm', { code: '000000' })).status, 403);
    const code = codeAt(begun.body.secret, now());
    const { recoveryCodes } = (await browser.api('POST', '/me/totp/confirm', { code })).body;
    equal(new Set(recoveryCodes).size, 10);
    equal((await browser.api('GET', '/me')).body.totp, true);
    equal((await browser.api('POST', '/me/totp', { password: PASSWORD })).status, 409);
    const stored = JSON.stringify(await server.storage.people.findAccount({ name: 'begins' }));
    for (const secret of [begun.body.secret, ...recoveryCodes]) ok(!stored.includes(secret));
    const audit = JSON.stringify(await server.storage.audit.list({ actor: 'begins', limit: 100 }));
    for (const secret of [begun.body.secret, code, ...recoveryCodes]) ok(!audit.includes(secret));
  });

  test('a code works once, and a code of another time never works', async () => {
    const { secret } = await withTotp('codes');
    const { enter, browser } = await firstStep('codes');
    equal((await enter(codeAt(secret, now() - 5))).status, 403);
    const code = codeAt(secret, now() + 1);
    const entered = await enter(code);
    deepEqual([entered.status, entered.location], [303, '/console/x']);
    equal((await browser.api('GET', '/me')).body.name, 'codes');
    const again = await firstStep('codes');
    equal((await again.enter(code)).status, 403, 'the same code a second time');
    const [entry] = (await server.storage.audit.list({ limit: 1 })).items;
    deepEqual([entry!.actor, entry!.action, entry!.outcome], ['codes', 'sign-in', 'refused']);
  });

  test('of ten simultaneous sign-ins with one code exactly one succeeds', async () => {
    const { secret } = await withTotp('races');
    const code = codeAt(secret, now() + 1);
    const steps = await Promise.all(Array.from({ length: 3 }, () => firstStep('races')));
    const answers = await Promise.all(steps.map(({ enter }) => enter(code)));
    equal(answers.filter(({ status }) => status === 303).length, 1);
  });

  test('a recovery code works once, in upper or lower case, with or without its hyphen', async () => {
    const { recovery } = await withTotp('recovers');
    const [one, two] = recovery as [string, string];
    equal((await (await firstStep('recovers')).enter(one.toUpperCase())).status, 303);
    equal((await (await firstStep('recovers')).enter(one)).status, 403);
    equal((await (await firstStep('recovers')).enter(two.replace('-', ' '))).status, 303);
  });

  test('a ticket works for its account only, expires, and ends with a change of the password', async () => {
    const { secret } = await withTotp('tickets');
    const other = await withTotp('others');
    const { ticket, enter } = await firstStep('tickets');
    const code = () => codeAt(secret, now() + 1);
    const [id, until, mac] = ticket.split('.') as [string, string, string];
    const otherId = (await server.storage.people.findAccount({ name: 'others' }))!.accountId;
    for (const forged of [
      `${otherId}.${until}.${mac}`,
      `${id}.${Number(until) + 1}.${mac}`,
      `${id}.${until}.`,
      'x',
    ]) {
      const answer = await enter(codeAt(other.secret, now() + 1), { ticket: forged });
      deepEqual([answer.status, /took too long/.test(answer.text)], [403, true], forged);
    }
    await server.people.changeAccount(id, (is) => ({ ...is, password: `${is.password}` }));
    equal((await enter(code())).status, 303, 'a change of something else leaves it');
    const late = await firstStep('tickets');
    await server.people.changeAccount(id, (is) => ({ ...is, password: null }));
    equal((await late.enter(code())).status, 403);
  });

  test('can be removed with a code, and a reset removes it', async () => {
    const { browser, secret } = await withTotp('removes');
    equal((await browser.api('POST', '/me/totp/remove', { code: '123' })).status, 403);
    const removed = await browser.api('POST', '/me/totp/remove', {
      code: codeAt(secret, now() + 1),
    });
    deepEqual([removed.status, removed.body.totp], [200, false]);
    const again = await browser.form('/console/sign-in', { name: 'removes', password: PASSWORD });
    equal(again.status, 303);
  });

  test('whose row was moved to another account is found by verify, and opens nothing there', async () => {
    deepEqual(await auditSealed(server.storage, server.sealer), []);
    await withTotp('moved');
    await breakRows(
      dataDirectory,
      `UPDATE accounts SET document = replace(document, '"totp":{', '"moved":{') WHERE name = 'moved'`,
    );
    await breakRows(
      dataDirectory,
      `UPDATE accounts SET document = (SELECT document FROM accounts WHERE name = 'races') WHERE name = 'moved'`,
    );
    match(
      (await auditSealed(server.storage, server.sealer)).join(),
      /account moved: its second factor does not open/,
    );
  });

  test('recovery codes have 50 bits and no characters that are easily misread', () => {
    for (const code of newRecoveryCodes()) match(code, /^[a-z2-7]{5}-[a-z2-7]{5}$/);
  });
});
