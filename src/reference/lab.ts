// The form of a method's page in which a reader signs a call, and in a sandbox sends it: what the script is told.
import type { Field } from '../protocol/contract.ts';
import type { Platform } from '../protocol/platform.ts';
import type { Language } from './blocks.ts';
import type { Live } from './live.ts';
import { publicKey } from './public-key.ts';
import { LABELS, type Labels } from './texts.ts';

export interface LabField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** A list or an object is written in JSON. */
  readonly kind: 'text' | 'integer' | 'json';
}

export interface Lab {
  readonly platform: string;
  readonly method: string;
  readonly language: Language;
  readonly party: string;
  /** Empty where the key is not public. */
  readonly key: string;
  readonly secret: string;
  readonly fields: readonly LabField[];
  readonly words: Pick<
    Labels,
    'pieces' | 'piece' | 'value' | 'separator' | 'bodyBase64' | 'whole' | 'signing' | 'colon'
  >;
  /** Whether the page may send: in a sandbox whose gateways have the address of the page. */
  readonly sends: boolean;
}

const kindOf = ({ type }: Field): LabField['kind'] =>
  type === 'integer' ? 'integer' : type === 'list' || type === 'group' ? 'json' : 'text';

const written = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** Null where the method has no sample, or the platform does not show how it signs. */
export function labOf(
  platform: Platform,
  method: string,
  language: Language,
  live: Live,
): Lab | null {
  const { contract, signingSample } = platform;
  const { params, samples } = contract.methods[method]!;
  const [sample] = samples;
  const { pieces, piece, value, separator, bodyBase64, whole, signing, colon } = LABELS[language];
  if (!signingSample || !sample) return null;
  return {
    ...{ platform: platform.name, method, language, party: sample.as },
    key: publicKey(platform, sample.as, live) ?? '',
    secret: signingSample.scheme.secret,
    fields: Object.entries(params).map(([name, field]) => ({
      ...{ name, kind: kindOf(field), value: written(sample.params[name]) },
      label: field.optional ? LABELS[language].optionalField(name) : name,
    })),
    words: { pieces, piece, value, separator, bodyBase64, whole, signing, colon },
    sends: live.environment === 'sandbox' && live.gatewayPort === undefined,
  };
}
