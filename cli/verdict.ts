import type { Backtest } from "../policy/backtest.ts";
import type { Contender } from "../policy/comparison.ts";
import { whole } from "./figures.ts";
import { hanging } from "./layout.ts";
import { green, warning } from "./terminal.ts";

/**
 * Whether the plan, the first contender, met every SLO, and what the cheapest usual setting that did costs: AWS's, and
 * Kubernetes', which ECS and EC2 cannot have, where it is cheaper than those or alone in meeting them. What runs out of memory more
 * often is no match for it.
 */
export function verdict([ours, ...usual]: readonly Contender[]): string {
  const missed = ours!.backtest.outcomes.filter(({ met }) => !met).map(({ slo }) => slo);
  const first =
    missed.length === 0 ? `${ours!.name} met every SLO` : `${ours!.name} missed ${missed.join(" and ")}`;
  const mark = missed.length === 0 ? green("✓") : warning("✗");
  return hanging(`  ${mark} `, `${first}; ${besideOurs(ours!.backtest, usual)}.`);
}

function besideOurs(ours: Backtest, usual: readonly Contender[]): string {
  const { outOfMemory: times } = ours;
  const fit = usual.filter(({ backtest }) => (backtest.outOfMemory ?? 0) <= Math.max(1, times ?? 0));
  const [onAws, onKubernetes] = [cheapestOn(fit, "AWS"), cheapestOn(fit, "Kubernetes")];
  const met = times === undefined ? "met them all" : "met them all and ran out of memory no more often";
  if (onAws === undefined && onKubernetes === undefined) return `none of the usual settings ${met}`;
  if (onAws === undefined)
    return `none of AWS's usual settings ${met}; the cheapest on Kubernetes that did (${onKubernetes!.name}) costs ${against(ours, onKubernetes!)}`;
  const cheaper =
    onKubernetes !== undefined && onKubernetes.backtest.dollarsPerMonth < onAws.backtest.dollarsPerMonth;
  return [
    `the cheapest of AWS's usual settings that ${met} (${onAws.name}) costs ${against(ours, onAws)}`,
    ...(cheaper ? [`the cheapest on Kubernetes (${onKubernetes.name}) ${against(ours, onKubernetes)}`] : []),
  ].join(", ");
}

/** Of the settings that met every SLO. */
function cheapestOn(usual: readonly Contender[], platform: Contender["platform"]): Contender | undefined {
  return usual
    .filter((each) => each.backtest.met && each.platform === platform)
    .toSorted((a, b) => a.backtest.dollarsPerMonth - b.backtest.dollarsPerMonth)[0];
}

function against(ours: Backtest, { backtest: theirs }: Contender): string {
  if (ours.dollarsPerMonth === 0) return `${whole(theirs.dollarsPerMonth)} USD/month`; // nothing runs, at a min of 0
  const more = theirs.dollarsPerMonth / ours.dollarsPerMonth - 1;
  const dollars = `${whole(theirs.dollarsPerMonth)} USD/month`;
  if (Math.abs(more) < 0.005) return `as much (${dollars})`;
  return `${Math.round(Math.abs(more) * 100)} % ${more > 0 ? "more" : "less"} (${dollars})`;
}
