// The code of the posting thread: receives posts, makes them with a poster, and returns the
// outcomes.
import { parentPort, workerData } from 'node:worker_threads';
import { AddressList } from '../directory/addresses.ts';
import { Poster } from './deliver.ts';
import type { FromPosterThread, PosterThreadData, ToPosterThread } from './poster-thread.ts';

const { allowed, timeoutMs } = workerData as PosterThreadData;
const poster = new Poster({ allowed: new AddressList(allowed), timeoutMs });
let outcomes: FromPosterThread[number][] = [];

function answer(): void {
  parentPort!.postMessage(outcomes satisfies FromPosterThread);
  outcomes = [];
}

parentPort!.on('message', (message: ToPosterThread) => {
  if (message === 'cut off') return poster.close();
  for (const { id, post } of message) {
    void poster.post(post).then((outcome) => {
      if (outcomes.push({ id, outcome }) === 1) setImmediate(answer);
    });
  }
});
