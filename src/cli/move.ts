// `ordergate move`: gives an order its next state, such as the result of a top-up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, readConfig, readFlags } from '../config.ts';
import { orderId } from '../core/ledger.ts';
import { findState, type MoveRequest, moveOrder } from '../core/move-order.ts';
import { openWorkplace } from '../main.ts';
import type { Command } from './command.ts';

export const moveCommand: Command = {
  name: 'move',
  usage: 'move --platform P --order ID --to STATE [--line ID] [--note TEXT] [--url URL]',
  summary: 'move an order to another state, on a running server or on the ledger itself',
  async run(args) {
    const { values } = readFlags(args, {
      platform: { type: 'string' },
      order: { type: 'string' },
      to: { type: 'string' },
      line: { type: 'string' },
      note: { type: 'string' },
      url: { type: 'string' },
    });
    const { platform, order, to, line = null, note = null, url } = values;
    if (!platform || !order || !to) throw new ConfigError(`usage: ordergate ${moveCommand.usage}`);
    const config = readConfig(values);
    const move = { platform, orderId: orderId(order), to, line, note };
    const state = await (url === undefined ? moveHere(config, move) : moveAt(url, config, move));
    process.stdout.write(`moved order ${order} of ${platform} to ${state}\n`);
    return 0;
  },
};

/** On the ledger itself; where a server has it open, that server is asked. */
async function moveHere(config: Config, move: MoveRequest): Promise<string> {
  const opened = await openWorkplace({ config }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_DATA_DIRECTORY_IN_USE') return undefined;
    throw error;
  });
  if (!opened) return moveAt(`http://${config.host}:${config.port}`, config, move);
  const { storage, clock, platforms } = opened;
  try {
    const platform = platforms.find((one) => one.name === move.platform);
    if (!platform) {
      const known = platforms.map((one) => one.name).join(', ');
      throw new ConfigError(`--platform has to be one of: ${known}`);
    }
    const { states, stateWords = {}, operatorTransitions } = platform.model;
    const to = findState(platform.model, move.to);
    if (to === undefined) {
      const known = [...Object.keys(states), ...Object.keys(stateWords)].join(', ');
      throw new ConfigError(`--to has to be one of: ${known}`);
    }
    const moved = await moveOrder(storage.ledger, clock, platform.model, { ...move, to });
    if (moved.ok) return `${to} (${states[to]})`;
    if (moved.code === 'unknown-order') {
      throw new ConfigError(`${platform.name} has no order "${move.orderId}"`);
    }
    if (moved.code !== 'state-refuses') throw new ConfigError(`refused: ${moved.code}`);
    const next = (operatorTransitions[moved.state ?? ''] ?? []).join(', ') || 'nowhere';
    throw new ConfigError(`from ${moved.state} (${states[moved.state!]}) it can go to: ${next}`);
  } finally {
    await storage.close();
  }
}

async function moveAt(url: string, config: Config, move: MoveRequest): Promise<string> {
  const { platform, orderId, to, line, note } = move;
  const path = `/manage/v1/orders/${encodeURIComponent(platform)}/${encodeURIComponent(orderId)}/transitions`;
  const { status, body } = await post(url.replace(/\/+$/, '') + path, readToken(config), {
    to,
    line,
    note,
  });
  if (status !== 200) throw new ConfigError(body?.error?.message ?? `${url} answered ${status}`);
  return `${body?.state} (${body?.stateName})`;
}

interface Answer {
  readonly status: number;
  readonly body: {
    readonly state?: string;
    readonly stateName?: string;
    readonly error?: { readonly message?: string };
  } | null;
}

async function post(url: string, token: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    throw new ConfigError(`no answer from ${url} (${reason}); --url says where the server is`);
  }
}

/** The server's own: from the environment, or the file that it keeps in its data directory. */
function readToken({ adminToken, dataDirectory }: Config): string {
  if (adminToken !== undefined) return adminToken;
  try {
    return readFileSync(join(dataDirectory, 'admin.token'), 'utf8').trim();
  } catch {
    throw new ConfigError(
      `${dataDirectory} holds no admin.token; set ORDERGATE_ADMIN_TOKEN to the server's`,
    );
  }
}
