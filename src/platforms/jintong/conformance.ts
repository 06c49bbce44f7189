// What a server or a caller that speaks this platform is judged by.
import type { Conformance } from '../../protocol/conformance.ts';
import { readXmlTree } from '../../protocol/xml-tree.ts';
import { callerRules } from './caller-rules.ts';
import { jintongDriver } from './clause-driver.ts';
import { clauses } from './clauses.ts';

export const conformance: Conformance = {
  clauses,
  driver: (readXml = readXmlTree) => jintongDriver(readXml),
  ids: ['orderId'],
  caller: callerRules,
  settled: new URL('./documents/settled.md', import.meta.url),
};
