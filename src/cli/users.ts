// `ordergate users`: manages who may sign in to the console, on a running server or on the ledger
// itself.

import { type Config, ConfigError, readFlags, UsageError } from '../config.ts';
import { callAccounts, openWorkplace } from '../main.ts';
import { wordOf, wrongUse } from './flags.ts';
import { inOneLine, print, say } from './output.ts';
import { callServer, serverUrl } from './server.ts';
import { explicitServer } from './target.ts';
import { users as TEXT } from './texts/operate.ts';

interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly role: string;
  readonly enabled: boolean;
  readonly passwordSet: boolean;
  readonly lastSignInAt: string | null;
  readonly link?: string;
}

/** The management API, inside or outside this process. */
interface Accounts {
  call(
    operation: { readonly id: string; readonly method: string; readonly path: string },
    accountId?: string,
    body?: object,
  ): Promise<Account & { readonly items: readonly Account[] }>;
}

const LIST = { id: 'listAccounts', method: 'GET', path: '/accounts' };
const CREATE = { id: 'createAccount', method: 'POST', path: '/accounts' };
const CHANGE = { id: 'changeAccount', method: 'PATCH', path: '/accounts/{accountId}' };
const RESET = {
  id: 'resetPassword',
  method: 'POST',
  path: '/accounts/{accountId}/reset-password',
};

const ROLES: readonly string[] = ['viewer', 'operator', 'admin'];
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readFlags(args, TEXT.flags);
  const [given, name, ...more] = positionals;
  const what = wordOf(given, TEXT);
  const { role, json } = values;
  const needsName = what !== 'list';
  if (more.length > 0 || needsName !== (name !== undefined)) wrongUse(TEXT);
  if (what === 'add' && !ROLES.includes(role ?? '')) {
    throw new UsageError('--role has to be given: viewer, operator or admin');
  }
  const { config, url } = explicitServer(values);
  await withAccounts(config, url, async (accounts) => {
    if (what === 'list') return json ? print(await accounts.call(LIST)) : list(accounts);
    if (what === 'add') {
      const added = await accounts.call(CREATE, undefined, { name, role });
      return json ? print(added) : tellLink(added, config, url);
    }
    const { accountId } = await find(accounts, name!);
    if (what === 'reset-password') {
      const reset = await accounts.call(RESET, accountId, {});
      return json ? print(reset) : tellLink(reset, config, url);
    }
    const changed = await accounts.call(CHANGE, accountId, { enabled: what === 'enable' });
    if (json) return print(changed);
    say(
      `${inOneLine(name!)} ${what === 'enable' ? 'may sign in again' : 'is signed out and cannot sign in'}`,
    );
  });
  return 0;
}

async function list(accounts: Accounts): Promise<void> {
  const { items } = await accounts.call(LIST);
  if (items.length === 0) say('nobody yet; ordergate users add NAME --role admin');
  const width = Math.max(...items.map(({ name }) => inOneLine(name).length));
  for (const { name, role, enabled, passwordSet, lastSignInAt } of items) {
    const state = enabled ? (passwordSet ? '' : ', no password yet') : ', disabled';
    const last = lastSignInAt === null ? 'never signed in' : `last signed in ${lastSignInAt}`;
    say(`${inOneLine(name).padEnd(width)}  ${role}${state}, ${last}`);
  }
}

async function find(accounts: Accounts, name: string): Promise<Account> {
  const { items } = await accounts.call(LIST);
  const found = items.find((one) => one.name === name.trim().normalize('NFC').toLowerCase());
  if (found) return found;
  const known = items.map((one) => one.name).join(', ') || 'nobody yet';
  throw new ConfigError(`there is no account "${inOneLine(name)}"; there are: ${inOneLine(known)}`);
}

function tellLink({ name, role, link }: Account, config: Config, url: string | undefined): void {
  const server = config.manageUrl ?? config.publicUrl ?? url ?? serverUrl(config);
  say(
    `${inOneLine(name)} (${role}) chooses a password within 24 hours, once, at\n${server.replace(/\/+$/, '')}${link}`,
  );
}

/** Works on the ledger itself. If a server has the ledger open, the command asks that server. */
async function withAccounts(
  config: Config,
  url: string | undefined,
  run: (accounts: Accounts) => Promise<unknown>,
): Promise<void> {
  const remote = (at: string): Accounts => ({
    call: ({ method, path }, accountId = '', body = undefined) =>
      callServer(at, method, path.replace('{accountId}', accountId), config, body),
  });
  if (url !== undefined) return void (await run(remote(url)));
  const opened = await openWorkplace({ config, mustExist: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_DATA_DIRECTORY_IN_USE') return undefined;
      throw error;
    },
  );
  if (!opened) return void (await run(remote(serverUrl(config))));
  try {
    await run({
      async call({ id }, accountId, body) {
        const params: Record<string, string> = accountId === undefined ? {} : { accountId };
        const answer = await callAccounts(opened, id, params, body);
        if (answer.status < 300) return answer.body as never;
        throw new ConfigError((answer.body as { error: { message: string } }).error.message);
      },
    });
  } finally {
    await opened.storage.close();
  }
}
