// The programs of a method, filled with the values of its first sample.
import { fixtureParties } from '../directory/published-keys.ts';
import type { Platform } from '../protocol/platform.ts';
import type { NamedTexts, SigningPrograms } from '../protocol/signing-sample.ts';
import { type Block, code, heading, type Language, text } from './blocks.ts';
import { LANGUAGES } from './languages.ts';
import { DEFAULT_SERVER, type Live } from './live.ts';
import { programOf } from './programs.ts';
import { publicKey } from './public-key.ts';
import { LABELS } from './texts.ts';

export const VECTORS = '/docs/vectors.json';

/** The values that stand in the files themselves: the first sample of the first method. */
export function firstCall(platform: Platform, programs: SigningPrograms): NamedTexts {
  const [method, { samples }] = Object.entries(platform.contract.methods)[0]!;
  const { as: party, params } = samples[0]!;
  const { keys } = fixtureParties(platform).find(({ partyId }) => partyId === party)!;
  return programs.values({ party, method, params, now: 0 }, keys[0]!.secret, DEFAULT_SERVER);
}

/** None where the platform has no programs, or the method no sample. */
export function programBlocks(
  platform: Platform,
  method: string,
  language: Language,
  live: Live,
  server: string,
): Block[] {
  const { signingSample, contract } = platform;
  const sample = contract.methods[method]?.samples[0];
  if (!signingSample?.programs || !sample) return [];
  const { folder, values } = signingSample.programs;
  const t = LABELS[language];
  const { as: party, params } = sample;
  const key = publicKey(platform, party, live);
  const placeholder = `{${signingSample.scheme.secret}}`;
  const named = values(
    { party, method, params, now: live.clock.now() },
    key ?? placeholder,
    server,
  );
  return [
    heading('programs', t.programs),
    text(t.programsAbout, { to: VECTORS, text: t.vectors }),
    ...(key === null ? [text(t.programKey, { code: placeholder })] : []),
    ...LANGUAGES.map((one, i) =>
      code(one.title, programOf(folder, one, named), i === 0 ? 'open' : 'closed'),
    ),
  ];
}
