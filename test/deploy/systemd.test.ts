// The units of deploy/systemd: judged by systemd-analyze, and run by a systemd of the test's own.
import { equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../support.ts';
import { replaced } from './nginx.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const unit = (name: string): string => readFileSync(`${root}deploy/systemd/${name}`, 'utf8');
const run = (program: string, args: readonly string[], timeout = 60_000) =>
  spawnSync(program, args, { encoding: 'utf8', timeout, killSignal: 'SIGKILL' });

const analyze = '/usr/bin/systemd-analyze';
const noAnalyze = !existsSync(analyze) && 'no systemd-analyze (Debian: apt-get install systemd)';
/** A session needs mounts, a process namespace and the hierarchy of cgroups that systemd manages. */
const noSession: string | false =
  noAnalyze ||
  (process.getuid?.() !== 0 && 'only root may make the namespaces of a systemd session') ||
  (run('unshare', ['--mount', '--pid', '--fork', 'true']).status !== 0 &&
    'this machine lets nobody make namespaces, so that no systemd session can run');

/** The unit with paths of this checkout in place of those of an installation. */
const here = (name: string): string =>
  unit(name)
    .replaceAll('/usr/bin/node', process.execPath)
    .replaceAll(
      '/opt/ordergate/node_modules/ordergate/dist/cli/index.js',
      `${root}src/cli/index.ts`,
    )
    .replaceAll('/opt/ordergate/node_modules/ordergate/', root);

const UNITS = ['ordergate.service', 'ordergate-backup.service', 'ordergate-backup.timer'];

test('systemd-analyze verifies each unit', { skip: noAnalyze }, () => {
  const directory = temporaryDirectory();
  for (const name of UNITS) writeFileSync(`${directory}/${name}`, here(name));
  const { status, stderr } = run(analyze, ['verify', ...UNITS.map((one) => `${directory}/${one}`)]);
  equal(status, 0, stderr);
  equal(
    stderr.replaceAll(/^.*(?:Unit configuration has fatal error|\/lib\/systemd).*\n/gm, ''),
    '',
  );
});

test('the exposure of each service is at most 3.0 of 10', { skip: noAnalyze }, () => {
  for (const name of UNITS.filter((one) => one.endsWith('.service'))) {
    const args = ['security', '--offline=true', '--threshold=30', `${root}deploy/systemd/${name}`];
    const { status, stdout } = run(analyze, args);
    equal(status, 0, stdout.slice(-300));
  }
});

test('both services are hardened alike', () => {
  const hardening = (name: string): string => /NoNewPrivileges[\s\S]*?EPERM/.exec(unit(name))![0];
  equal(hardening('ordergate-backup.service'), hardening('ordergate.service'));
});

describe('the service under a systemd of its own', { skip: noSession }, () => {
  test('is active when it listens, is started again when its event loop hangs, and stops in order', () => {
    const directory = temporaryDirectory();
    mkdirSync(`${directory}/systemd/user`, { recursive: true });
    writeFileSync(`${directory}/env`, 'PORT=0\nORDERGATE_MANAGE_PORT=0\n');
    // A session of a user: no other user, and no place below /var. All hardening stays.
    const changed = replaced(here('ordergate.service'), {
      'User=ordergate\nGroup=ordergate\nStateDirectory=ordergate\nStateDirectoryMode=0700\n': `ReadWritePaths=/run/state\nStandardError=append:${directory}/log\n`,
      '/var/lib/ordergate': '/run/state',
      '/etc/ordergate/ordergate.env': `${directory}/env`,
      'WatchdogSec=60': 'WatchdogSec=3',
      'TimeoutStartSec=180': 'TimeoutStartSec=30',
      // The checkout and its Node may be in somebody's home.
      'ProtectHome=yes': 'ProtectHome=read-only',
    });
    const noTmp = root.startsWith('/tmp/') ? changed.replace('PrivateTmp=yes', '') : changed;
    writeFileSync(`${directory}/systemd/user/ordergate.service`, noTmp);
    const steps = `
      show() { systemctl --user show ordergate.service -p ActiveState -p StatusText -p NRestarts -p Result | tr '\\n' ' '; echo; }
      mkdir -p /run/state
      systemctl --user start ordergate.service && show
      sleep 5; show
      pid=$(systemctl --user show ordergate.service -p MainPID --value)
      [ "$pid" -gt 1 ] && kill -STOP "$pid"
      for _ in $(seq 40); do
        sleep 0.5
        [ "$(systemctl --user show ordergate.service -p NRestarts --value)" = 0 ] || break
      done
      for _ in $(seq 40); do
        systemctl --user is-active -q ordergate.service && break
        sleep 0.5
      done
      show
      systemctl --user stop ordergate.service && show`;
    const script = `${root}test/deploy/systemd-session.sh`;
    const { stdout, stderr } = run(script, [directory, 'bash', '-c', steps], 90_000);
    const log = existsSync(`${directory}/log`) ? readFileSync(`${directory}/log`, 'utf8') : '';
    const [started, later, restarted, stopped] = stdout.trim().split('\n');
    const told = `${stdout}${stderr}${log}`;
    ok(stopped, told);
    match(started!, /StatusText=serving .*NRestarts=0 .*ActiveState=active/, told);
    equal(later, started, 'signs of life arrive within the time of the watchdog');
    match(restarted!, /StatusText=serving .*NRestarts=1 .*ActiveState=active/, told);
    match(stopped, /Result=success .*ActiveState=inactive/, told);
    match(log, /"msg":"started"/);
  });
});
