/** What of mocha's tests is used here; other frameworks have no such thing. */
interface Running {
  readonly currentTest?: { fn?: Body };
}

type Body = (this: unknown, ...args: unknown[]) => unknown;
type Hook = (each: (this: Running | undefined) => void) => void;
type Done = (error?: unknown) => void;

/** Sentences that have begun and have no end yet. */
export interface OpenSentences {
  /** Unless what it returns is called, `nothing` is thrown when the test is over; outside of mocha's tests, when the statement is. */
  readonly begin: (nothing: Error) => () => void;
}

/**
 * Has each of mocha's tests fail at its own end on a sentence left open. An error thrown once mocha has counted the test as passed
 * would end the whole run.
 */
export function openSentences(): OpenSentences {
  const open = new Set<Error>();
  let watched = false;
  const ended = (): Error | undefined => {
    const [left] = open;
    open.clear();
    watched = false;
    return left;
  };
  const { beforeEach } = globalThis as { readonly beforeEach?: Hook };
  beforeEach?.(function () {
    if (watched) ended(); // the test before ran out of time
    const test = this?.currentTest;
    const body = test?.fn;
    if (test === undefined || body === undefined) return;
    const watching: Body = function (...args) {
      const left = ended(); // by a hook that ran just before
      if (left !== undefined) throw left;
      watched = true;
      return ending(body, ended).apply(this, args);
    };
    // A test tried again is made anew from its function, and calls back only if that has an argument.
    test.fn = Object.defineProperty(watching, "length", { value: body.length });
  });
  return {
    begin: (nothing) => {
      open.add(nothing);
      queueMicrotask(() => {
        if (!watched && open.delete(nothing)) throw nothing;
      });
      return () => open.delete(nothing);
    },
  };
}

/** The body of a test, of whichever of mocha's three kinds, that fails on what is left at its end. */
function ending(body: Body, ended: () => Error | undefined): Body {
  return function (...args) {
    const [done] = args as [Done?];
    if (done !== undefined) return body.call(this, (error?: unknown) => done(error ?? ended()));
    const result = attempted(() => body.call(this), ended);
    const finish = (value: unknown) => {
      const left = ended();
      if (left !== undefined) throw left;
      return value;
    };
    return isPromise(result) ? result.then(finish) : finish(result);
  };
}

/** What a body throws itself comes before what it left open. */
function attempted(body: () => unknown, ended: () => unknown): unknown {
  try {
    return body();
  } catch (error) {
    ended();
    throw error;
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}
