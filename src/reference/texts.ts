// The words of the reference that no contract gives: headings, names of columns, sentences around them.
import type { Language } from './blocks.ts';
import { en, type Labels } from './texts-en.ts';
import { zh } from './texts-zh.ts';

export type { Labels };

export const LABELS: Readonly<Record<Language, Labels>> = { zh, en };
