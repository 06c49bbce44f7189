// The ledger's suite on PostgreSQL.
import { describe } from 'node:test';
import { databaseOf, skip } from '../../../test/postgres.ts';
import { ledgerSuite } from '../../../test/storage/ledger-suite.ts';
import { Sealer } from '../seal.ts';
import { openPostgres } from './open.ts';

const open = async (directory: string) =>
  openPostgres(await databaseOf(directory), new Sealer(Buffer.alloc(32, 7)), {
    databaseTime: false,
  });

describe('on a server', { skip }, () => {
  if (!skip) ledgerSuite('PostgreSQL', open);
});
