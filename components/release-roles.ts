import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Release } from "../adapters/release-settings.ts";
import { shortName } from "./short-name.ts";
import { account, allowing } from "./trust.ts";

/** As AWS documents it for ECS's own roles, which name no source when they are taken. */
const ECS_TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** What ECS may do while traffic moves between versions. */
export interface ReleaseRoles {
  /** Moves the listener's rules and the groups' targets. */
  readonly balancer?: aws.iam.Role;
  /** Calls the hooks' functions. */
  readonly hooks?: aws.iam.Role;
  /** A service waits for them. */
  readonly policies: readonly pulumi.Resource[];
}

/** Roles for a release that moves traffic; a rolling one needs none. */
export function releaseRoles(name: string, release: Release, parent: pulumi.Resource): ReleaseRoles {
  if (release.strategy === "rolling") return { policies: [] };
  const role = (suffix: string) =>
    new aws.iam.Role(shortName(`${name}-${suffix}`, 56), { assumeRolePolicy: ECS_TRUST }, { parent });
  const { partition } = account(parent);
  const balancer = role("balancer-role");
  const moving = new aws.iam.RolePolicyAttachment(
    `${name}-balancer-policy`,
    {
      role: balancer.name,
      policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers`,
    },
    { parent },
  );
  if (release.hooks.length === 0) return { balancer, policies: [moving] };
  const hooks = role("hook-role");
  const on = [...new Set(release.hooks.map(({ lambda }) => lambda))];
  const calling = new aws.iam.RolePolicy(
    `${name}-hook-policy`,
    { role: hooks.id, policy: allowing({ actions: ["lambda:InvokeFunction"], on }) },
    { parent },
  );
  return { balancer, hooks, policies: [moving, calling] };
}
