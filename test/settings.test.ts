// One table of settings: README, its Chinese twin, the CLI's help and its flags say what src/settings.ts says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PAGES, withSettings } from '../scripts/settings-table.ts';
import { settingsInFull } from '../src/cli/settings-help.ts';
import { CONFIG_FLAGS, ConfigError, readConfig } from '../src/config.ts';
import { ALL_SETTINGS } from '../src/settings.ts';

test('README has the table of settings in both languages; `npm run settings` writes it', () => {
  for (const language of ['en', 'zh'] as const) {
    const page = readFileSync(PAGES[language], 'utf8');
    assert.equal(page, withSettings(page, language));
  }
});

test('the help names each setting, in lines of at most 80 columns', () => {
  const help = settingsInFull();
  for (const [, { variable }] of ALL_SETTINGS) assert.ok(help.includes(variable), variable);
  for (const line of help.split('\n')) assert.ok(line.length <= 80, line);
});

test('each flag of the table is one that every command reads', () => {
  const flags = ALL_SETTINGS.flatMap(([, { flag }]) => (flag === undefined ? [] : [flag]));
  assert.deepEqual(flags.toSorted(), Object.keys(CONFIG_FLAGS).toSorted());
});

test('a setting is read from its variable, and from its flag first', () => {
  assert.equal(readConfig({}, {}).port, 8787);
  assert.equal(readConfig({}, { PORT: '9000' }).port, 9000);
  assert.equal(readConfig({ port: '9001' }, { PORT: '9000' }).port, 9001);
});

test('a wrong value is refused with the name of its setting and what it accepts', () => {
  const wrong: readonly [string, string, RegExp][] = [
    ['PORT', '70000', /^PORT \(--port\) is "70000"; it has to be a whole number from 0 to 65535$/],
    ['ORDERGATE_ENV', 'test', /^ORDERGATE_ENV \(--env\) is "test"; it has to be sandbox or produ/],
    ['ORDERGATE_LOG_LEVEL', 'loud', /^ORDERGATE_LOG_LEVEL is "loud"; it has to be one of trace,/],
    ['ORDERGATE_PUBLIC_URL', 'ftp://x', /^ORDERGATE_PUBLIC_URL is "ftp:\/\/x"; it has to be a sch/],
    ['ORDERGATE_DATABASE_URL', 'mysql://u:p@h/d', /^ORDERGATE_DATABASE_URL has to be of the form/],
    ['ORDERGATE_TRUSTED_PROXIES', '10.0.0.0/40', /^ORDERGATE_TRUSTED_PROXIES: /],
    ['ORDERGATE_REQUEST_LOG_MIB', '1', /^ORDERGATE_REQUEST_LOG_MIB is "1"; .* from 16 to /],
  ];
  for (const [variable, value, message] of wrong) {
    assert.throws(
      () => readConfig({}, { [variable]: value }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});
