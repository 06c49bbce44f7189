// deploy/docker: each step of the image that can be judged without a daemon, and compose files against their rules.
import { equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { ALL_SETTINGS } from '../../src/settings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const docker = (name: string): string => readFileSync(`${root}deploy/docker/${name}`, 'utf8');
const dockerfile = docker('Dockerfile');
const lines = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));
const succeeds = (...args: string[]): boolean =>
  spawnSync('docker', args, { stdio: 'ignore', timeout: 120_000 }).status === 0;
/** What remains to be judged then: .ci/package takes the same steps in an empty directory. */
const noImage: string | false = !succeeds('info')
  ? 'no Docker daemon'
  : !succeeds('image', 'inspect', 'node:24-bookworm-slim') &&
    !succeeds('pull', '-q', 'node:24-bookworm-slim') &&
    'the base image node:24-bookworm-slim cannot be had';

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly volumes?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
const compose = (name: string): Compose => parse(docker(name), { merge: true }) as Compose;

describe('the image', () => {
  test('takes an official Node by its tag, in the version that the package needs', () => {
    const { engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    match(engines.node, /^>=24/);
    match(dockerfile, /^ARG NODE=node:24-bookworm-slim$/m);
    equal(lines.filter((line) => /^FROM \$\{NODE\}/.test(line)).length, 3);
  });

  test('does not run as root, writes to one volume, and has a health check', () => {
    const user = lines.findLastIndex((line) => line.startsWith('USER '));
    ok(
      user > lines.findLastIndex((line) => line.startsWith('RUN ')),
      'nothing is built afterwards',
    );
    equal(lines[user], 'USER 10001:10001');
    equal(lines.filter((line) => line.startsWith('VOLUME')).join(), 'VOLUME /data');
    match(dockerfile, /^HEALTHCHECK [\s\S]*?readyz/m);
  });

  test('sets settings that the server takes', () => {
    const [, text = ''] = /^ENV ([\s\S]*?[^\\])\n/m.exec(dockerfile)!;
    const env = Object.fromEntries(text.split(/[\s\\]+/).map((pair) => pair.split('=')));
    const known = ALL_SETTINGS.map(([, { variable }]) => variable);
    for (const name of Object.keys(env)) ok(known.includes(name), name);
    const config = readConfig({}, env);
    equal(config.environment, 'production');
    equal(config.managePort, 8788);
  });

  test('serves from its entry with its settings, and its health check passes and fails', {
    skip: noImage,
  }, () => {
    const run = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', cwd: root });
      equal(status, 0, `docker ${args.join(' ')}: ${stderr}`);
      return stdout.trim();
    };
    run('build', '-q', '-f', 'deploy/docker/Dockerfile', '-t', 'ordergate-test', '.');
    const id = run('run', '-d', '--read-only', '--tmpfs', '/tmp', 'ordergate-test');
    try {
      for (let tries = 0; ; tries++) {
        const health = run('inspect', '-f', '{{.State.Health.Status}}', id);
        if (health === 'healthy') break;
        ok(tries < 60, `${health}: ${run('logs', id)}`);
        spawnSync('sleep', ['1']);
      }
      equal(run('exec', id, 'id', '-u'), '10001');
    } finally {
      run('rm', '-f', id);
    }
  });
});

describe('the compose files', () => {
  const files = ['compose.yaml', 'compose.postgres.yaml'];

  test('run Ordergate without rights, with a read-only root, by settings that exist', () => {
    const known = ALL_SETTINGS.map(([, { variable }]) => variable);
    for (const file of files) {
      const services = Object.entries(compose(file).services).filter(([name]) =>
        /^(ordergate|node-)/.test(name),
      );
      ok(services.length >= 1);
      for (const [name, { environment = {}, read_only, cap_drop }] of services) {
        equal(read_only, true, name);
        equal(cap_drop?.join(), 'ALL', name);
        for (const one of Object.keys(environment)) ok(known.includes(one), `${name}: ${one}`);
      }
    }
  });

  test('name each volume that a service uses', () => {
    for (const file of files) {
      const { services, volumes } = compose(file);
      const used = Object.values(services).flatMap((service) =>
        (service.volumes ?? []).map((one) => one.split(':')[0]!).filter((one) => /^\w/.test(one)),
      );
      equal([...new Set(used)].sort().join(), Object.keys(volumes).sort().join(), file);
    }
  });

  test('change the sample of nginx into one for their two nodes', () => {
    const script = docker('compose.postgres.yaml');
    const sample = readFileSync(`${root}deploy/nginx/ordergate.conf`, 'utf8');
    for (const [, from] of script.matchAll(/s\/(server [\d.:]+;)\//g)) {
      ok(sample.includes(from!), from);
    }
    match(script, /server node-a:8787; server node-b:8787;/);
  });
});
