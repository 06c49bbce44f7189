// What a server or a caller that speaks this platform is judged by.
import type { Conformance } from '../../protocol/conformance.ts';
import { callerRules } from './caller-rules.ts';
import { ytxDriver } from './clause-driver.ts';
import { clauses } from './clauses.ts';

export const conformance: Conformance = {
  clauses,
  driver: () => ytxDriver(),
  ids: ['requestId', 'customParm'],
  caller: callerRules,
  settled: new URL('./documents/settled.md', import.meta.url),
};
