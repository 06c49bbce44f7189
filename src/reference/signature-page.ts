// How a platform's calls are signed: the string to sign of a sample of each method, piece by piece, with values of now.
import type { Platform } from '../protocol/platform.ts';
import { digestOf, maskedText, signedText } from '../protocol/signature-scheme.ts';
import type { SigningSample } from '../protocol/signing-sample.ts';
import {
  type Block,
  type Cell,
  code,
  heading,
  type Language,
  list,
  type Page,
  pathOf,
  table,
  text,
} from './blocks.ts';
import { labOf } from './lab.ts';
import type { Live } from './live.ts';
import { piecesOf } from './pieces.ts';
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
        return [
          heading(method, `${title[language]} ${method}`),
          text(sample.title[language]),
          code(t.samples, JSON.stringify(sample.params, null, 2)),
          ...workedExample(platform, signingSample, method, language, live),
        ];
      }),
    ],
  };
}

/** The pieces, the string and the signature of the first sample of a method. */
function workedExample(
  platform: Platform,
  { scheme, parts: partsOf }: SigningSample,
  method: string,
  language: Language,
  live: Live,
): Block[] {
  const t = LABELS[language];
  const { as: party, params } = platform.contract.methods[method]!.samples[0]!;
  const parts = partsOf({ party, method, params, now: live.clock.now() });
  const key = publicKey(platform, party, live);
  const rows = piecesOf(parts, key, t).map(({ kind, name, value }, i): Cell[] => [
    [
      [
        `${i + 1}. `,
        kind === 'secret' ? { strong: name } : kind === 'separator' ? { soft: name } : name,
      ],
    ],
    [[{ code: value }]],
  ]);
  return [
    table(t.pieces, [t.piece, t.value], rows, t.none),
    text(t.whole),
    code(t.whole, key === null ? maskedText(parts) : signedText(parts, key)),
    ...(key === null
      ? [text({ soft: t.masked })]
      : [
          text(t.publicKey, { code: party }, t.publicKeyIs, { code: key }),
          text(`${t.signing}${t.colon}`, { code: digestOf(scheme.algorithm, parts, key) }),
        ]),
  ];
}

/** The worked example of a method as a form, which signs and in a sandbox sends. */
export function labBlocks(
  platform: Platform,
  method: string,
  language: Language,
  live: Live,
): Block[] {
  const { signingSample, contract } = platform;
  const lab = labOf(platform, method, language, live);
  if (!signingSample || !lab) return [];
  const t = LABELS[language];
  const about = signingSample.scheme.algorithm === 'hmac-sha256' ? t.hmacAbout : t.digestAbout;
  return [
    heading('string-to-sign', lab.sends ? t.signAndSend : t.stepByStep),
    text(about, { to: pathOf(contract.name, 'signature'), text: t.signingOfAll }),
    {
      ...{ is: 'lab', lab },
      worked: workedExample(platform, signingSample, method, language, live),
    },
  ];
}
