import type { Bag, Cloud, Held } from "./cloud.ts";
import type { Clients } from "./moto/clients.ts";
import { type Call, refreshCalls, type Spoiled } from "./refreshes.ts";

interface Step {
  readonly name: string;
  readonly action: string;
  readonly inputs: Bag;
  readonly outputs?: readonly { readonly Name: string; readonly Selector: string }[];
  readonly isEnd?: boolean;
  readonly isCritical?: boolean;
  readonly onFailure?: "Abort" | "Continue";
}

/** Of `aws:branch`: the step to go to where the variable has that value. */
interface Choice {
  readonly NextStep: string;
  readonly Variable: string;
  readonly StringEquals: string;
}

/** What Systems Manager runs at once when an association with a runbook is made; rejects where the runbook fails. */
export async function runAssociation(
  cloud: Cloud,
  moto: Clients,
  { inputs }: Held,
  spoiled: Spoiled,
): Promise<void> {
  const document = named(cloud, "aws:ssm/document:Document", inputs.name);
  if (document?.outputs.documentType !== "Automation") return; // of AWS's own, for instances
  if (inputs.documentVersion !== undefined && inputs.documentVersion !== document.outputs.latestVersion)
    throw new Error(`InvalidDocumentVersion: ${inputs.documentVersion}`);
  const given = inputs.parameters as Readonly<Record<string, string>>;
  const { parameters, mainSteps } = JSON.parse(String(document.outputs.content));
  refuseParameters(parameters, given);
  const calls = refreshCalls(cloud, moto, spoiled);
  const perform = (call: Call, api: string) => {
    if (!isAllowed(cloud, given.AutomationAssumeRole!, api)) throw new Error(`AccessDenied: ${api}`);
    return call();
  };
  await runSteps(mainSteps, given, async ({ Service, Api, ...request }) => {
    const call = calls[String(Api)];
    if (call === undefined) throw new Error(`the stand-in AWS has no ${Service}:${Api}; give it one.`);
    return perform(() => call(request), `${Service}:${Api}`);
  });
}

/** Step by step, by the way that a branch takes, and on where a step may fail; what polls finds its property or fails. */
async function runSteps(
  steps: readonly Step[],
  given: Readonly<Record<string, string>>,
  asked: (inputs: Bag) => Promise<unknown>,
): Promise<void> {
  const known = new Map(Object.entries(given));
  let at = 0;
  while (at < steps.length) {
    const step = steps[at]!;
    const next = step.isEnd ? steps.length : at + 1;
    if (step.action === "aws:branch") {
      at = chosen(steps, filled(step.inputs, known) as Bag) ?? next;
      continue;
    }
    try {
      const { PropertySelector, DesiredValues, ...inputs } = filled(step.inputs, known) as Bag;
      const answer = await asked(inputs);
      for (const { Name, Selector } of step.outputs ?? [])
        known.set(`${step.name}.${Name}`, selected(answer, Selector));
      const found = PropertySelector === undefined ? undefined : selected(answer, String(PropertySelector));
      if (found !== undefined && !(DesiredValues as string[]).includes(found))
        throw new Error(`${step.name}: ${PropertySelector} is ${found}`);
    } catch (error) {
      const { onFailure = "Abort", isCritical = true } = step;
      if (onFailure === "Abort" || isCritical) throw error;
    }
    at = next;
  }
}

/** Where the first choice that holds leads; without one, a branch goes on. */
function chosen(steps: readonly Step[], { Choices }: Bag): number | undefined {
  const choice = (Choices as Choice[]).find(({ Variable, StringEquals }) => Variable === StringEquals);
  if (choice === undefined) return undefined;
  const at = steps.findIndex(({ name }) => name === choice.NextStep);
  if (at < 0) throw new Error(`InvalidDocumentContent: there is no step ${choice.NextStep}`);
  return at;
}

/** Texts with their `{{ names }}` filled in, at any depth. */
function filled(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(each, known));
  if (typeof value === "string")
    return value.replace(/\{\{ (.+?) \}\}/g, (_, name: string) => {
      if (!known.has(name)) throw new Error(`${name} is not known`);
      return known.get(name)!;
    });
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, known)]));
}

/** Of JSONPath, what names one property. */
function selected(answer: unknown, selector: string): string {
  const found = [...selector.matchAll(/\w+/g)].reduce<unknown>(
    (inner, [key]) => (inner as Record<string, unknown> | undefined)?.[key],
    answer,
  );
  if (found === undefined) throw new Error(`${selector} selects nothing`);
  return String(found);
}

function refuseParameters(
  declared: Readonly<Record<string, { readonly allowedPattern?: string }>>,
  given: Readonly<Record<string, string>>,
): void {
  for (const name of new Set([...Object.keys(declared), ...Object.keys(given)])) {
    const pattern = declared[name]?.allowedPattern ?? "";
    if (declared[name] === undefined || !new RegExp(pattern).test(given[name]!))
      throw new Error(`InvalidParameters: ${name} is ${given[name]}`);
  }
}

/** Whether some policy of the role allows the action; where and when, the component's tests hold. */
function isAllowed(cloud: Cloud, roleArn: string, action: string): boolean {
  const role = cloud.all().find(({ outputs }) => outputs.arn === roleArn);
  return cloud
    .all()
    .filter(({ type, inputs }) => type === "aws:iam/rolePolicy:RolePolicy" && inputs.role === role?.id)
    .flatMap(({ inputs }) => JSON.parse(String(inputs.policy)).Statement as { Action: string[] }[])
    .some(({ Action }) => Action.includes(action));
}

function named(cloud: Cloud, type: string, name: unknown): Held | undefined {
  return cloud.all().find((each) => each.type === type && each.outputs.name === name);
}
