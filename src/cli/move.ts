// `ordergate move`: gives an order its next state, such as the result of a top-up.

import { type Config, ConfigError, readFlags } from '../config.ts';
import { orderId } from '../core/ledger.ts';
import {
  findState,
  knownStates,
  leadsTo,
  type MoveRequest,
  moveOrder,
} from '../core/move-order.ts';
import { auditCommand, openWorkplace } from '../main.ts';
import { wrongUse } from './flags.ts';
import { print, say } from './output.ts';
import { askServer, serverUrl } from './server.ts';
import { explicitServer } from './target.ts';
import { move as TEXT } from './texts/operate.ts';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = readFlags(args, TEXT.flags);
  const { platform, order, to, line = null, note = null } = values;
  if (!platform || !order || !to) wrongUse(TEXT);
  const { url, config } = explicitServer(values);
  const move = { platform, orderId: orderId(order), to, line, note };
  const state = await (url === undefined ? moveHere(config, move) : moveAt(url, config, move));
  if (values.json) return print({ platform, orderId: order, state });
  say(`moved order ${order} of ${platform} to ${state}`);
  return 0;
}

/** Works on the ledger itself. If a server has the ledger open, the command asks that server. */
async function moveHere(config: Config, move: MoveRequest): Promise<string> {
  const opened = await openWorkplace({ config, mustExist: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_DATA_DIRECTORY_IN_USE') return undefined;
      throw error;
    },
  );
  if (!opened) return moveAt(serverUrl(config), config, move);
  const { storage, clock, platforms } = opened;
  try {
    const platform = platforms.find((one) => one.name === move.platform);
    if (!platform) {
      const known = platforms.map((one) => one.name).join(', ');
      throw new ConfigError(`--platform has to be one of: ${known}`);
    }
    const { states } = platform.model;
    const to = findState(platform.model, move.to);
    if (to === undefined) {
      throw new ConfigError(`--to has to be one of: ${knownStates(platform.model)}`);
    }
    const target = `${platform.name}/${move.orderId}`;
    const moved = await auditCommand(
      opened,
      { action: 'moveOrder', target, note: move.note },
      () => moveOrder(storage.ledger, clock, platform.model, { ...move, to }),
      ({ ok }) => (ok ? { state: to, line: move.line } : null),
    );
    if (moved.ok) return `${to} (${states[to]})`;
    if (moved.code === 'unknown-order') {
      throw new ConfigError(`${platform.name} has no order "${move.orderId}"`);
    }
    if (moved.code !== 'state-refuses') throw new ConfigError(`refused: ${moved.code}`);
    throw new ConfigError(
      `from ${moved.state} (${states[moved.state!]}) it can go to: ${leadsTo(platform.model, moved.state!)}`,
    );
  } finally {
    await storage.close();
  }
}

async function moveAt(url: string, config: Config, move: MoveRequest): Promise<string> {
  const { platform, orderId, to, line, note } = move;
  const path = `/orders/${encodeURIComponent(platform)}/${encodeURIComponent(orderId)}/transitions`;
  const moved = await askServer<{ state: string; stateName: string }>(url, path, config, {
    to,
    line,
    note,
  });
  return `${moved.state} (${moved.stateName})`;
}
