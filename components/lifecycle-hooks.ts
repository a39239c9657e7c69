import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { InstanceSettings } from "../adapters/instance-settings.ts";
import { HOOKS } from "./web-server.ts";

/** Seconds for an instance that enters a warm pool to install, pull and start, where nobody says. */
const LAUNCH = 900;

interface Hook {
  readonly hook: keyof typeof HOOKS;
  readonly lifecycleTransition: string;
  readonly heartbeatTimeout: number;
  /** After the timeout. */
  readonly defaultResult: "CONTINUE" | "ABANDON";
}

/** The hooks that a group waits at; a warm pool needs one, or it stops its instances before they are ready. */
export function hookTimeouts({
  hooks,
  warmPool,
}: Pick<InstanceSettings, "hooks" | "warmPool">): readonly Hook[] {
  const launch = hooks.launch ?? (warmPool === undefined ? undefined : LAUNCH);
  return [
    ...(launch === undefined
      ? []
      : [hook("launch", "autoscaling:EC2_INSTANCE_LAUNCHING", launch, "ABANDON" as const)]),
    ...(hooks.terminate === undefined
      ? []
      : [hook("terminate", "autoscaling:EC2_INSTANCE_TERMINATING", hooks.terminate, "CONTINUE" as const)]),
  ];
}

function hook(
  hook: Hook["hook"],
  lifecycleTransition: string,
  heartbeatTimeout: number,
  defaultResult: Hook["defaultResult"],
): Hook {
  return { hook, lifecycleTransition, heartbeatTimeout, defaultResult };
}

/** The hooks as resources of their own, so that later changes reach a group that is there. */
export function lifecycleHooks(
  name: string,
  hooks: readonly Hook[],
  { name: autoscalingGroupName }: aws.autoscaling.Group,
  options: pulumi.CustomResourceOptions,
): readonly aws.autoscaling.LifecycleHook[] {
  return hooks.map(
    ({ hook, ...rest }) =>
      new aws.autoscaling.LifecycleHook(
        `${name}-${hook}`,
        { autoscalingGroupName, name: HOOKS[hook], ...rest }, // unique within its group only
        options,
      ),
  );
}
