// Makes a database for a restore drill of a backup of groups, or drops it; `restore-drill` runs it.
// Usage: node drill-database.js make BACKUP FILE | drop FILE
//   FILE                    the groups.json of the drill: `make` writes it
//   ORDERGATE_DRILL_SERVER  the URL of a PostgreSQL server, with a role that may create databases
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

async function run(statement) {
  const client = new pg.Client({ connectionString: process.env.ORDERGATE_DRILL_SERVER });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** All groups of the backup in one database, each in a schema of its own. */
function groupsOf(backup, url) {
  const { home, parts } = JSON.parse(
    readFileSync(join(backup, 'manifest.json'), 'utf8').split('\n')[0],
  );
  const place = (name) => ({ server: 'drill', schema: `ordergate_${name}` });
  const names = Object.keys(parts).filter((name) => name !== 'home');
  return {
    home: place(home),
    servers: { drill: url },
    groups: Object.fromEntries(names.map((name) => [name, place(name)])),
  };
}

const [task, ...paths] = process.argv.slice(2);
try {
  if (task === 'make') {
    const [backup, file] = paths;
    const name = `ordergate_drill_${randomBytes(6).toString('hex')}`;
    const url = new URL(process.env.ORDERGATE_DRILL_SERVER);
    url.pathname = `/${name}`;
    const groups = groupsOf(backup, url.href);
    await run(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
    writeFileSync(file, JSON.stringify(groups), { mode: 0o600 });
  } else {
    const { servers } = JSON.parse(readFileSync(paths[0], 'utf8'));
    // Only a database that `make` has made has such a name.
    const [name] = /ordergate_drill_[0-9a-f]{12}/.exec(new URL(servers.drill).pathname);
    await run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
} catch (error) {
  console.error(`restore-drill: the database of the drill: ${error.message}`);
  process.exitCode = 1;
}
