// Finds older data that ytx refuses today: destroyed customParms, and invalid apps and limits.
import type { Order } from '../../core/order.ts';
import type { Party } from '../../core/party.ts';
import { checkLimitsOf } from '../../directory/party-limits.ts';
import type { OldRule, OldRules } from '../../protocol/old-rules.ts';
import { ImportError } from '../../protocol/platform.ts';
import { checkApps } from './apps.ts';
import { isCustomParm, isLostText } from './methods.ts';

function order({ attributes: { customParm } }: Order): readonly OldRule[] {
  const text = String(customParm ?? '');
  if (text === '' || (isCustomParm(text) && !isLostText(text))) return [];
  return [
    {
      field: 'attributes.customParm',
      problem: isLostText(text)
        ? 'is what is left of a text that was encoded wrongly, so another order may have been taken for this one; no query by customParm finds the order'
        : 'is longer than 64 characters or holds a control character; no query by customParm finds the order',
      remedy:
        'ask the owner of the app which orders it submitted with that customParm, query this one by its requestId, and have the app send UTF-8',
    },
  ];
}

function party(of: Party): readonly OldRule[] {
  const problems: OldRule[] = [];
  for (const [check, prefix] of [
    [() => checkApps(of.attributes), 'attributes.'],
    [() => checkLimitsOf(of), ''],
  ] as const) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      const { field, problem } = error;
      problems.push({
        field: `${prefix}${field}`,
        problem: `${problem}; what cannot be read does not count`,
        remedy: `correct it with PATCH /manage/v1/parties/ytx/${of.partyId}`,
      });
    }
  }
  return problems;
}

export const oldRules: OldRules = { party, order };
