// Runs the calls of a function one after the other, so that each call sees the effects of the
// previous call.

/** A call begins when the previous call has ended, whether that call succeeded or failed. */
export function inTurn<A = void>(
  run: (argument: A) => Promise<void>,
): (argument: A) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const done = last.then(() => run(argument));
    last = done.catch(() => {});
    return done;
  };
}
