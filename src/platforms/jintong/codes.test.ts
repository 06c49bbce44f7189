// Every code of Jintong's tables is reached by real bytes through the real server; a code without a clause fails.
import { testClauses } from '../../../test/clause-loop.ts';
import { clauses } from './clauses.ts';
import { contract } from './contract.ts';

await testClauses(contract, clauses);
