// deploy/prometheus and deploy/grafana: the rules, and each query against a Prometheus that scrapes a real server.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allMetrics } from '../../scripts/metrics-page.ts';
import { readConfig } from '../../src/config.ts';
import { freePort } from '../cluster.ts';
import { call, form, hasten } from '../jintong.ts';
import { startReceiver } from '../receiver.ts';
import { manage, startTestServer, temporaryDirectory } from '../support.ts';
import { replaced } from './nginx.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const file = (name: string): string => readFileSync(deploy + name, 'utf8');
/** The option of each test, because a `describe` that is skipped adds nothing to the number of skipped tests. */
const skip =
  (!existsSync('/usr/bin/prometheus') || !existsSync('/usr/bin/promtool')) &&
  'no prometheus and promtool (Debian: apt-get install prometheus)';

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}
const dashboard = JSON.parse(file('grafana/ordergate.json')) as { readonly panels: Panel[] };
const panels = dashboard.panels;

const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('/usr/bin/promtool', args, {
    cwd: `${deploy}prometheus`,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
};

describe('deploy/prometheus', () => {
  test('promtool accepts the rules and the configuration', { skip }, () => {
    const rules = promtool('check', 'rules', 'alerts.yml');
    equal(rules.status, 0, rules.text);
    const config = promtool('check', 'config', '--syntax-only', 'prometheus.yml');
    equal(config.status, 0, config.text);
  });

  test('each rule fires when it has to, and not before', { skip }, () => {
    const tested = promtool('test', 'rules', 'alerts.test.yml');
    equal(tested.status, 0, tested.text);
    const names = [...file('prometheus/alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, n]) => n);
    const proved = [...file('prometheus/alerts.test.yml').matchAll(/- name: (\w+)/g)];
    deepEqual(
      proved.map(([, n]) => n),
      names,
    );
  });
});

test('rules and panels ask for metrics that exist', () => {
  const known = new Set(allMetrics().map(({ name }) => name));
  const text = file('prometheus/alerts.yml') + panels.flatMap((p) => p.targets.map((t) => t.expr));
  const asked = [...text.matchAll(/ordergate_\w+/g)].map(([name]) => name);
  ok(asked.length > 30);
  for (const name of asked) {
    ok(known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, '')), name);
  }
});

const backups = temporaryDirectory();
writeFileSync(`${backups}/ordergate-20260101T000000Z.ndjson.gz`, '');
const { callbackAllow } = readConfig({}, { ORDERGATE_CALLBACK_ALLOW: '127.0.0.1' });
const server = await startTestServer({
  config: { managePort: 0, backups, metricsParties: 5, callbackAllow },
});
const there = { ...server, url: server.manageUrl };

describe('a Prometheus that scrapes a real server', { timeout: 90_000 }, () => {
  let api: string;
  let stop = (): void => {};
  before(async () => {
    if (skip) return;
    const directory = temporaryDirectory();
    writeFileSync(`${directory}/token`, server.adminToken);
    writeFileSync(`${directory}/alerts.yml`, file('prometheus/alerts.yml'));
    const config = replaced(file('prometheus/prometheus.yml'), {
      '15s': '1s',
      '/etc/prometheus/ordergate.token': `${directory}/token`,
      "'10.0.0.11:8788', '10.0.0.12:8788'": `'${new URL(server.manageUrl).host}'`,
    });
    writeFileSync(`${directory}/prometheus.yml`, config);
    const port = await freePort();
    api = `http://127.0.0.1:${port}/api/v1`;
    const child = spawn(
      '/usr/bin/prometheus',
      [
        `--config.file=${directory}/prometheus.yml`,
        `--storage.tsdb.path=${directory}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    stop = () => {
      process.off('exit', stop);
      child.kill('SIGKILL');
    };
    process.once('exit', stop);
  });
  after(() => stop());

  const query = async (expr: string): Promise<{ value: [number, string] }[]> => {
    const url = `${api}/query?${new URLSearchParams({ query: expr })}`;
    const answer = await fetch(url).then((a) => a.json() as Promise<Answer>);
    equal(answer.status, 'success', `${expr}: ${answer.error}`);
    return answer.data.result;
  };
  interface Answer {
    readonly status: string;
    readonly error?: string;
    readonly data: { readonly result: { value: [number, string] }[] };
  }
  const until = async (expr: string): Promise<void> => {
    for (let tries = 0; tries < 100; tries++) {
      const found = await query(expr).catch(() => []);
      if (found.length > 0) return;
      await sleep(200);
    }
    throw new Error(`Prometheus never answers ${expr}`);
  };

  test('each panel of the dashboard shows something', { skip }, async () => {
    const receiver = await startReceiver();
    const url = `${receiver.url}/`;
    const made = { platform: 'jintong', party: 'jane88', url };
    equal((await manage(there, 'POST', '/callbacks/endpoints', made)).status, 201);
    await until('up == 1');
    const calls = async (): Promise<void> => {
      await call(server, form(hasten('15112480268')));
      await call(server, form(hasten('1')));
      await fetch(`${server.manageUrl}/manage/v1/orders`, {
        headers: { authorization: 'Bearer x' },
      });
    };
    await calls();
    await until('ordergate_callback_attempts_total > 0');
    await sleep(2500);
    await calls();
    await until('sum(increase(ordergate_gateway_calls_total[20s])) > 0');
    await until('ordergate_callback_attempts_total offset 2s > 0');
    ok(panels.length >= 15);
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const found = await query(expr.replaceAll('$__rate_interval', '30s'));
        ok(found.length > 0, `"${title}" is empty: ${expr}`);
      }
    }
  });

  test('each rule is evaluated without an error, and an alert fires', { skip }, async () => {
    const rules = async () => {
      const answer = await fetch(`${api}/rules`);
      const { data } = (await answer.json()) as { data: { groups: { rules: Rule[] }[] } };
      return data.groups.flatMap((group) => group.rules);
    };
    interface Rule {
      readonly name: string;
      readonly health: string;
      readonly lastError?: string;
    }
    const found = await rules();
    ok(found.length >= 14);
    for (const rule of found) match(rule.health, /ok|unknown/, `${rule.name}: ${rule.lastError}`);
    const headers = { authorization: 'Bearer wrong' };
    for (let i = 0; i < 40; i++) {
      await fetch(`${server.manageUrl}/manage/v1/orders`, { headers });
      if (i % 10 === 9) await sleep(1000);
    }
    await until('ALERTS{alertname="OrdergateWrongTokens",alertstate="firing"}');
  });
});
