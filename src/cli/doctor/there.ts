// What `ordergate doctor` finds by calls: the server, the proxy in front of it, certificates, clocks.
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:tls';
import type { Config } from '../../config.ts';
import { PROBE } from '../../protocol/doctor-probe.ts';
import { type Finding, ok, skipped, warn, wrong } from './finding.ts';

const PATIENCE_MS = 5000;
const DAY_MS = 86_400_000;
const RENEW_DAYS = 14;
/** Suning refuses a time that is off by more than minutes; callers are off themselves. */
const MAX_OFF_MS = 5000;
/** An address for documentation, which no real caller has. */
const FORGED = '203.0.113.9';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly date: number;
}

/** Certificates are judged apart, so that a wrong one does not hide what else is wrong. */
function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const options = { headers, timeout: PATIENCE_MS, agent: false, rejectUnauthorized: false };
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, options, (answer) => {
      answer.resume();
      const date = Date.parse(String(answer.headers.date));
      resolve({ status: answer.statusCode!, headers: answer.headers, date });
    });
    request.once('timeout', () =>
      request.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)),
    );
    request.once('error', reject);
    request.end();
  });
}

const here = (host: string, port: number): string =>
  `http://${host.replace('0.0.0.0', '127.0.0.1').replace(/^::$/, '[::1]')}:${port}`;

export async function serverFindings(config: Config): Promise<Finding[]> {
  const about = 'server';
  const { host, port, manageHost, managePort } = config;
  const base = managePort === undefined ? here(host, port) : here(manageHost, managePort);
  try {
    const { status } = await get(`${base}/readyz`);
    if (status === 200) return [ok(about, `${base} is ready`)];
    return [
      wrong(
        about,
        `${base} runs and its ledger takes no changes (/readyz ${status})`,
        'its log says why: a full disk, a database that is away, a damaged file',
      ),
    ];
  } catch (error) {
    return [skipped(about, `nothing answers at ${base} (${(error as Error).message})`)];
  }
}

/** Calls through the public address: what a proxy drops, adds and lets through. */
export async function proxyFindings({ publicUrl }: Config): Promise<Finding[]> {
  const about = 'proxy';
  if (publicUrl === undefined) return [skipped(about, 'ORDERGATE_PUBLIC_URL is not set')];
  let answer: Answer;
  try {
    answer = await get(`${publicUrl}/healthz`, { ...PROBE, 'x-forwarded-for': FORGED });
  } catch (error) {
    return [
      wrong(
        about,
        `${publicUrl} cannot be reached from here (${(error as Error).message})`,
        'look at the proxy, the firewall and the name',
      ),
    ];
  }
  const { status, headers, date } = answer;
  if (status !== 200) {
    const todo = 'look at the error log of the proxy, and whether the server runs';
    return [wrong(about, `${publicUrl}/healthz answers ${status}`, todo)];
  }
  const found: Finding[] = [];
  if (headers['x-ordergate-arrived'] !== 'access_token') {
    found.push(
      wrong(
        about,
        'the header access_token does not arrive, so every Suning call with a token is refused',
        'nginx: underscores_in_headers on, outside of `server` (deploy/nginx/ordergate.conf)',
      ),
    );
  } else if (headers['x-ordergate-caller'] === FORGED) {
    found.push(
      wrong(
        about,
        'the proxy passes on an X-Forwarded-For that the caller wrote: address lists can be deceived',
        'nginx: proxy_set_header X-Forwarded-For $remote_addr',
      ),
    );
  } else {
    found.push(
      ok(
        about,
        `${publicUrl} passes access_token on; it sees this machine as ${String(headers['x-ordergate-caller'])}`,
      ),
    );
  }
  const off = Math.abs(Date.now() - date);
  if (off > MAX_OFF_MS) {
    found.push(
      warn(
        'clock',
        `this machine and ${publicUrl} are ${Math.round(off / 1000)} s apart`,
        'synchronize both with a time server',
      ),
    );
  }
  return found;
}

export async function certificateFindings({ publicUrl, manageUrl }: Config): Promise<Finding[]> {
  const urls = [publicUrl, manageUrl].filter((url) => url?.startsWith('https:'));
  if (urls.length === 0) return [skipped('certificate', 'no address with https is set')];
  return Promise.all(urls.map((url) => certificateFinding(new URL(url!))));
}

function certificateFinding({ hostname, port }: URL): Promise<Finding> {
  const about = 'certificate';
  return new Promise((resolve) => {
    const options = { host: hostname, port: Number(port || 443), rejectUnauthorized: false };
    const socket = connect({ ...options, servername: hostname }, () => {
      const { valid_to: end } = socket.getPeerCertificate();
      const days = Math.floor((Date.parse(end) - Date.now()) / DAY_MS);
      const problem = socket.authorizationError;
      socket.destroy();
      if (days < 0) return resolve(wrong(about, `${hostname} has expired (${end})`, 'renew it'));
      if (problem) {
        const todo =
          'take a certificate of the name, with its chain; a CA of your own: NODE_EXTRA_CA_CERTS';
        return resolve(wrong(about, `${hostname} is not trusted (${String(problem)})`, todo));
      }
      const text = `${hostname} is valid for ${days} more days`;
      resolve(days < RENEW_DAYS ? warn(about, text, 'renew it') : ok(about, text));
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.once('error', (error) =>
      resolve(wrong(about, `${hostname}: ${error.message}`, 'look at the proxy and the name')),
    );
  });
}
