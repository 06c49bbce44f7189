// Writes docs/vectors.json, the test vectors of the signatures, and the values within examples/signers.
import { writeFileSync } from 'node:fs';
import { platforms } from '../src/platforms/index.ts';
import { LANGUAGES } from '../src/reference/languages.ts';
import { programOf } from '../src/reference/programs.ts';
import { firstCall } from '../src/reference/sample-call.ts';
import { vectorsText } from '../src/reference/vectors.ts';

writeFileSync(new URL('../docs/vectors.json', import.meta.url), vectorsText(platforms));
for (const platform of platforms) {
  const { programs } = platform.signingSample ?? {};
  if (!programs) continue;
  const values = firstCall(platform, programs);
  for (const language of LANGUAGES) {
    writeFileSync(
      new URL(language.file, programs.folder),
      programOf(programs.folder, language, values),
    );
  }
}
