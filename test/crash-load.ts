// The write load of the crash test: seeded orders and new ones, each brought along a plan of changes.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildRequest, readReply } from '../src/platforms/jintong/client.ts';
import { CANCEL, type State } from '../src/platforms/jintong/states.ts';
import { runOrdergate, type ServerProcess } from './server-process.ts';

export const PARTY = 'load01';
export const SECRET = 'the-key-of-the-crash-test';
export const CONNECTIONS = 24;
/** Acknowledged changes before a kill may come: a round that has killed nothing would show nothing. */
export const LOAD_BEFORE_KILL = 100;
/** The states of the seeded orders, one after the other, as `ordergate seed` documents them. */
const SEEDED_STATES: readonly State[] = ['A', 'B', 'D', 'K', 'L', 'W'];
const CREATED_STATE: State = 'D';
const MOVES: Readonly<Record<string, State>> = { A: 'B', B: 'K', D: 'K', K: 'D', L: 'D', W: 'B' };

export type Kind = 'created' | 'hastened' | 'moved' | 'cancelled';

/** An order as its caller knows it. */
export interface Entry {
  readonly id: string;
  /** What is still to be asked for. */
  readonly plan: Kind[];
  state: State;
  /** The acknowledged changes, as {@link describeChange} has them. */
  readonly history: string[];
  /** How many of them an earlier round has already found on disk. */
  checked: number;
}

/** A change that is asked for: `entry` comes to `to`. */
export interface Call {
  readonly entry: Entry;
  readonly kind: Kind;
  readonly to: State;
}

/** A history row with the type of its event, in one line. */
export function describeChange(
  action: string,
  from: string | null,
  to: string,
  actor: string,
  event: string | null = `order.${action}`,
): string {
  return `${action} ${from} to ${to} by ${actor}, ${event}`;
}

export function changeOf({ entry, kind, to }: Call): string {
  const from = kind === 'created' ? null : entry.state;
  const byParty = kind === 'hastened' || kind === 'cancelled';
  return describeChange(kind, from, to, byParty ? `party:${PARTY}` : 'operator');
}

function seededEntry(index: number): Entry {
  const plans: Kind[][] = [
    ['hastened', 'moved', 'cancelled'],
    ['cancelled'],
    ['moved', 'hastened'],
    ['hastened', 'cancelled'],
  ];
  const state = SEEDED_STATES[index % SEEDED_STATES.length]!;
  return {
    id: `9${String(index).padStart(11, '0')}`,
    plan: [...plans[index % plans.length]!],
    state,
    history: [describeChange('created', null, state, 'import')],
    checked: 1,
  };
}

export function nextCall(entry: Entry, kind: Kind): Call {
  if (kind === 'cancelled') return { entry, kind, to: CANCEL[entry.state]! };
  if (kind === 'moved') return { entry, kind, to: MOVES[entry.state]! };
  return { entry, kind, to: entry.state };
}

/** One order after the other, now and then a new one, which then is all there is. */
export function* endlessCalls(seeded: readonly Entry[]): Generator<Call, never> {
  for (let i = 0, made = 0; ; i++) {
    const entry = seeded[i];
    if (entry) yield nextCall(entry, entry.plan.shift()!);
    if (entry && i % 8 !== 0) continue;
    const plan: Kind[] = ['created', 'hastened', 'moved', 'cancelled'];
    const fresh: Entry = { id: `C${made++}`, plan, state: CREATED_STATE, history: [], checked: 0 };
    yield nextCall(fresh, plan.shift()!);
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Resolves to null when no whole reply came: nobody may then say whether it has happened. */
function post(
  agent: Agent,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<Reply | null> {
  return new Promise((resolve) => {
    const call = request(url, { agent, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve(null));
      response.on('close', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve(response.complete ? { status: response.statusCode!, text } : null);
      });
    });
    call.on('error', () => resolve(null));
    call.end(body);
  });
}

/** True when the change was acknowledged, false when no reply came; a refusal fails the test. */
export async function send(server: ServerProcess, agent: Agent, call: Call): Promise<boolean> {
  const { kind, entry, to } = call;
  if (kind === 'hastened' || kind === 'cancelled') {
    const body =
      kind === 'hastened'
        ? buildRequest(PARTY, SECRET, 'HastenOrder', { OrderID: entry.id, UserName: PARTY })
        : buildRequest(PARTY, SECRET, 'OperateCancelOrder', {
            Consumer: PARTY,
            OrderID: entry.id,
            Remark: `客户取消 ${entry.id}`,
          });
    const reply = await post(agent, `${server.url}/Api/OrderOpenApi.ashx`, body, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    if (!reply) return false;
    const { description } = readReply(reply.text, SECRET);
    assert.equal(description, kind === 'hastened' ? '催单成功' : '操作成功', entry.id);
    return true;
  }
  const orders = `${server.url}/manage/v1/orders`;
  const headers = {
    authorization: `Bearer ${server.adminToken}`,
    ...(kind === 'created' && { 'idempotency-key': `create ${entry.id}` }),
  };
  const order = {
    platform: 'jintong',
    orderId: entry.id,
    userName: PARTY,
    state: CREATED_STATE,
    amount: '1280.00',
    createdAt: '2015-11-03 09:12:33',
  };
  const reply =
    kind === 'created'
      ? await post(agent, orders, JSON.stringify(order), headers)
      : await post(agent, `${orders}/jintong/${entry.id}/transitions`, `{"to":"${to}"}`, headers);
  if (!reply) return false;
  assert.equal(reply.status, kind === 'created' ? 201 : 200, reply.text);
  return true;
}

/** Brings orders of the load's party into a ledger; returns them by id. */
export async function seed(directory: string, orders: number): Promise<Map<string, Entry>> {
  const flags = ['--platform', 'jintong', '--orders', String(orders), '--secret', SECRET];
  const seeded = await runOrdergate(['seed', ...flags, '--data', directory]);
  assert.equal(seeded.code, 0, seeded.stderr);
  const entries = Array.from({ length: orders }, (_, i) => seededEntry(i));
  return new Map(entries.map((entry) => [entry.id, entry]));
}

/** Loads the server, waits for `underWay`, and kills it; the calls that were acknowledged, and those that never were. */
export async function loadAndKill(
  server: ServerProcess,
  calls: Iterator<Call>,
  underWay: () => Promise<unknown> = async () => {},
) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const acknowledged: Call[] = [];
  const unanswered: Call[] = [];
  let enough = () => {};
  const loaded = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const connection = async (): Promise<void> => {
    for (let call: Call = calls.next().value; ; ) {
      if (!(await send(server, agent, call))) {
        unanswered.push(call);
        return;
      }
      acknowledge(call);
      if (acknowledged.push(call) === LOAD_BEFORE_KILL) enough();
      const kind = call.entry.plan.shift();
      call = kind ? nextCall(call.entry, kind) : calls.next().value;
    }
  };
  const load = Promise.all(Array.from({ length: CONNECTIONS }, connection));
  await Promise.race([loaded.then(underWay), load]);
  await sleep(randomInt(30, 280));
  await server.kill();
  await load;
  agent.destroy();
  return { acknowledged, unanswered };
}

/** The caller knows now that it has happened. */
export function acknowledge(call: Call): void {
  call.entry.history.push(changeOf(call));
  call.entry.state = call.to;
}
