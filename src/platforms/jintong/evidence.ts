// Extracts the signature data of a call, on which the detective tries out mistakes.
import type { ArrivedField, Evidence } from '../../protocol/evidence.ts';
import type { JintongCall } from './checks.ts';
import { BASIC_FIELDS, BASIC_VALUES, isAction, paramsOf, URL_ENCODED } from './methods.ts';
import { signedForms } from './remark.ts';
import { signature } from './signature.ts';

const UNSIGNED = ['Sign', 'SignType'];

/** Returns null if the call has no signature to examine. */
export function evidence({ envelope }: Partial<JintongCall>): Evidence | null {
  const received = envelope?.basic.get('Sign');
  if (!envelope || !received) return null;
  const { basic, param, sent, paramAt } = envelope;
  const inner = [...(param ?? [])];
  const all: ArrivedField[] = [...basic].map(([name, value]) => ({ name, value }));
  const fields = inner.map(([name, value]) => ({ name, value: sent.get(name) ?? value }));
  all.splice(paramAt, 0, { name: 'Param', value: fields });
  const over = (values: Readonly<Record<string, string>>) =>
    signature.parts({ ...Object.fromEntries(basic), Param: values });
  const given = Object.fromEntries(inner);
  const action = basic.get('Action') ?? '';
  const params = isAction(action) ? paramsOf(action) : {};
  const remark = Object.hasOwn(params, URL_ENCODED) ? given[URL_ENCODED] : undefined;
  const forms = remark ? signedForms(remark, sent.get(URL_ENCODED) ?? remark) : [];
  const absent = Object.entries(BASIC_VALUES).filter(
    ([name]) => !basic.get(name) && !UNSIGNED.includes(name),
  );
  return {
    algorithm: signature.algorithm,
    party: basic.get('Partner') ?? '',
    received,
    accepted:
      forms.length > 0
        ? forms.map((form) => over({ ...given, [URL_ENCODED]: form }))
        : [over(given)],
    fields: {
      all,
      unsigned: UNSIGNED,
      documented: [...BASIC_FIELDS, 'Param', ...Object.keys(params)],
    },
    beside: absent.flatMap(([name, values]) => values.map((value) => ({ name, value }))),
    credentials: [...basic, ...inner]
      .filter(([name]) => ['Partner', 'UserName', 'Consumer'].includes(name))
      .map(([name, value]) => ({ name, value })),
  };
}
