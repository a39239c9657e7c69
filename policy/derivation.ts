import type { Backtest } from "./backtest.ts";
import type { Choice } from "./choice.ts";
import type { Ceiling } from "./demand-curve.ts";
import type { Needs } from "./needs.ts";

/** What the numbers of a plan were derived from, beside the declaration. */
export interface Derivation extends Needs {
  /** How busy one may be: as long as CPU credits last, and for ever. */
  readonly ceiling: { readonly burst: Ceiling; readonly sustained: Ceiling };
  readonly reserve: number;
  readonly choice: Choice;
  readonly rehearsed: Backtest;
  /** The same plan without the reserve that `resilience` asks for; undefined where it asks for none. */
  readonly unreserved: Backtest | undefined;
}
