// What `ordergate doctor` finds on this machine: settings, disk, permissions, the ledger, backups.
import { spawnSync } from 'node:child_process';
import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, isOnServer, nearest } from '../../config.ts';
import { isLoopbackHost } from '../../directory/loopback.ts';
import { holdsLedgerOf } from '../../main.ts';
import { ALL_SETTINGS } from '../../settings.ts';
import { type Finding, ok, skipped, warn, wrong } from './finding.ts';

const MIB = 1024 * 1024;
/** Below this the server serves calls and does not log them. */
const UNLOGGED = 512 * MIB;
const LOW = 2048 * MIB;
const HOUR_MS = 3_600_000;
const BACKUP_HOURS = 26;

/** Variables that other programs of Ordergate read. */
const OTHERS = /^ORDERGATE_(TEST_|KEEP_|HEAD$|PROFILE|TOKEN|SHOTS)/;

export function settingFindings(config: Config, env: NodeJS.ProcessEnv): Finding[] {
  const about = 'settings';
  const known = ALL_SETTINGS.map(([, { variable }]) => variable);
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('ORDERGATE_') && !known.includes(name) && !OTHERS.test(name),
  );
  const found: Finding[] = unknown.map((name) =>
    warn(
      about,
      `${name} is no setting`,
      `the nearest is ${nearest(name, known)}; correct it, or remove it`,
    ),
  );
  if (config.environment === 'sandbox') {
    found.push(ok(about, 'a sandbox: its keys are public, and its clock can be moved'));
    return found;
  }
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  if (config.managePort === undefined && !isLoopbackHost(host)) {
    found.push(
      wrong(
        about,
        `the gateways' port (${config.host}:${config.port}) also serves the management API and the console`,
        'set ORDERGATE_MANAGE_PORT',
      ),
    );
  }
  if (config.publicUrl === undefined) {
    found.push(
      warn(
        about,
        'ORDERGATE_PUBLIC_URL is not set, so people can sign in at this machine only',
        'set it to the address that browsers use, such as https://open.example.cn',
      ),
    );
  } else if (!config.publicUrl.startsWith('https:')) {
    found.push(
      wrong(
        about,
        'ORDERGATE_PUBLIC_URL has no TLS: passwords and tokens travel in clear text',
        'put a proxy with TLS in front (deploy/nginx)',
      ),
    );
  } else if (config.trustedProxies.isEmpty) {
    found.push(
      warn(
        about,
        "ORDERGATE_TRUSTED_PROXIES is empty: behind a proxy every caller has the proxy's address",
        'name the address that the proxy connects from, such as 127.0.0.1',
      ),
    );
  }
  if (found.length === 0) found.push(ok(about, 'production, nothing to remark'));
  return found;
}

export function clockFinding(): Finding {
  const about = 'clock';
  const { status, stdout } = spawnSync(
    'timedatectl',
    ['show', '-p', 'NTPSynchronized', '--value'],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) return skipped(about, 'timedatectl does not answer on this machine');
  if (stdout.trim() === 'yes') return ok(about, 'synchronized with a time server');
  return warn(
    about,
    'not synchronized with a time server',
    'turn on systemd-timesyncd or chrony: signed times and deadlines depend on the clock',
  );
}

export function diskFinding(config: Config): Finding {
  const about = 'disk';
  const { dataDirectory } = config;
  if (isOnServer(config)) return skipped(about, "the ledger is on the database server's disk");
  try {
    const { bavail, bsize } = statfsSync(dataDirectory);
    const free = bavail * bsize;
    const text = `${Math.round(free / MIB)} MiB free at ${dataDirectory}`;
    const room = 'make room, or lower ORDERGATE_REQUEST_LOG_MIB';
    if (free < UNLOGGED) return wrong(about, `${text}: calls are served and not logged`, room);
    return free < LOW ? warn(about, text, room) : ok(about, text);
  } catch {
    return wrong(about, `${dataDirectory} is not there`, 'name the directory with --data');
  }
}

export function permissionFindings(config: Config): Finding[] {
  const about = 'permissions';
  const { dataDirectory } = config;
  if (isOnServer(config) || process.platform === 'win32') return [];
  const found: Finding[] = [];
  for (const name of ['', 'master.key', 'admin.token', 'ledger.db']) {
    const path = join(dataDirectory, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    if ((stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8);
      const right = stat.isDirectory() ? 700 : 600;
      const state = name === 'ledger.db' || name === '' ? warn : wrong;
      found.push(
        state(about, `${path} has the mode ${mode}, so others reach it`, `chmod ${right} ${path}`),
      );
    }
    const uid = process.getuid?.();
    if (uid !== 0 && uid !== stat.uid) {
      found.push(
        wrong(
          about,
          `${path} belongs to user ${stat.uid}, and this is user ${uid}`,
          'run the doctor, and the server, as the user that owns the directory',
        ),
      );
    }
  }
  return found.length > 0 ? found : [ok(about, 'the data directory and its secrets are private')];
}

export async function ledgerFinding(config: Config): Promise<Finding> {
  const place = isOnServer(config) ? 'the database' : config.dataDirectory;
  const about = isOnServer(config) ? 'database' : 'ledger';
  try {
    if (await holdsLedgerOf(config)) return ok(about, `${place} holds a ledger`);
    return warn(about, `${place} holds no ledger yet`, 'ordergate serve makes one');
  } catch (error) {
    return wrong(
      about,
      (error as Error).message.split('\n')[0]!,
      'see the table of faults in docs/production.md',
    );
  }
}

export function keyFinding(config: Config): Finding {
  const about = 'master key';
  if (config.masterKey !== undefined) return ok(about, 'ORDERGATE_KEY is set');
  if (isOnServer(config)) {
    return wrong(about, 'ORDERGATE_KEY is not set', 'every node needs the same one');
  }
  const path = join(config.dataDirectory, 'master.key');
  if (statSync(path, { throwIfNoEntry: false })) {
    return ok(about, `${path}; keep a copy apart from the backups, which do not hold it`);
  }
  return warn(
    about,
    `${path} is not there`,
    'a first start makes one; a restored ledger needs its old one',
  );
}

export function backupFinding({ backups }: Config, now: number): Finding {
  const about = 'backups';
  if (backups === undefined) {
    return warn(
      about,
      'ORDERGATE_BACKUPS is not set, so nobody sees when the last backup was made',
      'make backups by deploy/systemd/ordergate-backup.timer, and name their directory',
    );
  }
  try {
    const times = readdirSync(backups)
      .filter((name) => /^[^.].*\.(ndjson\.gz|groups)$/.test(name))
      .map((name) => statSync(join(backups, name)).mtimeMs);
    const hours = (now - Math.max(...times)) / HOUR_MS;
    const todo = 'run deploy/backup by hand and read what it says';
    if (times.length === 0) return wrong(about, `${backups} holds no backup`, todo);
    const text = `the newest backup is ${hours.toFixed(1)} hours old`;
    return hours > BACKUP_HOURS ? wrong(about, text, todo) : ok(about, text);
  } catch (error) {
    return wrong(about, (error as Error).message, `let this user read ${backups}`);
  }
}
