// Servers that break one rule each: a proxy before the real server changes what goes in or comes out.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

/** A call on its way in; a mutant may change it. */
export interface Incoming {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface Mutant {
  readonly platform: string;
  /** What is wrong with the server. */
  readonly fault: string;
  /** The clause that catches it, and no other does. */
  readonly caughtBy: string;
  /** Changes the call; a text is the answer in place of the server's. */
  into?(call: Incoming, now: number): string | undefined;
  /** Changes the answer. */
  out?(answer: string, call: Incoming): string;
}

const SUNING_OK = (body: string): string => {
  const [, orderId] = /<orderId>([^<]*)/.exec(body)!;
  const [, orderItemId] = /<orderItemId>([^<]*)/.exec(body)!;
  return `<sn_responseContent><sn_body><addLeaguerstatus><result>Y</result><orderId>${orderId}</orderId><orderItemId>${orderItemId}</orderItemId></addLeaguerstatus></sn_body></sn_responseContent>`;
};
const suningRefusal = (code: string, words: string): string =>
  JSON.stringify({ sn_responseContent: { sn_error: { error_code: code, error_msg: words } } });

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60_000;

/** A Shanghai time of a header or a body, in milliseconds. */
const instant = (text: string): number => Date.parse(`${text.replace(' ', 'T')}+08:00`);

export const MUTANTS: readonly Mutant[] = [
  {
    platform: 'jintong',
    fault: 'a request without SignType is taken',
    caughtBy: 'sign-type-absent',
    into(call) {
      if (!call.body.includes('%3CSign%3E') || call.body.includes('SignType')) return;
      const document = decodeURIComponent(call.body);
      const full = document
        .slice('request='.length)
        .replace('<Sign>', '<SignType>MD5</SignType><Sign>');
      call.body = `request=${encodeURIComponent(full)}`;
    },
  },
  {
    platform: 'jintong',
    fault: 'a Sign in upper case is refused',
    caughtBy: 'sign-in-upper-case',
    into(call) {
      call.body = call.body.replace(/(%3CSign%3E)[0-9A-F]{32}(?=%3C)/, (all, open) =>
        /[A-F]/.test(all.slice(open.length)) ? `${open}${'0'.repeat(32)}` : all,
      );
    },
  },
  {
    platform: 'jintong',
    fault: 'the version 1.0.0 of a sibling client is refused',
    caughtBy: 'version-of-a-sibling-client',
    into(call) {
      call.body = call.body.replace('Version%3E1.0.0%3C', 'Version%3E1.0%3C');
    },
  },
  {
    platform: 'jintong',
    fault: 'an order may be hastened again five seconds before the ten minutes are over',
    caughtBy: 'hasten-again-a-millisecond-early',
    into(call) {
      call.body = call.body.replace('"advanceSeconds":594', '"advanceSeconds":600');
    },
  },
  {
    platform: 'suning',
    fault: 'a time may be nine minutes behind, and not ten',
    caughtBy: 'time-ten-minutes-behind',
    into(call, now) {
      const time = call.headers.apprequesttime;
      const late = time === undefined ? 0 : now - instant(time);
      if (late > 9 * MINUTE && late < DAY) call.headers.apprequesttime = '2020-01-01 00:00:00';
    },
  },
  {
    platform: 'suning',
    fault: 'a card order takes over 1,000 cards',
    caughtBy: 'card-with-over-1000',
    out: (answer, { body }) => (answer.includes('invalid-biz:115') ? SUNING_OK(body) : answer),
  },
  {
    platform: 'suning',
    fault: 'a page holds at most 99 orders',
    caughtBy: 'page-size-100',
    into: ({ body }) =>
      body.includes('"pageSize":"100"')
        ? suningRefusal('sys.check.page-param:error', '分页参数错误')
        : undefined,
  },
  {
    platform: 'suning',
    fault: 'three months are 89 days',
    caughtBy: 'range-of-three-months',
    into({ body }) {
      const [, start] = /"startTime":"([\d-]+ [\d:]+)"/.exec(body) ?? [];
      const [, end] = /"endTime":"([\d-]+ [\d:]+)"/.exec(body) ?? [];
      const days = start && end ? (instant(end) - instant(start)) / DAY : 0;
      if (days <= 89) return undefined;
      return suningRefusal('sys.check.query-time:outofrange', '时间查询是否超出指定范围');
    },
  },
  {
    platform: 'suning',
    fault: 'a Format that nobody knows is read as JSON',
    caughtBy: 'format-neither-xml-nor-json',
    into(call) {
      if (call.headers.format === 'yaml') call.headers.format = 'json';
    },
  },
  {
    platform: 'ytx',
    fault: 'a result shows the whole mobile number',
    caughtBy: 'query-one-order',
    out: (answer) => answer.replace('188****0804', '18812340804'),
  },
  {
    platform: 'ytx',
    fault: 'an action is known in any case',
    caughtBy: 'action-in-another-case',
    into(call) {
      call.body = call.body.replace('"GetOrderResult"', '"getOrderResult"');
    },
  },
  {
    platform: 'ytx',
    fault: 'a refunded order is shown as a failed one',
    caughtBy: 'query-an-order-in-state--2',
    out: (answer) => answer.replace('"orderSts":"-2"', '"orderSts":"-1"'),
  },
  {
    platform: 'ytx',
    fault: 'a time may be 23 hours old, and not 24',
    caughtBy: 'time-almost-a-day-old',
    into(call, now) {
      const text = Buffer.from(call.headers.authorization ?? '', 'base64').toString();
      const [, time] = /\|(\d{14})$/.exec(text) ?? [];
      if (time === undefined) return undefined;
      const at = instant(time.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3 $4:$5:$6'));
      const late = now - at;
      if (late < 23 * 60 * MINUTE || late > DAY) return undefined;
      return '{"statusCode":"-203","statusMsg":"时间戳已过期","requestId":""}';
    },
  },
];

/** Where a proxy listens, and what has passed it. */
export interface Proxy {
  readonly url: string;
  readonly calls: readonly Incoming[];
}

/** A proxy before `upstream` that does what the mutant does; it is closed afterwards. */
export async function startProxy(
  upstream: string,
  mutant: Pick<Mutant, 'into' | 'out'> = {},
  now: () => number = Date.now,
): Promise<Proxy> {
  const calls: Incoming[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const call: Incoming = {
      path: request.url!,
      headers: request.headers as Record<string, string>,
      body: bytes.toString('utf8'),
    };
    calls.push(call);
    const sent = call.body;
    const answer = mutant.into?.(call, now());
    if (typeof answer === 'string') {
      response.end(answer);
      return;
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = call.headers;
    const reply = await fetch(upstream + call.path, {
      method: request.method!,
      headers,
      // Bytes that are no UTF-8 pass unchanged.
      ...(request.method !== 'GET' && { body: call.body === sent ? bytes : call.body }),
    });
    const text = await reply.text();
    response.writeHead(reply.status, { 'content-type': reply.headers.get('content-type') ?? '' });
    response.end(mutant.out?.(text, call) ?? text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}
