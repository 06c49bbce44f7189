// Runs the calls of a function one after the other, where each has to see what the one before it did.

/** A call begins when the one before it has ended, whether it succeeded or failed. */
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
