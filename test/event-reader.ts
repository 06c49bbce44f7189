// Reads a stream of server-sent events as a browser's EventSource does, for tests.
import type { Ordergate } from '../src/main.ts';

export interface StreamEvent {
  readonly name: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever JSON was sent.
  readonly data: any;
}

export interface EventReader {
  readonly status: number;
  readonly contentType: string | null;
  /** Comments so far. */
  readonly comments: number;
  /** The next event that fits; those before it are passed over. */
  until(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** The first event that fits, also among those that `until` and `find` have passed over. */
  find(fits: (event: StreamEvent) => boolean): Promise<StreamEvent>;
  /** Everything up to the stream's end. */
  rest(): Promise<StreamEvent[]>;
  /** Resolves when a comment has come. */
  untilComment(): Promise<void>;
  close(): Promise<void>;
}

export async function readEvents(
  server: Pick<Ordergate, 'url' | 'adminToken'>,
  query = '',
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const response = await fetch(`${server.url}/manage/v1/events${query}`, {
    headers: { authorization: `Bearer ${server.adminToken}`, ...headers },
  });
  const text = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  let comments = 0;
  const passed: StreamEvent[] = [];
  /** One event or comment; undefined at the end. */
  const next = async (): Promise<StreamEvent | 'comment' | undefined> => {
    for (;;) {
      const end = waiting.indexOf('\n\n');
      if (end >= 0) {
        const block = waiting.slice(0, end);
        waiting = waiting.slice(end + 2);
        if (block.startsWith(':')) {
          comments++;
          return 'comment';
        }
        const field = (name: string): string | null =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2) ?? null;
        return { name: field('event')!, id: field('id'), data: JSON.parse(field('data')!) };
      }
      const { value, done } = await text.read();
      if (done) return undefined;
      waiting += value;
    }
  };
  const reader: EventReader = {
    status: response.status,
    contentType: response.headers.get('content-type'),
    get comments() {
      return comments;
    },
    async find(fits) {
      const at = passed.findIndex(fits);
      return at < 0 ? reader.until(fits) : passed.splice(at, 1)[0]!;
    },
    async until(fits) {
      for (;;) {
        const event = await next();
        if (event === undefined)
          throw new Error(`the stream ended after ${JSON.stringify(passed)}`);
        if (event === 'comment') continue;
        if (fits(event)) return event;
        passed.push(event);
      }
    },
    async rest() {
      const events: StreamEvent[] = [];
      for (;;) {
        const event = await next();
        if (event === undefined) return events;
        if (event !== 'comment') events.push(event);
      }
    },
    async untilComment() {
      while ((await next()) !== 'comment');
    },
    async close() {
      await text.cancel();
    },
  };
  return reader;
}
