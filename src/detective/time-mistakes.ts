// Mistakes with a time that is signed: another zone, another second, or another format than was sent.
import type { NamedValue } from '../protocol/evidence.ts';
import { ALONE, changeLeaf, detail, type Mistake, STAGE } from './mistake.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** Platforms of the trade write Asia/Shanghai. */
const SENT_ZONE = 8 * HOUR;
/** As far as a request's time may be off, a client may have signed another. */
const NEIGHBOURS = 900;
const NEAR = 3;
const MAX_ZONE = 14;

interface Time {
  /** The text's own numbers as if they were UTC. */
  readonly local: number;
  /** Writes such numbers in the text's form. */
  write(local: number): string;
}

const two = (n: number): string => String(n).padStart(2, '0');

interface Numbers {
  readonly y: string;
  readonly mo: string;
  readonly d: string;
  readonly h: string;
  readonly mi: string;
  readonly s: string;
  readonly hour: number;
}

function numbersOf(local: number): Numbers {
  const date = new Date(local);
  return {
    y: String(date.getUTCFullYear()),
    mo: two(date.getUTCMonth() + 1),
    d: two(date.getUTCDate()),
    h: two(date.getUTCHours()),
    mi: two(date.getUTCMinutes()),
    s: two(date.getUTCSeconds()),
    hour: date.getUTCHours(),
  };
}

const dashed = ({ y, mo, d, h, mi, s }: Numbers): string => `${y}-${mo}-${d} ${h}:${mi}:${s}`;
const packed = ({ y, mo, d, h, mi, s }: Numbers): string => y + mo + d + h + mi + s;

const DASHED = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/;
const PACKED = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

/** Null where the text is no time of a form that is known here. */
export function readTime(text: string): Time | null {
  const found = DASHED.exec(text) ?? PACKED.exec(text);
  if (found) {
    const [y, mo, d, h, mi, s] = found.slice(1).map(Number);
    const local = Date.UTC(y!, mo! - 1, d!, h!, mi!, s!);
    const form = DASHED.test(text) ? dashed : packed;
    const write = (at: number): string => form(numbersOf(at));
    return write(local) === text ? { local, write } : null;
  }
  if (/^1\d{9}$/.test(text)) {
    return {
      local: Number(text) * SECOND + SENT_ZONE,
      write: (at) => String((at - SENT_ZONE) / SECOND),
    };
  }
  if (/^1\d{12}$/.test(text)) {
    return { local: Number(text) + SENT_ZONE, write: (at) => String(at - SENT_ZONE) };
  }
  return null;
}

type Format = readonly [name: string, write: (n: Numbers, local: number) => string, weight: number];

const FORMATS: readonly Format[] = [
  ['yyyyMMddHHmmss', packed, 0],
  ['yyyy-MM-dd HH:mm:ss', dashed, 0],
  ['Unix seconds', (_, local) => String((local - SENT_ZONE) / SECOND), 0],
  ['Unix milliseconds', (_, local) => String(local - SENT_ZONE), 0],
  ['yyyy-MM-ddTHH:mm:ss', (n) => dashed(n).replace(' ', 'T'), 0],
  ['yyyy-MM-ddTHH:mm:ss+08:00', (n) => `${dashed(n).replace(' ', 'T')}+08:00`, 1],
  ['ISO 8601, Z', (_, local) => new Date(local - SENT_ZONE).toISOString(), 1],
  [
    'ISO 8601, Z, without milliseconds',
    (_, local) => `${new Date(local - SENT_ZONE).toISOString().slice(0, 19)}Z`,
    1,
  ],
  ['yyyy/MM/dd HH:mm:ss', (n) => dashed(n).replaceAll('-', '/'), 0],
  ['yyyy-MM-dd HH:mm', (n) => dashed(n).slice(0, -3), 1],
  ['yyyyMMddHHmm', (n) => packed(n).slice(0, -2), 1],
  ['yyyy-MM-dd', (n) => dashed(n).slice(0, 10), 1],
  ['yyyyMMdd', (n) => packed(n).slice(0, 8), 1],
  ['yyyy-MM-dd HH:mm:ss.SSS', (n) => `${dashed(n)}.000`, 2],
  ['yyyyMMddHHmmssSSS', (n) => `${packed(n)}000`, 1],
  ['yyyyMMdd HH:mm:ss', (n) => `${n.y}${n.mo}${n.d} ${n.h}:${n.mi}:${n.s}`, 2],
  ['yyMMddHHmmss', (n) => packed(n).slice(2), 2],
  ['hh (12 hours)', (n) => withHour(n, dashed), 1],
  ['hh (12 hours), packed', (n) => withHour(n, packed), 1],
  ['mm for the month', (n) => dashed({ ...n, mo: n.mi }), 1],
  ['mm for the month, packed', (n) => packed({ ...n, mo: n.mi }), 1],
  ['MM for the minutes', (n) => dashed({ ...n, mi: n.mo }), 2],
  ['MM for the minutes, packed', (n) => packed({ ...n, mi: n.mo }), 2],
  [
    'without leading zeros',
    (n) => dashed({ ...n, mo: plain(n.mo), d: plain(n.d), h: plain(n.h) }),
    2,
  ],
];

const plain = (text: string): string => String(Number(text));
const withHour = (n: Numbers, write: (n: Numbers) => string): string =>
  write({ ...n, h: two(n.hour % 12 === 0 ? 12 : n.hour % 12) });

/** @param leaves the values that are signed, as they arrived */
export function timeMistakes(leaves: readonly NamedValue[]): Mistake[] {
  return leaves.flatMap(({ name, value }) => {
    const time = readTime(value);
    return time ? [...zones(name, time), ...others(name, time), ...formats(name, value)] : [];
  });
}

function zones(name: string, { local, write }: Time): Mistake[] {
  const made: Mistake[] = [];
  for (let hours = -MAX_ZONE; hours <= MAX_ZONE; hours += 0.5) {
    if (hours === 0) continue;
    const text = write(local + hours * HOUR);
    const utc = hours === -8;
    const en = utc
      ? 'in UTC'
      : `${Math.abs(hours)} h ${hours > 0 ? 'ahead of' : 'behind'} what was sent`;
    const zh = utc ? 'UTC 时间' : `比发送的${hours > 0 ? '晚' : '早'} ${Math.abs(hours)} 小时`;
    made.push({
      id: 'time-zone',
      detail: detail(zh, en),
      stage: STAGE.time,
      weight: Math.abs(hours) === 8 ? 0 : Math.abs(hours) === 1 ? 2 : ALONE,
      group: 'time',
      apply: (draft) => changeLeaf(draft, name, () => text),
    });
  }
  return made;
}

function others(name: string, { local, write }: Time): Mistake[] {
  const made: Mistake[] = [];
  for (let distance = 1; distance <= NEIGHBOURS; distance++) {
    for (const seconds of [-distance, distance]) {
      const en = `${distance} s ${seconds > 0 ? 'later' : 'earlier'} than what was sent`;
      const zh = `比发送的${seconds > 0 ? '晚' : '早'} ${distance} 秒`;
      made.push({
        id: 'time-other',
        detail: detail(zh, en),
        stage: STAGE.time,
        weight: distance <= NEAR ? (distance === 1 ? 0 : 1) : ALONE,
        group: 'time',
        apply: (draft) => changeLeaf(draft, name, () => write(local + seconds * SECOND)),
      });
    }
  }
  return made;
}

function formats(name: string, sent: string): Mistake[] {
  return FORMATS.flatMap(([what, write, weight]) => {
    const read = (value: string): string => {
      const time = readTime(value);
      return time ? write(numbersOf(time.local), time.local) : value;
    };
    if (read(sent) === sent) return [];
    return [
      {
        id: 'time-format',
        detail: detail(what, what),
        stage: STAGE.timeFormat,
        weight,
        group: 'time-format',
        apply: (draft) => changeLeaf(draft, name, read),
      },
    ];
  });
}
