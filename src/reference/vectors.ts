// The test vectors of the signatures, as JSON: a signer in any language can be checked against them.
import { fixtureParties } from '../directory/published-keys.ts';
import type { Text } from '../protocol/contract.ts';
import type { Platform } from '../protocol/platform.ts';
import { digestOf, signedText } from '../protocol/signature-scheme.ts';
import type { NamedTexts } from '../protocol/signing-sample.ts';

export interface Vector {
  readonly title: Text;
  /** The method whose sample it is; absent where the vector is no call of a sample. */
  readonly method?: string;
  /** All that the signature is made over, without the key. */
  readonly input: NamedTexts;
  readonly key: string;
  /** What is digested, in UTF-8, with the key in its place. */
  readonly stringToSign: string;
  /** Lower-case hexadecimal digits. */
  readonly signature: string;
  /** Values that travel beside the signature and are made of the same input. */
  readonly beside?: Readonly<Record<string, string>>;
}

export interface PlatformVectors {
  readonly algorithm: string;
  /** The platform's name for the key. */
  readonly secret: string;
  readonly carriedIn: { readonly place: string; readonly name: string };
  readonly vectors: readonly Vector[];
}

export interface Vectors {
  readonly about: Text;
  readonly platforms: Readonly<Record<string, PlatformVectors>>;
}

/** The time of the samples that carry one. */
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Only published keys are in it, so that it says the same in every environment. */
export function vectorsOf(platforms: readonly Platform[]): Vectors {
  return {
    about: {
      zh: '签名的测试向量。用 input 和 key 计算，应得到 stringToSign 和 signature。密钥是沙箱中公开的示例密钥。',
      en: 'Test vectors of the signatures. A signer makes stringToSign and signature of input and key. The keys are the public ones of the sandbox.',
    },
    platforms: Object.fromEntries(
      platforms.flatMap((platform) => {
        const its = ofPlatform(platform);
        return its ? [[platform.name, its]] : [];
      }),
    ),
  };
}

function ofPlatform(platform: Platform): PlatformVectors | null {
  const { signingSample, contract } = platform;
  if (!signingSample?.vectors) return null;
  const { scheme, vectors } = signingSample;
  const keys = new Map(fixtureParties(platform).map((party) => [party.partyId, party.keys[0]]));
  const toVector = (title: Text, input: NamedTexts, key: string, method?: string): Vector => {
    const parts = vectors.partsOf(input);
    const beside = vectors.beside?.(input);
    return {
      title,
      ...(method !== undefined && { method }),
      ...{ input, key, stringToSign: signedText(parts, key) },
      signature: digestOf(scheme.algorithm, parts, key),
      ...(beside && { beside }),
    };
  };
  const ofSamples = Object.entries(contract.methods).flatMap(([method, { samples }]) =>
    samples.flatMap(({ title, as: party, params }) => {
      const key = keys.get(party);
      const input = vectors.input({ party, method, params, now: NOW });
      return key ? [toVector(title, input, key.secret, method)] : [];
    }),
  );
  const more = vectors.more.map(({ title, input, key }) => toVector(title, input, key));
  const { algorithm, secret, carriedIn } = scheme;
  return { algorithm, secret, carriedIn, vectors: [...ofSamples, ...more] };
}

/** The file that is served and that stands in `docs/`. */
export const vectorsText = (platforms: readonly Platform[]): string =>
  `${JSON.stringify(vectorsOf(platforms), null, 2)}\n`;
