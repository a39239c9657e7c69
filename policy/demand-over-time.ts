import { tasksNeeded } from "./demand-curve.ts";
import { byMinute } from "./minutes.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

/**
 * The tasks that each minute of a trace needs to keep every SLO in the long run: the demand curve that supply is measured against.
 * As more load never needs fewer tasks, between two rates that need the same number nothing is worked out.
 */
export function demandOverTime(service: Service, trace: Trace): Float64Array {
  const { rates } = byMinute(trace);
  const order = new Uint32Array(rates.length)
    .map((_, minute) => minute)
    .sort((a, b) => rates[a]! - rates[b]!);
  const demand = new Float64Array(rates.length);
  const rateAt = (place: number) => rates[order[place]!]!;
  const fill = (from: number, to: number, least: number, most: number) => {
    if (least === most || rateAt(from) === rateAt(to)) {
      for (let place = from; place <= to; place++) demand[order[place]!] = least;
    } else if (to - from === 1) {
      demand[order[from]!] = least;
      demand[order[to]!] = most;
    } else {
      const middle = (from + to) >> 1;
      const needed = tasksNeeded(service, rateAt(middle));
      fill(from, middle, least, needed);
      fill(middle, to, needed, most);
    }
  };
  const last = rates.length - 1;
  fill(0, last, tasksNeeded(service, rateAt(0)), tasksNeeded(service, rateAt(last)));
  return demand;
}
