// The contract of Suning: its two methods with envelope and codes.
import { defineContract } from '../../protocol/contract.ts';
import { ENVELOPE } from './envelope.ts';
import { HISTORY_QUERY } from './history-query.ts';
import { LEAGUER_STATUS } from './leaguer-status.ts';
import { METHOD_CODES } from './method-codes.ts';
import { PLATFORM } from './name.ts';
import { QUERY_CODES } from './query-codes.ts';
import { SYSTEM_CODES } from './system-codes.ts';

export const contract = defineContract({
  name: PLATFORM,
  title: { zh: '苏宁开放平台', en: 'Suning' },
  algorithm: 'md5',
  success: 'success',
  envelope: ENVELOPE,
  codes: { ...METHOD_CODES, ...SYSTEM_CODES, ...QUERY_CODES },
  methods: {
    'suning.selfmarket.leaguerstatus.add': LEAGUER_STATUS,
    'suning.fws.historyorder.query': HISTORY_QUERY,
  },
});

export type SuningContract = typeof contract;
