// Texts in Chinese and English: a text that one of both lacks does not compile.
import { usePreferences } from '../app/preferences.tsx';

// biome-ignore lint/suspicious/noExplicitAny: a text may take any values.
type Text = string | ((...values: any[]) => string);

/** The same names; a text that takes values takes the same ones. */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string
    ? (...values: V) => string
    : string;
};

export interface Catalogue<T> {
  readonly zh: Translated<T>;
  readonly en: Translated<T>;
}

export function catalogue<T extends Record<string, Text>>(zh: T, en: Translated<T>): Catalogue<T> {
  return { zh: zh as unknown as Translated<T>, en };
}

/** The texts in the language that the person has chosen. */
export function useTexts<T>(texts: Catalogue<T>): Translated<T> {
  return texts[usePreferences().language];
}
