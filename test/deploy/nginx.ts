// An nginx of a test's own in front of a server, with the sample of deploy/nginx.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate, skip as noOpenssl } from '../certificates.ts';
import { freePort } from '../cluster.ts';
import { temporaryDirectory } from '../support.ts';

const PROGRAM = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((file) =>
  existsSync(file),
);

/** Why tests that need nginx are skipped; false where they can run. */
export const skip: string | false =
  noOpenssl || (PROGRAM === undefined && 'no nginx (Debian: apt-get install nginx-light)');

export const SAMPLE = readFileSync(
  new URL('../../deploy/nginx/ordergate.conf', import.meta.url),
  'utf8',
);
export const OPEN = 'open.example.cn';
export const MANAGE = 'manage.example.cn';

export interface Sent {
  readonly host: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** A loopback address that the call comes from. */
  readonly from?: string;
}

export interface Nginx {
  /** Sends a call with TLS, and resolves with the head of the answer. */
  open(sent: Sent): Promise<IncomingMessage>;
  /** The whole answer. */
  call(sent: Sent): Promise<{ status: number; text: string; message: IncomingMessage }>;
  /** The port without TLS. */
  readonly plainPort: number;
  readonly port: number;
  /** The file of the CA that made its certificates. */
  readonly caFile: string;
  stop(): void;
}

/** Replaces each text of a configuration; a text that the configuration lacks is an error. */
export function replaced(config: string, by: Readonly<Record<string, string>>): string {
  let result = config;
  for (const [from, to] of Object.entries(by)) {
    if (!result.includes(from)) throw new Error(`the sample lacks "${from}"`);
    result = result.replaceAll(from, to);
  }
  return result;
}

/**
 * Starts nginx with the sample, whose ports, upstreams and certificates are replaced.
 *
 * @param upstreams `server …;` lines by upstream
 * @param change what else a test changes in the sample
 */
export async function startNginx(
  upstreams: { readonly gateways: readonly string[]; readonly management: readonly string[] },
  change: Readonly<Record<string, string>> = {},
): Promise<Nginx> {
  const directory = temporaryDirectory();
  const { key, certificate, ca } = makeCertificate([
    ...[`DNS:${OPEN}`, `DNS:${MANAGE}`, 'DNS:localhost'],
  ]);
  const caFile = `${directory}/ca.pem`;
  writeFileSync(caFile, ca);
  for (const name of [OPEN, MANAGE]) {
    writeFileSync(`${directory}/${name}.pem`, certificate);
    writeFileSync(`${directory}/${name}.key`, key);
  }
  mkdirSync(`${directory}/temp`);
  const [port, plainPort] = [await freePort(), await freePort()];
  const servers = (urls: readonly string[]): string =>
    urls.map((url) => `server ${new URL(url).host};`).join(' ');
  const sample = replaced(SAMPLE, {
    'listen 443 ssl http2;': `listen 127.0.0.1:${port} ssl http2;`,
    'listen 80;': `listen 127.0.0.1:${plainPort};`,
    'server 127.0.0.1:8787;': servers(upstreams.gateways),
    'server 127.0.0.1:8788;': servers(upstreams.management),
    '/etc/ordergate/tls': directory,
    ...change,
  });
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/temp/${name};`,
  );
  const file = `${directory}/nginx.conf`;
  writeFileSync(
    file,
    [
      ...['daemon off;', 'worker_processes 1;', `pid ${directory}/nginx.pid;`],
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      `error_log ${directory}/error.log warn;`,
      'events { worker_connections 512; }',
      `http { access_log off; ${temp.join(' ')}`,
      sample,
      '}',
    ].join('\n'),
  );
  const args = ['-p', directory, '-c', file, '-e', `${directory}/error.log`];
  const tested = spawnSync(PROGRAM!, ['-t', ...args], { encoding: 'utf8' });
  if (tested.status !== 0) throw new Error(`nginx -t: ${tested.stderr}`);
  const child = spawn(PROGRAM!, args, { stdio: 'ignore' });
  // QUIT also ends the worker, which a kill of the master would leave behind.
  const stop = (): void => {
    process.off('exit', stop);
    child.kill('SIGTERM');
  };
  process.once('exit', stop);

  const open = ({ host, path, method = 'GET', headers, body, from }: Sent) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options: RequestOptions = {
        ...{ host: '127.0.0.1', port, servername: host, path, method, ca, agent: false },
        headers: { host, ...headers },
        ...(from !== undefined && { localAddress: from }),
      };
      requestHttps(options, resolve).once('error', reject).end(body);
    });
  const call = async (sent: Sent) => {
    const message = await open(sent);
    return { status: message.statusCode!, text: await readText(message), message };
  };
  for (let tries = 0; ; tries++) {
    try {
      await call({ host: OPEN, path: '/healthz' });
      break;
    } catch (error) {
      if (tries === 100 || child.exitCode !== null) throw error;
      await sleep(50);
    }
  }
  return { open, call, port, plainPort, caFile, stop };
}
