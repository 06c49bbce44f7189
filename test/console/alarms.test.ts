// Alarms as an admin works with them: a channel that is tried, a rule that fires, what was answered, and who has seen it.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Ordergate } from '../../src/main.ts';
import { call, document, form } from '../jintong.ts';
import { ALLOW_LOCAL, type Answer, type Receiver, startReceiver } from '../receiver.ts';
import { manage, startTestServer } from '../support.ts';
import { seriousFindings } from './axe.ts';
import { type Browser, startBrowser, withoutBrowser } from './browser.ts';
import { ORDER } from './world.ts';

let server: Ordergate;
let browser: Browser;
let receiver: Receiver;
if (!withoutBrowser) {
  // The rules are evaluated when the test says so, so that what it sees does not depend on how fast it is.
  const callbacks = { isLive: false };
  server = await startTestServer({ config: { callbackAllow: ALLOW_LOCAL }, callbacks });
  browser = await startBrowser(server);
  receiver = await startReceiver();
}
after(() => browser?.close());

const says =
  (body: object): Answer =>
  (response) =>
    response.end(JSON.stringify(body));
/** 钉钉 refuses and takes with the same status, 200. */
const refuses = says({ errcode: 310000, errmsg: 'sign not match' });
const takes = says({ errcode: 0, errmsg: 'ok' });

const WORDS = {
  zh: {
    ...{
      addChannel: '添加渠道',
      addRule: '添加规则',
      name: '名称',
      type: '类型',
      dingtalk: '钉钉',
    },
    ...{ url: '地址', secret: '加签密钥（可留空）', save: '保存', threshold: '阈值（达到）' },
    ...{ platform: '平台', party: '接入方（留空表示全部）', channels: '通知渠道' },
    ...{
      from: '免打扰开始（北京时间，可留空）',
      to: '免打扰结束',
      both: '免打扰的开始与结束须同时填写',
    },
    ...{ test: '向 值班群 发送测试消息', sent: '已送达', notSent: '未送达', isOk: '正常' },
    ...{ firing: '告警中', repeated: '未送达，将重发', acknowledge: '确认', seen: '已确认' },
    ...{
      change: '修改',
      quiet: '23:00–07:30 免打扰',
      over: '已恢复',
      off: '停用',
      isOff: '已停用',
    },
    ...{
      remove: '删除',
      none: '还没有规则',
      noChannels: '还没有通知渠道',
      alarm: '告警：拒绝过多',
    },
    ...{ nobody: '还没有人确认', fired: '触发，当时的值：2 次', timeline: '时间线' },
  },
  en: {
    ...{ addChannel: 'Add a channel', addRule: 'Add a rule', name: 'Name', type: 'Kind' },
    ...{ dingtalk: 'DingTalk', url: 'Address (URL)', secret: 'Secret of “加签” (may be empty)' },
    ...{ save: 'Save', threshold: 'Threshold (at least)', platform: 'Platform' },
    ...{ party: 'Party (empty: all)', channels: 'Channels', to: 'Quiet until' },
    ...{ from: 'Quiet from (Asia/Shanghai, may be empty)', both: 'Quiet hours need both' },
    ...{ test: 'Send a test message to 值班群', sent: 'Delivered', notSent: 'Not delivered' },
    ...{ isOk: 'ok', firing: 'firing', repeated: 'Not delivered, sent again' },
    ...{ acknowledge: 'Acknowledge', seen: 'acknowledged', change: 'Change', over: 'over' },
    ...{ quiet: 'quiet 23:00–07:30', off: 'Switch off', isOff: 'off', remove: 'Remove' },
    ...{ none: 'No rules yet', noChannels: 'No channels yet', alarm: 'Alarm: 拒绝过多' },
    ...{ nobody: 'nobody has acknowledged it yet', fired: 'Fired at 2', timeline: 'Time line' },
  },
} as const;

async function refuse(): Promise<void> {
  const param = { OrderID: ORDER, UserName: 'jane88' };
  const wrong = document('jane88', 'HastenOrder', { param, key: 'not the key of anybody' });
  equal((await call(server, form(wrong))).code, 'SignFail');
}

const advance = (advanceSeconds: number) => manage(server, 'POST', '/clock', { advanceSeconds });

/** Opens a choice by its label, and takes one. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('dialog').getByLabel(label, { exact: true }).click();
  const open = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)');
  await open.locator('.ant-select-item-option', { hasText: option }).first().click();
}

const section = (page: Page, id: string) => page.locator(`section[aria-labelledby="${id}"]`);

for (const language of ['zh', 'en'] as const) {
  const words = WORDS[language];
  describe(language, { skip: withoutBrowser }, () => {
    test('a channel is added by the form, and its test shows what was answered', async () => {
      receiver.answer = refuses;
      const before = receiver.received.length;
      const page = await browser.open('/alarms', { language });
      page.setDefaultTimeout(10_000);
      await page.getByText(words.noChannels).waitFor();
      await page.getByRole('button', { name: words.addChannel }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.name, { exact: true }).fill('值班群');
      // 企业微信 signs nothing, so its form asks for no secret.
      equal(await dialog.getByLabel(words.secret).count(), 0);
      await choose(page, words.type, words.dingtalk);
      await dialog.getByLabel(words.url, { exact: true }).fill(`${receiver.url}?access_token=k1`);
      await dialog.getByLabel(words.secret).fill('SECdf0a0c');
      deepEqual(await seriousFindings(page), []);
      await dialog.getByRole('button', { name: words.save }).click();
      const row = section(page, 'alarm-channels').locator('li', { hasText: '值班群' });
      await row.waitFor();
      ok(!(await page.content()).includes('access_token=k1'), 'the address is never shown again');

      await row.getByRole('button', { name: words.test }).click();
      const outcome = row.getByRole('status');
      await outcome.getByText(words.notSent, { exact: true }).waitFor();
      match(await outcome.innerText(), /HTTP 200[\s\S]*310000: sign not match/);
      equal(
        await outcome.locator('.code').innerText(),
        '{"errcode":310000,"errmsg":"sign not match"}',
      );
      receiver.answer = takes;
      await row.getByRole('button', { name: words.test }).click();
      await outcome.getByText(words.sent, { exact: true }).waitFor();
      equal(receiver.received.length, before + 2);
      match(receiver.received.at(-1)!.path, /access_token=k1&timestamp=\d{13}&sign=/);
      await page.close();
    });

    test('a rule is made by the form and fires; an error inside 200 is not delivered, then it is; somebody acknowledges it', async () => {
      await advance(660); // Earlier refusals are out of the ten minutes.
      const page = await browser.open('/alarms', { language });
      page.setDefaultTimeout(10_000);
      await page.getByRole('button', { name: words.addRule }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.name, { exact: true }).fill('拒绝过多');
      await choose(page, words.platform, 'jintong');
      await dialog.getByLabel(words.party, { exact: true }).fill('jane88');
      await dialog.getByLabel(words.threshold, { exact: true }).fill('2');
      await choose(page, words.channels, '值班群');
      await page.keyboard.press('Escape'); // The open choice, not the form.
      deepEqual(await seriousFindings(page), []);
      await dialog.getByRole('button', { name: words.save }).click();
      const rule = section(page, 'alarm-rules').locator('li', { hasText: '拒绝过多' });
      await rule.getByText(words.isOk, { exact: true }).waitFor();
      match(await rule.innerText(), /jintong\/jane88/);

      receiver.answer = refuses;
      const before = receiver.received.length;
      await refuse();
      await server.alarms.run();
      equal((await manage(server, 'GET', '/alarms')).body.items.filter(isOpen).length, 0);
      await refuse();
      await server.alarms.run();
      await page.goto(`${server.url}/console`);
      const matter = page.locator('.matters li', { hasText: words.alarm });
      await matter.getByText(words.nobody).waitFor();
      await matter.getByRole('link').click();

      const alarm = section(page, 'happened').locator('.alarms > li').first();
      await alarm.getByText(words.firing, { exact: true }).waitFor();
      await rule.getByText(words.firing, { exact: true }).waitFor();
      const events = alarm.locator('.event');
      match(await events.nth(0).innerText(), new RegExp(words.fired));
      match(await events.nth(1).innerText(), new RegExp(`${words.repeated}[\\s\\S]*310000`));
      equal(receiver.received.length, before + 1);

      receiver.answer = takes;
      await advance(10);
      await server.alarms.run();
      // The page asks by itself.
      await events.nth(2).getByText(words.sent).waitFor({ timeout: 15_000 });
      deepEqual(await seriousFindings(page), []);
      await alarm.getByRole('button', { name: words.acknowledge }).click();
      await alarm.locator('.alarm').getByText(words.seen, { exact: true }).first().waitFor();
      await rule.getByText(words.seen, { exact: true }).waitFor();
      equal(await alarm.getByRole('button', { name: words.acknowledge }).count(), 0);
      const [{ acknowledgedBy }] = (await manage(server, 'GET', '/alarms')).body.items;
      match(await alarm.innerText(), new RegExp(acknowledgedBy));
      await page.goto(`${server.url}/console`);
      await page
        .locator('.matters li', { hasText: words.alarm })
        .getByText(acknowledgedBy)
        .waitFor();
      await page.close();
    });

    test('a rule is changed, gets quiet hours, is switched off and removed, and its channel after it', async () => {
      const look = { language, appearance: 'dark', width: 390 } as const;
      const page = await browser.open('/alarms', look);
      page.setDefaultTimeout(10_000);
      const rule = section(page, 'alarm-rules').locator('li', { hasText: '拒绝过多' });
      const channel = section(page, 'alarm-channels').locator('li', { hasText: '值班群' });
      await channel.waitFor();
      const removeChannel = channel.getByRole('button', { name: words.remove });
      ok(await removeChannel.isDisabled(), 'a rule uses it');
      await rule.getByRole('button', { name: words.change }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.threshold, { exact: true }).fill('500');
      await dialog.getByLabel(words.from, { exact: true }).fill('23:00');
      await dialog.getByText(words.both).waitFor();
      ok(await dialog.getByRole('button', { name: words.save }).isDisabled());
      await dialog.getByLabel(words.to, { exact: true }).fill('07:30');
      deepEqual(await seriousFindings(page), []);
      await dialog.getByRole('button', { name: words.save }).click();
      await rule.getByText(words.quiet).waitFor();
      const [kept] = (await manage(server, 'GET', '/alarm-rules')).body.items;
      deepEqual([kept.threshold, kept.quiet], [500, { from: '23:00', to: '07:30' }]);
      await server.alarms.run();
      await rule.getByText(words.isOk, { exact: true }).waitFor({ timeout: 15_000 });
      const alarm = section(page, 'happened').locator('.alarms > li').first();
      await alarm.getByText(words.over, { exact: true }).waitFor();
      await alarm.getByText(words.timeline, { exact: true }).click();
      await alarm.locator('.event').last().waitFor();

      await rule.getByRole('button', { name: words.off }).click();
      await rule.getByText(words.isOff, { exact: true }).waitFor();
      await rule.getByRole('button', { name: words.remove }).click();
      await dialog.getByRole('button', { name: words.remove }).click();
      await page.getByText(words.none).waitFor();
      await removeChannel.click();
      await page.getByRole('dialog').last().getByRole('button', { name: words.remove }).click();
      await page.getByText(words.noChannels).waitFor();
      deepEqual(await seriousFindings(page), []);
      await page.close();
    });
  });
}

const isOpen = ({ endedAt }: { endedAt: string | null }): boolean => endedAt === null;

test('a viewer sees alarms, rules and channels, and no button that changes them', {
  skip: withoutBrowser,
}, async () => {
  const { channelId } = (
    await manage(server, 'POST', '/alarm-channels', {
      ...{ name: '值班群', type: 'wecom', url: receiver.url },
    })
  ).body;
  await manage(server, 'POST', '/alarm-rules', {
    ...{ name: '磁盘空间', watches: 'disk', threshold: 100, channels: [channelId] },
  });
  await server.alarms.run();
  const account = { name: 'li.na', role: 'viewer' };
  const { link } = (await manage(server, 'POST', '/accounts', account)).body;
  await browser.context.clearCookies();
  const page = await browser.context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(new URL(link, server.url).href);
  await page.locator('input[name=password]').fill('a long pass phrase of mine');
  await page.locator('input[name=repeat]').fill('a long pass phrase of mine');
  await page.keyboard.press('Enter');
  await page.locator('nav a[href="/console/alarms"]').click();
  await page.locator('.alarms > li', { hasText: '磁盘空间' }).waitFor();
  for (const id of ['happened', 'alarm-rules', 'alarm-channels']) {
    await section(page, id).locator('li').first().waitFor();
    equal(await section(page, id).getByRole('button').count(), 0, id);
  }
  await page.close();
});

test('no page has an error on its console', { skip: withoutBrowser }, () => {
  deepEqual(
    browser.faults.filter((fault) => !fault.includes('401')),
    [],
  );
});
