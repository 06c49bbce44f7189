// Tests that real bytes through the real server reach every code of Jintong's tables; a code
// without a clause fails.
import { testClauses } from '../../../test/clause-loop.ts';
import { clauses } from './clauses.ts';
import { contract } from './contract.ts';

await testClauses(contract, clauses);
