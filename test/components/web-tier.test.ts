import { expect } from "chai";
import { DEFAULT_DEPLOYMENT, type Deployment } from "../../adapters/service-deployment.ts";
import { WebTier } from "../../components/web-tier.ts";
import type { CreditMode } from "../../policy/credits.ts";
import { asked, CAPACITY, deploy, foundation, later, PROD, refusal } from "../support/deploy.ts";

const tags = { "setpoint:stack": "test" };

function tier(
  deployment: Partial<Deployment> = {},
  instanceType = "t3.small",
  more: { readonly credits?: CreditMode } = {},
) {
  const { network, security, target } = foundation(PROD, "instance");
  new WebTier("web", {
    ...{ network, security, target, tags, key: undefined, capacity: CAPACITY },
    compute: { type: "ec2", instanceType, ...more },
    controls: { min: 3, max: 40, warmup: 89.5 },
    deployment: { ...DEFAULT_DEPLOYMENT, ...deployment },
  });
}

describe("WebTier", () => {
  it("runs instances in every private subnet, judged by the balancer, counted by the scaling policies", async () => {
    const registered = await deploy(() => tier());
    expect(asked(registered, "web-group")).to.deep.equal({
      minSize: 3,
      maxSize: 40,
      desiredCapacity: 3,
      vpcZoneIdentifiers: ["a", "b", "c"].map((zone) => `\${net-private-eu-west-1${zone}.id}`),
      launchTemplate: { id: later("web-template.id"), version: later("web-template.latestVersion") },
      targetGroupArns: [later("cart-group.arn")],
      healthCheckType: "ELB",
      healthCheckGracePeriod: 91, // 75 s to start, then two answers 8 s apart
      defaultInstanceWarmup: 90,
      instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 110 },
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          autoRollback: true,
          minHealthyPercentage: 100,
          maxHealthyPercentage: 110,
          instanceWarmup: "90",
        },
      },
      enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"],
    });
    const kept = registered.filter(({ ignoreChanges }) => ignoreChanges.length > 0);
    expect(kept.map(({ name, ignoreChanges }) => [name, ignoreChanges])).to.deep.equal([
      ["web-group", ["desiredCapacity"]],
    ]);
  });

  it("launches them with the CPU credits that the plan counts on", async () => {
    const { creditSpecification } = asked(
      await deploy(() => tier({}, "t3.small", { credits: "standard" })),
      "web-template",
    );
    expect(creditSpecification).to.deep.equal({ cpuCredits: "standard" });
  });

  it("launches them hardened: IMDSv2 within one hop, encrypted disks, no public address (EC2.8, .3, .9)", async () => {
    const { userData, ...template } = asked(await deploy(() => tier()), "web-template");
    const named = { ...tags, Name: "web" };
    expect(template).to.deep.equal({
      imageId: later("ssm./aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"),
      instanceType: "t3.small",
      updateDefaultVersion: true,
      ebsOptimized: "true",
      iamInstanceProfile: { arn: later("web-profile.arn") },
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: true },
      networkInterfaces: [
        {
          deviceIndex: 0,
          associatePublicIpAddress: "false",
          securityGroups: [later("sec-instances.id")],
          deleteOnTermination: "true",
        },
      ],
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { encrypted: "true", volumeType: "gp3", volumeSize: 8, deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: named,
      })),
    });
    expect(Buffer.from(String(userData), "base64").toString()).to.equal(`#!/bin/bash
set -euo pipefail
dnf install --assumeyes docker
systemctl enable --now docker
docker run --detach --name web --restart always --publish 8080:8080 \\
  --user 101 --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \\
  --log-opt max-size=10m --log-opt max-file=3 public.ecr.aws/nginx/nginx-unprivileged:1.28
`);
  });

  it("boots Arm images for Arm, and asks t2 for no EBS optimization, which it lacks", async () => {
    const arm = asked(await deploy(() => tier({ cpuArchitecture: "arm64" }, "t4g.small")), "web-template");
    expect(arm.imageId).to.equal(
      later("ssm./aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"),
    );
    expect(asked(await deploy(() => tier({}, "t2.small")), "web-template").ebsOptimized).to.equal("false");
  });

  it("gives instances Systems Manager and nothing else", async () => {
    const registered = await deploy(() => tier());
    const granted = registered.filter(({ parent, type }) => parent === "web" && /rolePolicy/i.test(type));
    expect(granted.map(({ inputs }) => inputs)).to.deep.equal([
      { role: later("web-instance.name"), policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
    ]);
  });

  it("refuses to build an image for instances", async () => {
    expect(await refusal(() => tier({ image: { kind: "build", folder: "shop" } }))).to.equal(
      "deploy.image is build; instances take a reference only. Push the image and name it, or use fargate.",
    );
  });
});
