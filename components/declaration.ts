import { badInput, type Fault } from "../adapters/bad-input.ts";
import { eachSound, unsound, whereSound } from "../adapters/sound.ts";
import {
  type Declared,
  type JudgedStack,
  judgedPlatform,
  judgedStack,
} from "../adapters/stack-declaration.ts";
import { regionOf } from "../adapters/zones.ts";
import { conflicts } from "./conflicts.ts";
import type { PlatformArgs } from "./platform.ts";
import type { Tenant } from "./tenant.ts";

/**
 * A stack's configuration, read; the faults of its form and its rules come in one error with what its parts rule out together, but
 * for what a plan shows: plans are made of declarations without fault. `region` is the provider's, `aws:region`.
 */
export function stackDeclaration(
  configured: Parameters<typeof judgedStack>[0],
  stack: string,
  region: string | undefined,
): PlatformArgs {
  return refusing(judgedStack(configured, stack), region, (part) => part);
}

/** Reads the same of a program that holds it itself, in the region of its zones; files are named relative to the working directory. */
export function platformDeclaration(declared: Declared): PlatformArgs {
  const judged = judgedPlatform(declared);
  const region = whereSound(() => regionOf(judged.settings.network.zones[0]!)) ?? "";
  return refusing(judged, region, unsound); // who is named for its parts is not known yet
}

function refusing(
  { faults, ...declaration }: JudgedStack,
  region: string | undefined,
  part: (name: string) => string,
): PlatformArgs {
  const { settings, declared } = declaration;
  if (faults.length === 0 && region !== undefined) return { ...declaration, region };
  const tenants = declared.map((each) =>
    eachSound<Tenant>({
      service: () => each.service,
      deployment: () => each.deployment,
      plan: unsound,
    }),
  );
  throw badInput([...missing(region), ...faults, ...conflicts(settings, region, tenants, part)]);
}

function missing(region: string | undefined): readonly Fault[] {
  if (region !== undefined) return [];
  const message =
    "region is missing; the stack is deployed in one. Write that of its zones, such as eu-west-1.";
  return [{ where: "aws:region", message }];
}
