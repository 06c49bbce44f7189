// The pages above a page of one platform.
import type { Contract } from '../protocol/contract.ts';
import { type Language, type Page, pathOf } from './blocks.ts';
import { LABELS } from './texts.ts';

/** The pages above a page of the platform, the outermost first. */
export const aboveOf = ({ name, title }: Contract, language: Language): Page['above'] => [
  { to: '/', text: LABELS[language].home },
  { to: '/docs', text: LABELS[language].reference },
  { to: pathOf(name), text: title[language] },
];
