// groups.json: what it may hold, and what an error says of it.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { readDatabaseUrl } from '../postgres/database-url.ts';
import { parseGroupsFile, readGroupsFile, schemaUrl } from './file.ts';

const FILE = {
  home: { server: 'a', schema: 'ordergate' },
  servers: { a: 'postgres://one:s3cret@db-a/orders', b: 'postgres://one:s3cret@db-b/orders' },
  groups: {
    '00': { server: 'a', schema: 'ordergate' },
    '01': { server: 'b', schema: 'ordergate_01' },
  },
};
const parse = (file: object) => parseGroupsFile(JSON.stringify(file), 'groups.json');

test('a file is read; the home may be the schema of a group', () => {
  const { home, servers, groups } = parse(FILE);
  deepEqual(home, { server: 'a', schema: 'ordergate' });
  deepEqual([...servers.keys()], ['a', 'b']);
  deepEqual(groups.get('01'), { server: 'b', schema: 'ordergate_01' });
});

test('an error names the file, the place in it, and what has to be there', () => {
  const place = { server: 'a', schema: 'x' };
  const wrong: [object, RegExp][] = [
    [
      { ...FILE, home: { server: 'c', schema: 'x' } },
      /groups\.json: home\.server has to be one of servers: a, b$/,
    ],
    [{ ...FILE, servers: { a: 'mysql://x' } }, /servers\.a has to be of the form postgres:/],
    [{ ...FILE, servers: { 'A B': 'postgres://x' } }, /servers\.A B has to be named by/],
    [{ ...FILE, groups: {} }, /groups has to name at least one group/],
    [{ ...FILE, groups: { one: place } }, /groups\.one has to be named by two or three digits/],
    [{ ...FILE, groups: { 512: place } }, /groups\.512 has to be named by .* 00 to 511/],
    [
      { ...FILE, groups: { '07': place, '007': { server: 'a', schema: 'y' } } },
      /one number in two spellings/,
    ],
    [
      { ...FILE, groups: { '00': place, '01': place } },
      /groups\.01 is in the schema of groups\.00/,
    ],
    [
      { ...FILE, groups: { '00': { server: 'a', schema: 'a b' } } },
      /groups\.00\.schema has to be a name/,
    ],
    [
      { ...FILE, groups: { '00': { ...place, url: 'x' } } },
      /groups\.00 has "url"; it takes server, schema/,
    ],
    [{ ...FILE, more: 1 }, /the file has "more"; it takes home, servers, groups/],
    [[], /the file has to be an object/],
  ];
  for (const [file, message] of wrong) throws(() => parse(file), { message });
  throws(() => readGroupsFile('/there/is/none.json'), {
    message: /none\.json cannot be read \(ENOENT\)/,
  });
});

test('no error shows a password', () => {
  throws(
    () => parseGroupsFile(`${JSON.stringify(FILE)}}`, 'groups.json'),
    (error: Error) => /is no JSON$/.test(error.message) && !error.message.includes('s3cret'),
  );
});

test('the URL of a schema keeps everything else of the URL', () => {
  const path = (url: string) => readDatabaseUrl(url).settings.search_path;
  equal(path(schemaUrl('postgres://a@h/d', 'ordergate_01')), 'ordergate_01');
  const url =
    'postgres://a@h/d?options=-c%20search_path%3Dold%20-c%20work_mem%3D8MB&connect_timeout=5';
  const read = readDatabaseUrl(schemaUrl(url, 'new'));
  equal(read.settings.search_path, 'new');
  equal(read.settings.work_mem, '8MB');
  equal(read.connectTimeoutMs, 5000);
});
