// The event catalogue of a platform: each type of callback with its fields and a sample, and what the platform itself pushes.
import { messageBody } from '../callbacks/message.ts';
import type { CallbackEvent } from '../core/callbacks.ts';
import { orderId, ownerId } from '../core/ledger.ts';
import type { EventStatement } from '../protocol/events.ts';
import type { Platform } from '../protocol/platform.ts';
import { type Block, code, heading, type Language, type Page, pathOf, text } from './blocks.ts';
import { MESSAGE_FIELDS } from './event-fields.ts';
import { fieldTable } from './fields.ts';
import { LABELS } from './texts.ts';
import { aboveOf } from './trail.ts';

/** The actions that orders of every platform have, and then the platform's own. */
export function eventsOf({
  model,
  events = {},
}: Platform): Readonly<Record<string, EventStatement>> {
  const [first = ''] = Object.keys(model.states);
  const [from, to = ''] =
    Object.entries(model.operatorTransitions).map(([state, [next]]) => [state, next] as const)[0] ??
    ([first, first] as const);
  const order = { orderId: '1', party: 'party', line: null, payload: null };
  const known = Object.values(events)[0]?.example;
  const base = known ? { ...order, orderId: known.orderId, party: known.party } : order;
  return {
    created: {
      text: {
        zh: '订单进入账本：由调用、导入或管理接口创建。',
        en: 'The order came into the ledger: by a call, an import or the management API.',
      },
      example: { ...base, from: null, to: first },
    },
    moved: {
      text: { zh: '运营人员改变了订单的状态。', en: 'An operator has moved the order on.' },
      example: { ...base, from: from ?? first, to },
    },
    revealed: {
      text: {
        zh: '运营人员查看了订单的密文（如卡密），订单状态不变。',
        en: 'An operator has read a sealed text of the order, such as a card code. Its state stays as it was.',
      },
      example: { ...base, from: first, to: first },
    },
    ...events,
  };
}

export function eventsPage(platform: Platform, language: Language): Page {
  const t = LABELS[language];
  const { contract, callbacks } = platform;
  const statements = Object.entries(eventsOf(platform));
  const ofType = ([action, statement]: (typeof statements)[number]): Block[] => {
    const event = eventOf(contract.name, action, statement);
    const title = `order.${action}`;
    const pushed = platform.events && callbacks?.body(event);
    return [
      heading(title, title),
      text(statement.text[language]),
      statement.payload
        ? fieldTable('data.payload', statement.payload, language)
        : text({ code: 'data.payload' }, platform.events ? t.noPayload : t.anyPayload),
      code(`${title} ${t.sample}`, pretty(messageBody(event))),
      ...(pushed && callbacks
        ? [
            text(t.pushed, { code: callbacks.environments.join(', ') }, t.pushedAs, {
              code: pushed.contentType,
            }),
            code(`${title} ${t.pushedSample}`, pretty(pushed.body)),
          ]
        : []),
    ];
  };
  return {
    title: t.events,
    path: pathOf(contract.name, 'events'),
    above: aboveOf(contract, language),
    blocks: [
      text(t.eventsAbout),
      heading('message', t.message),
      fieldTable(t.message, MESSAGE_FIELDS, language, { places: true }),
      ...statements.flatMap(ofType),
    ],
  };
}

/** The sample of a statement as an event of the ledger. */
export function eventOf(
  platform: string,
  action: string,
  { example }: EventStatement,
): CallbackEvent {
  const { orderId: id, party, line, from, to, payload } = example;
  return {
    ...{ seq: 7, type: `order.${action}`, platform, version: action === 'created' ? 1 : 2 },
    ...{ orderId: orderId(id), owner: ownerId(party), at: Date.UTC(2026, 0, 2, 3, 4, 5, 678) },
    ...{ action, line, from, to, payload },
  };
}

/** JSON as people read it; a body that is no JSON as it is. */
function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
