// How a platform's calls are signed: the string to sign of a sample of each method, piece by piece, with values of now.
import type { Platform } from '../protocol/platform.ts';
import { digestOf, maskedText, type SignedPart, signedText } from '../protocol/signature-scheme.ts';
import {
  type Block,
  type Cell,
  code,
  heading,
  type Inline,
  type Language,
  list,
  type Page,
  pathOf,
  table,
  text,
} from './blocks.ts';
import type { Live } from './live.ts';
import { publicKey } from './public-key.ts';
import { LABELS } from './texts.ts';
import { aboveOf } from './trail.ts';

/** Undefined where the platform does not show how it signs. */
export function signaturePage(
  platform: Platform,
  language: Language,
  live: Live,
): Page | undefined {
  const { contract, signingSample } = platform;
  if (!signingSample) return undefined;
  const t = LABELS[language];
  const { algorithm, carriedIn, secret } = signingSample.scheme;
  const now = live.clock.now();
  return {
    title: t.signing,
    path: pathOf(contract.name, 'signature'),
    above: aboveOf(contract, language),
    blocks: [
      list([
        [t.algorithm, { code: algorithm }],
        [t.carriedIn, { code: carriedIn.name }, ` (${t.placeIn[carriedIn.place]})`],
        [t.secretIs, { code: secret }],
      ]),
      text(algorithm === 'hmac-sha256' ? t.hmacAbout : t.digestAbout),
      ...Object.entries(contract.methods).flatMap(([method, { title, samples }]): Block[] => {
        const [sample] = samples;
        if (!sample) return [];
        const { as: party, params } = sample;
        const parts = signingSample.parts({ party, method, params, now });
        const key = publicKey(platform, party, live);
        return [
          heading(method, `${title[language]} ${method}`),
          text(sample.title[language]),
          code(t.samples, JSON.stringify(params, null, 2)),
          table(t.pieces, [t.piece, t.value], pieces(parts, key, language), t.none),
          text(t.whole),
          code(t.whole, key === null ? maskedText(parts) : signedText(parts, key)),
          ...(key === null
            ? [text({ soft: t.masked })]
            : [
                text(t.publicKey, { code: party }, t.publicKeyIs, { code: key }),
                text(`${t.signing}${t.colon}`, { code: digestOf(algorithm, parts, key) }),
              ]),
        ];
      }),
    ],
  };
}

function pieces(parts: readonly SignedPart[], key: string | null, language: Language): Cell[][] {
  return parts.map((part, i): Cell[] => {
    const [name, value] = pieceOf(part, key, language);
    return [[[`${i + 1}. `, name]], [[{ code: value }]]];
  });
}

function pieceOf(part: SignedPart, key: string | null, language: Language): [Inline, string] {
  const t = LABELS[language];
  switch (part.is) {
    case 'secret':
      return [{ strong: part.name }, key ?? `{${part.name}}`];
    case 'field':
      return [part.name, part.value];
    case 'separator':
      // A line break is written as \n.
      return [{ soft: t.separator }, JSON.stringify(part.value).slice(1, -1)];
    case 'body-base64':
      return [t.bodyBase64, signedText([part], '')];
  }
}
