// A sentence of a scenario's report in both languages, and the error that carries one.

export interface Words {
  readonly zh: string;
  readonly en: string;
}

export const words = (zh: string, en: string): Words => ({ zh, en });

/** Words that are the same in both languages, such as a platform's own. */
export const same = (text: string): Words => ({ zh: text, en: text });

/** Why a step is not as it has to be. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly words: Words;

  constructor(words: Words) {
    super(words.en);
    this.words = words;
  }
}
