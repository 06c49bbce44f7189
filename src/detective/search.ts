// Tries mistakes on a request whose signature is wrong, one and in pairs, until the received digest is hit.
import type { Text } from '../protocol/contract.ts';
import type { Evidence } from '../protocol/evidence.ts';
import { digestOf, maskedText } from '../protocol/signature-scheme.ts';
import { type Cause, type CauseId, causeOf, rankOf } from './causes.ts';
import { type Difference, differenceOf } from './difference.ts';
import { isSameForm, normalize, possibleForms } from './digest-mistakes.ts';
import { type Draft, Drafts, digestOfDraft, textOf } from './draft.ts';
import type { KnownKey } from './key-mistakes.ts';
import type { Mistake } from './mistake.ts';
import { mistakesOf } from './mistakes.ts';

export interface Keys {
  /** The keys that hold, newest first. */
  readonly live: readonly { readonly secret: string; readonly name: Text }[];
  /** Keys that a client may have taken instead. */
  readonly known: readonly KnownKey[];
}

export interface Bounds {
  readonly digests: number;
  /** CPU time of this thread, in milliseconds. */
  readonly cpuMs: number;
}

export interface Findings {
  /** Whether the signature is right. */
  readonly ok: boolean;
  readonly stringToSign: string;
  /** Signed with the newest key that holds; null where none does. */
  readonly expected: string | null;
  readonly firstDifference: Difference | null;
  readonly causes: readonly Cause[];
  readonly otherwise: readonly Cause[];
  readonly searched: { readonly digests: number; readonly complete: boolean };
  /** Causes that were not tried to the end. */
  readonly untried: readonly CauseId[];
}

const SMALL_BODY = 64 * 1024;

/** 20,000 digests, or 100 ms of CPU for a body up to 64 KiB and 1 s beyond it. */
export const boundsFor = (bodyBytes: number): Bounds => ({
  digests: 20_000,
  cpuMs: bodyBytes <= SMALL_BODY ? 100 : 1000,
});

export function search(evidence: Evidence, keys: Keys, bounds: Bounds): Findings {
  return new Search(evidence, keys, bounds).run();
}

/** How many digests are made between two looks at the clock. */
const LOOK_EVERY = 16;
/** The sums of two weights, in the order in which pairs are tried. */
const SUMS = [0, 1, 2, 3, 4];

class Search {
  readonly #evidence: Evidence;
  readonly #keys: Keys;
  readonly #bounds: Bounds;
  readonly #received: string;
  readonly #bases: readonly Drafts[];
  readonly #startedAt = cpuMicros();
  #bytes = new Map<Buffer, Map<Mistake, Buffer | null>>();
  #digests = 0;
  #isOver = false;

  constructor(evidence: Evidence, keys: Keys, bounds: Bounds) {
    this.#evidence = evidence;
    this.#keys = keys;
    this.#bounds = bounds;
    this.#received = normalize(evidence.received);
    this.#bases = evidence.accepted.map((_, i) => new Drafts(evidence, i));
  }

  run(): Findings {
    const { algorithm, accepted } = this.#evidence;
    const { live } = this.#keys;
    for (const parts of accepted) {
      for (const { secret } of live) {
        this.#digests++;
        if (digestOf(algorithm, parts, secret) === this.#received)
          return this.#answer([], [], true);
      }
    }
    const own = this.#bases[0]?.form;
    const forms = possibleForms(this.#received);
    if (!own || forms.length === 0) return this.#answer([], [], false);
    const all = mistakesOf(this.#evidence, this.#keys.known, this.#received, own);
    const ownFits = forms.some((form) => isSameForm(form, own));
    const single = this.#findSingle(all, ownFits);
    if (single.found.length > 0) {
      const [first, ...others] = byRank(single.found);
      return this.#answer(
        [first!.mistake],
        others.map(({ mistake }) => mistake),
        false,
        first!.draft,
      );
    }
    const pair = this.#isOver ? undefined : this.#findPair(single.effective, ownFits);
    return this.#answer(pair?.mistakes ?? [], [], false, pair?.draft, single.untried);
  }

  /** All that fit alone: of several the first in the list of causes is named, and the others beside it. */
  #findSingle(all: readonly Mistake[], ownFits: boolean) {
    const found: { readonly mistake: Mistake; readonly draft: Draft }[] = [];
    const effective: Mistake[] = [];
    const untried = new Set<CauseId>();
    for (const mistake of all.toSorted((a, b) => a.weight - b.weight)) {
      if (this.#isOver) {
        untried.add(mistake.id);
        continue;
      }
      let changes = false;
      for (const [base, secret] of this.#starts([mistake])) {
        const draft = this.#apply(base, secret, [mistake]);
        if (!draft || isUnchanged(draft, base, secret)) continue;
        changes = true;
        if (!ownFits && mistake.id !== 'digest-form') continue;
        if (this.#fits(draft)) found.push({ mistake, draft });
        if (this.#isOver) untried.add(mistake.id);
      }
      if (changes && Number.isFinite(mistake.weight)) effective.push(mistake);
    }
    return { found, effective, untried: [...untried] };
  }

  #findPair(mistakes: readonly Mistake[], ownFits: boolean) {
    const sorted = mistakes.toSorted((a, b) => rankOf(a.id) - rankOf(b.id));
    for (const sum of SUMS) {
      for (let i = 0; i < sorted.length; i++) {
        const a = sorted[i]!;
        if (a.weight > sum) continue;
        for (let j = i + 1; j < sorted.length; j++) {
          const b = sorted[j]!;
          if (a.weight + b.weight !== sum || excludes(a, b)) continue;
          if (!ownFits && a.id !== 'digest-form' && b.id !== 'digest-form') continue;
          const pair = a.stage <= b.stage ? [a, b] : [b, a];
          for (const [base, secret] of this.#starts(pair)) {
            const draft = this.#apply(base, secret, pair);
            if (draft && this.#fits(draft)) return { mistakes: [a, b], draft };
            if (this.#isOver) return undefined;
          }
        }
      }
    }
    return undefined;
  }

  /** Where hypotheses start from: a mistake that brings its own key needs none of those that hold. */
  *#starts(mistakes: readonly Mistake[]): Generator<readonly [Drafts, string]> {
    const ownKey = mistakes.some(({ group }) => group === 'key');
    const secrets = ownKey ? [''] : this.#keys.live.map(({ secret }) => secret);
    for (const base of this.#bases) for (const secret of secrets) yield [base, secret];
  }

  #apply(base: Drafts, secret: string, mistakes: readonly Mistake[]): Draft | null {
    const draft = base.make(secret);
    for (const mistake of mistakes) {
      if (mistake.bytes) {
        const changed = this.#changedBytes(draft.bytes, mistake);
        if (!changed) return null;
        draft.bytes = changed;
      }
      mistake.apply?.(draft);
    }
    return draft;
  }

  #changedBytes(bytes: Buffer, mistake: Mistake): Buffer | null {
    let known = this.#bytes.get(bytes);
    if (!known) {
      known = new Map();
      this.#bytes.set(bytes, known);
    }
    let changed = known.get(mistake);
    if (changed === undefined) {
      changed = mistake.bytes!(bytes);
      if (changed?.equals(bytes)) changed = null;
      known.set(mistake, changed);
    }
    return changed;
  }

  #fits(draft: Draft): boolean {
    this.#digests++;
    const { digests, cpuMs } = this.#bounds;
    if (this.#digests >= digests) this.#isOver = true;
    else if (this.#digests % LOOK_EVERY === 0) {
      this.#isOver = cpuMicros() - this.#startedAt > cpuMs * 1000;
    }
    return digestOfDraft(draft) === this.#received;
  }

  #answer(
    mistakes: readonly Mistake[],
    others: readonly Mistake[],
    ok: boolean,
    draft?: Draft,
    untried: readonly CauseId[] = [],
  ): Findings {
    const { algorithm, accepted } = this.#evidence;
    const [parts = []] = accepted;
    const ours = maskedText(parts);
    const [newest] = this.#keys.live;
    const named = new Set(mistakes.map(({ id }) => id));
    const otherwise = others.filter(({ id }) => !named.has(id) && named.add(id));
    return {
      ok,
      stringToSign: ours,
      expected: newest ? digestOf(algorithm, parts, newest.secret) : null,
      firstDifference: draft ? differenceOf(ours, textOf(draft, '', SHOWN)) : null,
      causes: mistakes.map(({ id, detail }) => causeOf(id, detail)),
      otherwise: otherwise.map(({ id, detail }) => causeOf(id, detail)),
      searched: { digests: this.#digests, complete: !this.#isOver },
      untried,
    };
  }
}

/** As {@link maskedText} names them. */
const SHOWN = {
  secret: (name: string) => `{${name}}`,
  body: (bytes: Buffer, isBase64: boolean) =>
    isBase64
      ? `{base64 of the ${bytes.length} bytes of the body}`
      : `{the ${bytes.length} bytes of the body in another form}`,
};

function byRank<T extends { readonly mistake: Mistake }>(found: readonly T[]): T[] {
  return found.toSorted((a, b) => rankOf(a.mistake.id) - rankOf(b.mistake.id));
}

const excludes = (a: Mistake, b: Mistake): boolean =>
  a.id === b.id || (a.group !== undefined && a.group === b.group);

/** Whether a mistake changes nothing here, such as sorting what is sorted. */
function isUnchanged(draft: Draft, base: Drafts, secret: string): boolean {
  const plain = base.make(secret);
  return (
    draft.secret === secret &&
    draft.form === plain.form &&
    draft.again === undefined &&
    draft.charset === plain.charset &&
    draft.bytes === plain.bytes &&
    draft.bodyForm === plain.bodyForm &&
    textOf(draft, MARKED, SHOWN) === textOf(plain, MARKED, SHOWN)
  );
}

const MARKED = '\u0000';

/** CPU time of this thread alone. */
function cpuMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
