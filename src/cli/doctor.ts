// `ordergate doctor`: looks at settings, machine, ledger, proxy and certificates, and says what to do.
import { writeFileSync } from 'node:fs';
import { arch, platform, release, totalmem } from 'node:os';
import { type Config, readConfig, readFlags } from '../config.ts';
import { ALL_SETTINGS } from '../settings.ts';
import { VERSION } from '../version.ts';
import type { Finding, State } from './doctor/finding.ts';
import {
  backupFinding,
  clockFinding,
  diskFinding,
  keyFinding,
  ledgerFinding,
  permissionFindings,
  settingFindings,
} from './doctor/here.ts';
import { certificateFindings, proxyFindings, serverFindings } from './doctor/there.ts';
import { settingsAmong } from './flags.ts';
import { inOneLine, say } from './output.ts';
import { doctor as TEXT } from './texts/keep.ts';
import { wrapped } from './wrapped.ts';

const WORDS: Readonly<Record<State, string>> = {
  ok: 'ok     ',
  warn: 'warning',
  wrong: 'WRONG  ',
  skipped: 'skipped',
};

/** Settings whose value is a secret, or holds one. */
const SECRET = new Set<keyof Config>([
  'masterKey',
  'oldMasterKeys',
  'adminToken',
  'databaseUrl',
  'oidcClientSecret',
]);

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const { bundle, json } = values;
  const config = readConfig(settingsAmong(values));
  const findings: readonly Finding[] = [
    ...settingFindings(config, process.env),
    clockFinding(),
    diskFinding(config),
    ...permissionFindings(config),
    keyFinding(config),
    await ledgerFinding(config),
    backupFinding(config, Date.now()),
    ...(await serverFindings(config)),
    ...(await proxyFindings(config)),
    ...(await certificateFindings(config)),
  ];
  const count = (state: State): number => findings.filter((one) => one.state === state).length;
  const [wrongs, warnings] = [count('wrong'), count('warn')];
  if (json) say(JSON.stringify({ findings, wrong: wrongs, warnings }));
  else {
    for (const { about, state, found, todo } of findings) {
      say(`${WORDS[state]} ${inOneLine(about)}`);
      say(wrapped(inOneLine(found), '        '));
      if (todo !== undefined) say(wrapped(`→ ${inOneLine(todo)}`, '        '));
    }
    say(
      wrongs + warnings === 0
        ? 'all is well'
        : `${wrongs} wrong, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    );
  }
  if (bundle !== undefined) {
    writeFileSync(bundle, `${JSON.stringify(bundleOf(config, findings), null, 2)}\n`, {
      mode: 0o600,
    });
    if (!json)
      say(
        `wrote ${bundle}; read it before you send it: it names hosts and addresses, and no secret`,
      );
  }
  return wrongs === 0 ? 0 : 1;
}

/** What a report of a fault needs, without secrets. */
function bundleOf(config: Config, findings: readonly Finding[]): object {
  const settings = ALL_SETTINGS.map(([name, { variable }]) => {
    const value = config[name];
    const isSet = value !== undefined && String(value) !== '';
    if (SECRET.has(name)) return [variable, isSet ? 'set, not shown' : 'not set'];
    const shown = typeof value === 'object' && 'entries' in value ? value.entries : value;
    return [variable, shown ?? 'not set'];
  });
  return {
    at: new Date().toISOString(),
    ordergate: VERSION,
    node: process.version,
    system: { platform: platform(), release: release(), arch: arch(), memoryBytes: totalmem() },
    settings: Object.fromEntries(settings),
    findings,
  };
}
