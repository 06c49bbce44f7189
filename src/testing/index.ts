// `ordergate/testing`: the suite that every platform has to pass, for those of this repository and for yours.
export { Authority, clausesOf, documentsIn } from './authority.ts';
export { testWhatIsLeft } from './left.ts';
export { testPlatform } from './suite.ts';
export type { TestedPlatform, TestedServer } from './tested.ts';
