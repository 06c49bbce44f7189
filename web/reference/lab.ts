// Signs a call as the reader edits its values, and shows each piece of the string to sign.
import { digestOf, signedText } from '../../src/protocol/signature-scheme.ts';
import type { Lab } from '../../src/reference/lab.ts';
import { LAB_WORDS } from '../../src/reference/lab-words.ts';
import { piecesOf } from '../../src/reference/pieces.ts';
import { codeBlock, make } from './elements.ts';
import { sendFrom } from './exchange.ts';
import { type Client, clientOf } from './platforms.ts';
import { ValueError, type Values, valuesOf } from './values.ts';

export async function openLab(form: HTMLFormElement): Promise<void> {
  const lab: Lab = JSON.parse(form.dataset.lab!);
  const client = await clientOf(lab.platform);
  if (!client) return;
  const words = LAB_WORDS[lab.language];
  const worked = form.querySelector('.worked')!;
  const problem = form.querySelector('.problem')!;

  /** Null where a value cannot be read, which the form then says. */
  const read = (): Values | null => {
    try {
      const values = valuesOf(form, lab, words);
      problem.textContent = '';
      return values;
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      problem.textContent = error.message;
      return null;
    }
  };
  const update = (): Values | null => {
    const values = read();
    if (values) worked.replaceChildren(...workedExample(client, lab, values));
    return values;
  };
  form.addEventListener('input', ({ target }) => {
    if ((target as HTMLInputElement).name !== 'signature') update();
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    // The time that is signed is that of the click.
    const values = lab.sends ? update() : null;
    if (values) await sendFrom(form, client, lab, values);
  });
  for (const part of form.querySelectorAll<HTMLElement>('.inputs, .sender')) part.hidden = false;
  update();
}

function workedExample({ signing }: Client, lab: Lab, values: Values): Node[] {
  const { words } = lab;
  const { party, params, key, now } = values;
  const parts = signing.parts({ party, method: lab.method, params, now });
  const rows = piecesOf(parts, key, words).map(({ kind, name, value }, i) => {
    const shown =
      kind === 'secret'
        ? make('strong', {}, name)
        : make('span', kind === 'separator' ? { class: 'soft' } : {}, name);
    const label = make('span', { class: 'label' }, words.value);
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, `${i + 1}. `, shown),
      make('td', {}, label, make('code', {}, value)),
    );
  });
  const head = [words.piece, words.value].map((name) => make('th', { scope: 'col' }, name));
  return [
    make(
      'table',
      {},
      make('caption', {}, words.pieces),
      make('thead', {}, make('tr', {}, ...head)),
      make('tbody', {}, ...rows),
    ),
    make('p', {}, words.whole),
    codeBlock(words.whole, signedText(parts, key)),
    make(
      'p',
      {},
      `${words.signing}${words.colon}`,
      make('code', { class: 'signature' }, digestOf(signing.scheme.algorithm, parts, key)),
    ),
  ];
}
