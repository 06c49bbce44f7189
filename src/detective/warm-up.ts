// Runs made-up questions once, so that the first real one does not spend its time on compiling the code.
import type { Evidence } from '../protocol/evidence.ts';
import { search } from './search.ts';

const BODY = '{"a":{"b":"中","c":[1,2]}}';
const XML = '<a><b><c>中</c><d>1</d></b></a>';
const BOUNDS = { digests: 4000, cpuMs: 100 };
const NOBODYS = '0'.repeat(32);

export function warmUp(): void {
  const keys = { live: [{ secret: 'warm', name: { zh: '', en: '' } }], known: [] };
  for (const body of [BODY, XML]) {
    const sequence: Evidence = {
      algorithm: 'md5',
      party: 'warm',
      received: NOBODYS,
      accepted: [
        [
          { is: 'secret', name: 'secret' },
          { is: 'field', name: 'time', value: '2026-01-02 03:04:05' },
          { is: 'body-base64', bytes: Buffer.from(body) },
        ],
      ],
      beside: [],
      credentials: [],
    };
    search(sequence, keys, BOUNDS);
  }
  const values = [
    { name: 'B', value: '中' },
    { name: 'A', value: '1' },
  ];
  const fields: Evidence = {
    algorithm: 'md5',
    party: 'warm',
    received: NOBODYS,
    accepted: [
      [...values.map((one) => ({ is: 'field' as const, ...one })), { is: 'secret', name: 'Key' }],
    ],
    fields: { all: [...values, { name: 'P', value: values }], unsigned: ['Sign'], documented: [] },
    beside: [],
    credentials: [],
  };
  search(fields, keys, BOUNDS);
}
