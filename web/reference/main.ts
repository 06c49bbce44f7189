// The script of the reference: the pages are whole without it.
import './buffer-global.ts';
import { openLab } from './lab.ts';
import { quickSearch } from './search.ts';

for (const form of document.querySelectorAll<HTMLFormElement>('form.lab')) void openLab(form);
for (const form of document.querySelectorAll<HTMLFormElement>('form.search')) quickSearch(form);
