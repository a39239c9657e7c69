import type { Bag } from "../cloud.ts";
import { apiNames } from "./api-names.ts";
import { balancerAttributes, groupAttributes } from "./balancing-attributes.ts";
import { actions, conditions } from "./balancing-rules.ts";
import { requestCertificate } from "./certificates.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

async function tuneBalancer({ balancing }: Clients, arn: unknown, inputs: Bag) {
  await balancing.modifyLoadBalancerAttributes({
    LoadBalancerArn: String(arn),
    Attributes: balancerAttributes(inputs),
  });
}

async function tuneGroup({ balancing }: Clients, arn: unknown, inputs: Bag) {
  const Attributes = groupAttributes(inputs);
  if (Attributes.length > 0)
    await balancing.modifyTargetGroupAttributes({ TargetGroupArn: String(arn), Attributes });
}

function healthCheck(check: Bag | undefined) {
  if (check === undefined) return {};
  return {
    HealthCheckEnabled: check.enabled as boolean | undefined,
    HealthCheckIntervalSeconds: check.interval as number | undefined,
    HealthCheckPath: check.path as string | undefined,
    HealthCheckPort: check.port as string | undefined,
    HealthCheckProtocol: check.protocol as "HTTP" | undefined,
    HealthCheckTimeoutSeconds: check.timeout as number | undefined,
    HealthyThresholdCount: check.healthyThreshold as number | undefined,
    UnhealthyThresholdCount: check.unhealthyThreshold as number | undefined,
    ...(check.matcher === undefined ? {} : { Matcher: { HttpCode: String(check.matcher) } }),
  };
}

/** A certificate that this stack did not make is one that moto has not: another takes its place there. */
async function listener(aws: Clients, { inputs }: Asked) {
  const { certificateArn, defaultActions, port, protocol, sslPolicy } = inputs;
  const arn = certificateArn === undefined ? undefined : await knownCertificate(aws, String(certificateArn));
  return {
    ...apiNames<object>({ port, protocol, sslPolicy }),
    ...(arn === undefined ? {} : { Certificates: [{ CertificateArn: arn }] }),
    DefaultActions: actions(defaultActions),
  };
}

async function knownCertificate(aws: Clients, arn: string): Promise<string> {
  if (!arn.endsWith("12345678-1234-1234-1234-123456789012")) return arn;
  givenCertificate ??= requestCertificate(aws.endpoint, "shop.example.com");
  return givenCertificate;
}

let givenCertificate: Promise<string> | undefined;

function certificateOf({ listenerArn, certificateArn }: Bag) {
  return { ListenerArn: String(listenerArn), Certificates: [{ CertificateArn: String(certificateArn) }] };
}

async function balancerOf({ balancing }: Clients, { outputs }: Pick<Asked, "outputs">) {
  const { LoadBalancers } = await balancing.describeLoadBalancers({
    LoadBalancerArns: [String(outputs.arn)],
  });
  return LoadBalancers![0] && {};
}

export const BALANCING: Readonly<Record<string, Passed>> = {
  "aws:lb/loadBalancer:LoadBalancer": {
    create: async (aws, { inputs, outputs }) => {
      const { subnets, securityGroups, loadBalancerType: type, ipAddressType } = inputs;
      const { LoadBalancers } = await aws.balancing.createLoadBalancer({
        Name: String(outputs.name),
        Scheme: inputs.internal === true ? "internal" : "internet-facing",
        ...apiNames<object>({ subnets, securityGroups, type, ipAddressType }),
      });
      const { LoadBalancerArn: arn, DNSName: dnsName, VpcId: vpcId } = LoadBalancers![0]!;
      await tuneBalancer(aws, arn, inputs);
      return { arn, dnsName, vpcId, arnSuffix: arn!.split(":loadbalancer/")[1] };
    },
    update: async (aws, { inputs, outputs }) => {
      const LoadBalancerArn = String(outputs.arn);
      await aws.balancing.setSubnets({ LoadBalancerArn, Subnets: inputs.subnets as string[] });
      await aws.balancing.setSecurityGroups({
        LoadBalancerArn,
        SecurityGroups: inputs.securityGroups as string[],
      });
      await tuneBalancer(aws, LoadBalancerArn, inputs);
      return {};
    },
    remove: ({ balancing }, { outputs }) =>
      balancing.deleteLoadBalancer({ LoadBalancerArn: String(outputs.arn) }),
    read: balancerOf,
  },
  "aws:lb/targetGroup:TargetGroup": {
    create: async (aws, { inputs, outputs }) => {
      const { port, protocol, protocolVersion, targetType, vpcId } = inputs;
      const { TargetGroups } = await aws.balancing.createTargetGroup({
        Name: String(outputs.name),
        ...apiNames<object>({ port, protocol, protocolVersion, targetType, vpcId }),
        ...healthCheck(inputs.healthCheck as Bag | undefined),
      });
      const arn = TargetGroups![0]!.TargetGroupArn!;
      await tuneGroup(aws, arn, inputs);
      return { arn, arnSuffix: arn.split(":").at(-1) };
    },
    update: async (aws, { inputs, outputs }) => {
      const check = healthCheck(inputs.healthCheck as Bag | undefined);
      await aws.balancing.modifyTargetGroup({ TargetGroupArn: String(outputs.arn), ...check });
      await tuneGroup(aws, outputs.arn, inputs);
      return {};
    },
    remove: ({ balancing }, { outputs }) =>
      balancing.deleteTargetGroup({ TargetGroupArn: String(outputs.arn) }),
  },
  "aws:lb/listener:Listener": {
    create: async (aws, asked) => {
      const LoadBalancerArn = String(asked.inputs.loadBalancerArn);
      const { Listeners } = await aws.balancing.createListener({
        LoadBalancerArn,
        ...(await listener(aws, asked)),
      });
      return { arn: Listeners![0]!.ListenerArn };
    },
    update: async (aws, asked) => {
      await aws.balancing.modifyListener({
        ListenerArn: String(asked.outputs.arn),
        ...(await listener(aws, asked)),
      });
      return {};
    },
    remove: ({ balancing }, { outputs }) => balancing.deleteListener({ ListenerArn: String(outputs.arn) }),
  },
  "aws:lb/listenerCertificate:ListenerCertificate": {
    create: async ({ balancing }, { inputs }) => {
      await balancing.addListenerCertificates(certificateOf(inputs));
      return {};
    },
    remove: ({ balancing }, { outputs }) => balancing.removeListenerCertificates(certificateOf(outputs)),
  },
  "aws:lb/listenerRule:ListenerRule": {
    create: async ({ balancing }, { inputs }) => {
      const { Rules } = await balancing.createRule({
        ListenerArn: String(inputs.listenerArn),
        Priority: Number(inputs.priority),
        Actions: actions(inputs.actions),
        Conditions: conditions(inputs.conditions),
      });
      return { arn: Rules![0]!.RuleArn };
    },
    update: async ({ balancing }, { inputs, outputs }) => {
      const RuleArn = String(outputs.arn);
      await balancing.modifyRule({
        RuleArn,
        Actions: actions(inputs.actions),
        Conditions: conditions(inputs.conditions),
      });
      const Priority = Number(inputs.priority);
      if (Priority !== Number(outputs.priority))
        // as the provider: to its own, moto calls a priority taken
        await balancing.setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] });
      return {};
    },
    remove: ({ balancing }, { outputs }) => balancing.deleteRule({ RuleArn: String(outputs.arn) }),
    read: async ({ balancing }, { outputs }) => {
      const { Rules } = await balancing.describeRules({ RuleArns: [String(outputs.arn)] });
      return Rules![0] && {};
    },
  },
};
