// Calls the management API of a running server, with the token from its data directory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config.ts';
import { NetworkError } from './errors.ts';

/** The URL of the management API of a server on this data directory, as far as the settings show it. */
export function serverUrl({ host, port, manageHost, managePort }: Config): string {
  return managePort === undefined ? `http://${host}:${port}` : `http://${manageHost}:${managePort}`;
}

/** What the management API refused, in its own words. */
export class ServerRefusal extends ConfigError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** POSTs to the management API; see {@link callServer}. */
export const askServer = <Answer>(
  url: string,
  path: string,
  config: Config,
  body: object,
): Promise<Answer> => callServer(url, 'POST', path, config, body);

/**
 * Calls the management API and resolves to the JSON of the answer.
 *
 * @param path below /manage/v1
 * @throws {NetworkError} if no server answers
 * @throws {ServerRefusal} with the message of an error answer
 */
export async function callServer<Answer>(
  url: string,
  method: string,
  path: string,
  config: Config,
  body: object | undefined,
): Promise<Answer> {
  const target = `${url.replace(/\/+$/, '')}/manage/v1${path}`;
  const headers = {
    authorization: `Bearer ${readToken(config)}`,
    'content-type': 'application/json',
  };
  const { status, text } = await send(target, {
    ...{ method, headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = parse(text);
  if (status >= 200 && status < 300 && answer !== undefined) return answer as Answer;
  const said = (answer as { error?: { message?: string } } | undefined)?.error?.message;
  if (said === undefined) {
    throw new NetworkError(`${withoutSecrets(target)} answered ${status}; is it Ordergate?`);
  }
  throw status >= 500 ? new NetworkError(said) : new ServerRefusal(status, said);
}

async function send(url: string, call: RequestInit) {
  try {
    const response = await fetch(url, call);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    throw new NetworkError(
      `no answer from ${withoutSecrets(url)} (${reason}); start a server with \`ordergate serve\`, or say where one is with --url`,
    );
  }
}

/** A URL may contain a user and a password. */
function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The server's token: from the environment, or from the file in its data directory. */
export function readToken({ adminToken, dataDirectory }: Config): string {
  if (adminToken !== undefined) return adminToken;
  try {
    return readFileSync(join(dataDirectory, 'admin.token'), 'utf8').trim();
  } catch {
    throw new ConfigError(
      `${dataDirectory} holds no admin.token; set ORDERGATE_ADMIN_TOKEN to the server's, or name a profile (ordergate help profile)`,
    );
  }
}
