import { creditRules, surplusPerHour } from "./credits.ts";
import type { Derivation } from "./derivation.ts";
import { leastTasks } from "./least-tasks.ts";
import { HOURS_A_MONTH } from "./month.ts";
import { quotaWords } from "./quotas.ts";
import type { Reason, ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { strongestWords, unkeptWords } from "./unkept-words.ts";
import { dollars, figure, perSecond } from "./words.ts";

/** Why no fewer tasks run and no more. */
export function boundReasons(
  service: Service,
  controls: ScalingControls,
  derivation: Derivation,
): readonly Reason[] {
  const most = maxWords(service, controls, derivation);
  return [
    { of: "bounds.min", value: String(controls.min), because: minWords(service, controls, derivation) },
    {
      of: "bounds.max",
      value: String(controls.max),
      because: `${most}${runawayWords(service, controls)}`,
    },
  ];
}

const CHEAPER = "target tracking alone carries the rest cheaper than a higher floor would";

function minWords(service: Service, controls: ScalingControls, { choice, rehearsed }: Derivation): string {
  const { min, max } = controls;
  const declared = service.bounds.min;
  if (!choice.keeps)
    return `${strongestWords(controls)}: ${unkeptWords(rehearsed)}, and ${fewerWords(service)}`;
  if (min === declared) return `declared${min < max ? `; ${CHEAPER}` : ""}`;
  if (choice.rehearsal.candidate.standing.kind === "seasonal")
    return "in force until the first scheduled action: the mean of the scheduled floor";
  const least = leastTasks(service);
  return declared === undefined && min === least.count
    ? `${least.because}; ${CHEAPER}`
    : "the cheapest standing capacity that the rehearsal wanted: what cannot be started in time must already run";
}

/** Tasks that slow each other serve what fewer carry the faster, the fewer they are. */
function fewerWords({ capacity }: Service): string {
  return capacity.contention === undefined
    ? "fewer would miss more"
    : "fewer would carry less of its peak, though what they do carry they would serve faster";
}

const UNUSED = "a ceiling costs nothing until it is used, and stops a runaway";

function maxWords(
  service: Service,
  { max }: ScalingControls,
  { peak, needed, highest, once, lasting, room, within, choice, reserve }: Derivation,
): string {
  const declared = service.bounds.max !== undefined;
  if (!Number.isFinite(needed)) {
    const units = service.compute.type === "ec2" ? "instances" : "tasks";
    const passes = choice.keeps
      ? ", for ever; it passes before late and refused requests use up the error budget"
      : "";
    return `${declared ? "declared; " : ""}no number of ${units} keeps the SLOs at the highest rate of the traffic, ${perSecond(peak)}${passes}`;
  }
  const daily = lasting * reserve > needed - 1;
  const needs = daily
    ? "the mean of the busiest day, so that CPU credits last, needs"
    : `the highest rate of the traffic, ${perSecond(peak)}, needs`;
  const everNeeded = Number.isFinite(once) ? once : 0; // no number carries what no number needs
  const older =
    everNeeded > needed
      ? `, and ${perSecond(highest)}, the highest that the whole history tells of, ${once}`
      : "";
  if (declared) return `declared; ${needs} ${needed}${older}`;
  const roomy = room * within * needed;
  if (max > Math.ceil(Math.max(roomy, everNeeded)))
    return `one more than the least, so that there is room to scale: ${needs} only ${needed}${older}; ${UNUSED}`;
  if (max === once && once > roomy)
    return `what ${perSecond(highest)} needs, the highest that the whole history tells of: more than twice the ${needed} that ${needs}; ${UNUSED}`;
  if (max < roomy) return `${mostOf(service)}; ${needs} ${needed}${older}`;
  const bursts = within > 1 ? `, and ${figure(within)} times that for what comes within a minute` : "";
  const [times, unsure] =
    room > 2
      ? [
          `${figure(room)} times`,
          "the less of a day and a week is known, the higher the next two days may go; ",
        ]
      : ["twice", ""];
  return `${times} the ${needed} that ${needs}${bursts}: ${unsure}${UNUSED}`;
}

/** What a runaway to the ceiling could cost, where the owner has a budget: that is held against what the traffic costs. */
function runawayWords({ bounds: { budget }, compute, price }: Service, { max }: ScalingControls): string {
  if (budget === undefined) return "";
  const rules = creditRules(compute);
  const surplus = rules === undefined ? 0 : surplusPerHour(rules, 1); // an hour of full CPU on credits that are lent
  const most = max * (price + surplus) * HOURS_A_MONTH;
  const within = Math.floor(budget / (price + surplus) / HOURS_A_MONTH);
  const beyond = most > budget ? "; a max of at most" : ", and a max of up to";
  const kept = within === 0 ? "" : `${beyond} ${within} keeps within ${dollars(budget)} whatever comes`;
  const busy = surplus > 0 ? ", at full CPU with surplus credits," : "";
  return `. A whole month at it${busy} costs ${dollars(most)}${kept}`;
}

function mostOf(service: Service): string {
  return service.compute.type === "ec2" ? "as many as are planned for at most" : quotaWords(service);
}
