// How the judge reaches what stands around a server: its commands, its management API, its clock.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { text as readAll } from 'node:stream/consumers';
import { readSecret, TargetError, type TargetFile } from './target.ts';

export interface Reach {
  /** Milliseconds since 1970, as the server's clock has it. */
  now(): number;
  advance(milliseconds: number): Promise<void>;
  /** @param party the id that the server has */
  secretOf(party: string): string;
  /** @throws {TargetError} with what the command wrote to standard error */
  run(
    command: string,
    what: string,
    variables: Readonly<Record<string, string>>,
    input?: string,
  ): Promise<void>;
  /** @throws {TargetError} with the message of an error answer */
  manage<Answer>(method: string, path: string, body?: object): Promise<Answer>;
}

/** @throws {TargetError} if a secret is not there */
export async function reachOf(target: TargetFile): Promise<Reach> {
  const { clock, newSecrets } = target;
  const seed = newSecrets && readSecret(newSecrets, 'newSecrets');
  const secrets = new Map(
    Object.entries(target.parties).map(([name, { id = name, secret }]) => [
      id,
      readSecret(secret, `parties.${name}.secret`),
    ]),
  );
  const token = target.manage && readSecret(target.manage.token, 'manage.token');
  let offsetMs = 0;
  const reach: Reach = {
    now: () => Date.now() + offsetMs,
    async advance(milliseconds) {
      if (clock === null) return;
      const seconds = Math.ceil(milliseconds / 1000);
      if ('command' in clock) {
        await run(clock.command, 'clock', { CONFORMANCE_SECONDS: String(seconds) });
      } else await reach.manage('POST', '/clock', { advanceSeconds: seconds });
      offsetMs += seconds * 1000;
    },
    secretOf(party) {
      const known = secrets.get(party);
      if (known !== undefined) return known;
      if (seed === undefined) throw new TargetError(`parties: there is no secret of ${party}`);
      return createHash('sha256').update(`${seed} ${party}`).digest('hex').slice(0, 32);
    },
    run,
    async manage<Answer>(method: string, path: string, body?: object) {
      const url = `${(target.manage?.url ?? target.url).replace(/\/+$/, '')}/manage/v1${path}`;
      return callManagement<Answer>(url, method, token ?? '', body);
    },
  };
  if (clock !== null && 'manage' in clock) {
    const { offsetSeconds } = await reach.manage<{ offsetSeconds: number }>('GET', '/clock');
    offsetMs = offsetSeconds * 1000;
  }
  return reach;
}

async function run(
  command: string,
  what: string,
  variables: Readonly<Record<string, string>>,
  input = '',
): Promise<void> {
  const child = spawn(command, {
    shell: true,
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  // A command that does not read its input ends the pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, said] = await Promise.all([ended, readAll(child.stderr)]);
  if (code === 0) return;
  throw new TargetError(
    `the command of ${what} ended with exit code ${code}: ${command}\n${said.trim().slice(-2000)}`,
  );
}

async function callManagement<Answer>(
  url: string,
  method: string,
  token: string,
  body: object | undefined,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new TargetError(`${url} cannot be reached: ${(cause as Error)?.message ?? message}`);
  }
  const answer = (await response.json().catch(() => null)) as {
    error?: { message?: string };
  } | null;
  if (response.ok && answer !== null) return answer as Answer;
  throw new TargetError(
    `${url} answered ${response.status}: ${answer?.error?.message ?? 'no JSON'}; check manage.url and manage.token of the target`,
  );
}
