// Shows hits while the reader writes; Enter asks for the whole page, as without script.
import type { Results } from '../../src/reference/search.ts';
import { make } from './elements.ts';

const WAIT_MS = 150;
const SHOWN = 8;

export function quickSearch(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>('input[type=search]')!;
  const shown = form.querySelector<HTMLUListElement>('.found')!;
  const language = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hide = (): void => {
    shown.hidden = true;
  };
  const ask = async (): Promise<void> => {
    const question = input.value;
    const query = new URLSearchParams({ q: question, lang: language });
    const response = await fetch(`/docs/search.json?${query}`);
    // Another letter may have come meanwhile.
    if (response.status !== 200 || input.value !== question) return;
    const { found }: Results = await response.json();
    shown.replaceChildren(
      ...found.slice(0, SHOWN).map(({ name, about, within, path }) => {
        const [page, place] = path.split('#');
        const href = `${page}?lang=${language}${place === undefined ? '' : `#${place}`}`;
        const where = make('span', { class: 'soft' }, ` ${within} `);
        return make('li', {}, make('a', { href }, make('code', {}, name), where, about));
      }),
    );
    shown.hidden = found.length === 0;
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    if (input.value.trim() === '') hide();
    else timer = setTimeout(() => void ask(), WAIT_MS);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !shown.hidden) {
      // The browser would clear what was written.
      event.preventDefault();
      hide();
      input.focus();
    }
  });
  form.addEventListener('focusout', ({ relatedTarget }) => {
    if (!form.contains(relatedTarget as Node | null)) hide();
  });
}
