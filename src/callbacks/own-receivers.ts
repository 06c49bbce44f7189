// Posts to the receivers that a sandbox itself has opened for a scenario, whose address is not public.
import { AddressList } from '../directory/addresses.ts';
import { Poster, type Posts } from './deliver.ts';

/** The address of such receivers. */
const HERE = new AddressList(['127.0.0.1']);

/**
 * A poster that posts to exactly the URLs of `receivers` without regard to ORDERGATE_CALLBACK_ALLOW,
 * and hands every other post to `poster`. A receiver's URL has a random part and stands in the set
 * only while its scenario runs, so that nobody reaches another service of this machine with it.
 */
export function besideReceivers(poster: Posts, receivers: ReadonlySet<string>): Posts {
  let inside: Poster | undefined;
  return {
    get isResting() {
      return poster.isResting;
    },
    post(post) {
      if (!receivers.has(post.url)) return poster.post(post);
      inside ??= new Poster({ allowed: HERE });
      return inside.post(post);
    },
    close() {
      inside?.close();
      poster.close();
    },
  };
}
