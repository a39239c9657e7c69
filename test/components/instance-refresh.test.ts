import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type InstanceSettings, instanceSchema } from "../../adapters/instance-settings.ts";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import type { InstanceRefresh } from "../../components/instance-refresh.ts";
import { refuseKind, refuseRefresh } from "../../components/refresh-outcome.ts";
import { bakeTime, refreshTime } from "../../components/refresh-time.ts";
import { WebTier } from "../../components/web-tier.ts";
import { asked, CAPACITY, deploy, foundation, later, ofType, PROD, refusal } from "../support/deploy.ts";

interface Step {
  readonly name: string;
  readonly action: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

interface Declared {
  readonly instances?: object;
  readonly types?: readonly string[];
  readonly rollbackAlarms?: readonly string[];
  readonly name?: string;
}

/** What a tier asks for, whose instances are replaced by these alarms' leave. */
const declared = (
  { instances = {}, types = ["t3.small"], rollbackAlarms = [], name = "web" }: Declared = {},
  before: () => void = () => {},
) =>
  deploy(() => {
    before();
    const { network, security, target } = foundation(PROD, "instance");
    return new WebTier(name, {
      ...{ network, security, target, tags: { stack: "test" }, key: undefined, logRetention: 365 },
      ...{ compute: { type: "ec2", instanceType: "t3.small" }, types, capacity: CAPACITY },
      ...{ controls: { min: 3, max: 40, warmup: 89.5 }, rollbackAlarms },
      rollbackWindow: rollbackAlarms.length === 0 ? undefined : 300,
      deployment: {
        ...DEFAULT_DEPLOYMENT,
        instances: instanceSchema.parse(instances) as InstanceSettings,
      },
    });
  });

const RUNBOOK = "web-refresh-runbook";

async function runbook(more: Declared = {}) {
  const { content } = asked(await declared(more), RUNBOOK);
  return JSON.parse(String(content)) as { readonly mainSteps: readonly Step[] };
}

const step = (steps: readonly Step[], name: string) => steps.find((each) => each.name === name)!;

describe("InstanceRefresh", () => {
  it("rows 18, 19: starts by Systems Manager, at the template's version, and waits for the end", async () => {
    const registered = await declared();
    expect(asked(registered, "web-refresh-run")).to.deep.equal({
      name: later(`${RUNBOOK}.name`),
      parameters: {
        AutomationAssumeRole: later("web-refresh-role.arn"),
        TemplateVersion: later("web-template.latestVersion"),
      },
      waitForSuccessTimeoutSeconds: 2 * 19 * (91 + 90 + 180) + 3600 + 600, // as `refreshTime`, and ten minutes
    });
    expect(asked(registered, "web-group")).to.not.have.property("instanceRefresh");
    const { mainSteps } = await runbook({ instances: { hooks: { launch: "10 min" } } });
    expect(mainSteps.map(({ name, action }) => [name, action])).to.deep.equal([
      ["Unwatched", "aws:executeAwsApi"],
      ["UnwatchedEnd", "aws:waitForAwsResourceProperty"],
    ]);
    expect(mainSteps[1]).to.deep.include({ isEnd: true });
    expect(mainSteps[1]!.inputs).to.deep.include({
      InstanceRefreshIds: ["{{ Unwatched.Id }}"],
      DesiredValues: ["Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"],
    });
  });

  it("row 19: names what is desired, so that AWS holds the group to what it was until all is well", async () => {
    const { mainSteps } = await runbook();
    expect(step(mainSteps, "Unwatched").inputs).to.deep.equal({
      Service: "autoscaling",
      Api: "StartInstanceRefresh",
      AutoScalingGroupName: later("web-group.name"),
      Strategy: "Rolling",
      DesiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: later("web-template.id"), Version: "{{ TemplateVersion }}" },
      },
      Preferences: {
        AutoRollback: true,
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 110,
        InstanceWarmup: 90,
        SkipMatching: true,
      },
    });
  });

  it("rows 19, 78: ends and is undone when an alarm goes off, until one that the last instance sets off would be on", async () => {
    const { mainSteps } = await runbook({ rollbackAlarms: ["web-burn-fast", "web-burn-slow"] });
    expect(step(mainSteps, "Watched").inputs.Preferences).to.deep.include({
      AutoRollback: true,
      AlarmSpecification: { Alarms: ["web-burn-fast", "web-burn-slow"] },
      BakeTime: 420, // the alarms' five minutes, and two until CloudWatch has seen them
    });
    expect(step(mainSteps, "WatchedEnd").inputs.InstanceRefreshIds).to.deep.equal(["{{ Watched.Id }}"]);
  });

  it("row 19: is not watched by an alarm that is on before it, so that a new version can mend the last", async () => {
    const { mainSteps } = await runbook({ rollbackAlarms: ["web-burn-fast", "web-burn-slow"] });
    expect(mainSteps.map(({ name }) => name)).to.deep.equal([
      ...["Unhook1", "Alarm1", "Alarm2", "Quiet", "Watched", "WatchedEnd", "Unwatched", "UnwatchedEnd"],
    ]);
    expect(step(mainSteps, "Quiet")).to.deep.equal({
      name: "Quiet",
      action: "aws:branch",
      inputs: {
        Choices: ["{{ Alarm1.State }}", "{{ Alarm2.State }}"].map((Variable) => ({
          ...{ NextStep: "Unwatched", Variable, StringEquals: "ALARM" },
        })),
      },
    });
    expect(step(mainSteps, "Unwatched").inputs.Preferences).to.not.have.any.keys(
      "AlarmSpecification",
      "BakeTime",
    );
  });

  it("fails where it cannot read an alarm's state, and does not go unwatched for it", async () => {
    const { mainSteps } = await runbook({ rollbackAlarms: ["web-burn-fast", "web-burn-slow"] });
    expect(step(mainSteps, "Alarm2")).to.deep.equal({
      name: "Alarm2",
      action: "aws:executeAwsApi",
      maxAttempts: 3, // and no `onFailure`, which is to abort
      inputs: { Service: "cloudwatch", Api: "DescribeAlarms", AlarmNames: ["web-burn-slow"] },
      outputs: [{ Name: "State", Selector: "$.MetricAlarms[0].StateValue", Type: "String" }],
    });
  });

  it("makes a runbook for each content, since AWS may refuse what a version held before; and a run for each wait, since none can be changed", async () => {
    const replacing: Record<string, readonly string[] | undefined> = {};
    await declared({}, () =>
      pulumi.runtime.registerStackTransformation(({ name, opts }) => {
        replacing[name] = (opts as pulumi.CustomResourceOptions).replaceOnChanges;
        return undefined;
      }),
    );
    expect(replacing[RUNBOOK]).to.deep.equal(["content"]);
    expect(replacing["web-refresh-run"]).to.include.members(["parameters", "waitForSuccessTimeoutSeconds"]);
  });

  it("refuses a name that Systems Manager keeps to AWS, as of a platform called aws-blue", async () => {
    for (const name of ["aws-blue-web", "Amazonia", "amzn"])
      expect(await refusal(() => declared({ name }))).to.equal(
        `WebTier's name is ${JSON.stringify(name)}; Systems Manager, which replaces its instances, keeps names that begin with aws, amazon or amzn to AWS. Rename it.`,
      );
    expect(ofType(await declared({ name: "laws" }), "aws:ssm/document:Document")).to.have.length(1);
  });

  it("rows 19, 42: desires several types, and Spot's share, as one policy", async () => {
    const types = ["m5.large", "m6i.large", "m7i.large"];
    const spot = { types: types.slice(1), spot: { share: "70 %" } };
    const { mainSteps } = await runbook({ types, instances: spot });
    expect(step(mainSteps, "Unwatched").inputs.DesiredConfiguration).to.deep.equal({
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: {
            LaunchTemplateId: later("web-template.id"),
            Version: "{{ TemplateVersion }}",
          },
          Overrides: types.map((InstanceType) => ({ InstanceType })),
        },
        InstancesDistribution: {
          OnDemandAllocationStrategy: "prioritized",
          OnDemandBaseCapacity: 3,
          OnDemandPercentageAboveBaseCapacity: 30,
          SpotAllocationStrategy: "price-capacity-optimized",
        },
      },
    });
  });

  it("takes a launch hook away that is no longer declared: its instances would wait for a report that none gives", async () => {
    const { mainSteps } = await runbook();
    expect(mainSteps[0]).to.deep.include({ name: "Unhook1", onFailure: "Continue", isCritical: false });
    expect(mainSteps[0]!.inputs).to.deep.include({ Api: "DeleteLifecycleHook", LifecycleHookName: "launch" });
    for (const instances of [{ hooks: { launch: "5 min" } }, { warmPool: { size: 1 } }]) {
      const hooked = await declared({ instances });
      expect(String(asked(hooked, RUNBOOK).content)).to.not.include("DeleteLifecycleHook");
      expect(String(asked(hooked, "web-refresh-policy").policy)).to.not.include("DeleteLifecycleHook");
    }
  });

  it("may refresh the groups of its tags from its own template, with its own instances' role, and nothing else", async () => {
    const registered = await declared({ rollbackAlarms: ["web-burn-fast"] });
    const account = later("aws.accountId");
    const { Statement: trust } = JSON.parse(String(asked(registered, "web-refresh-role").assumeRolePolicy));
    expect(trust).to.deep.equal([
      {
        Effect: "Allow",
        Principal: { Service: "ssm.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:aws:ssm:eu-west-1:${account}:automation-execution/*` },
        },
      },
    ]);
    const { Statement } = JSON.parse(String(asked(registered, "web-refresh-policy").policy));
    const allow = (Action: string[], Resource: string[], Condition?: object) =>
      Condition === undefined
        ? { Effect: "Allow", Action, Resource }
        : { Effect: "Allow", Action, Resource, Condition };
    expect(Statement).to.deep.equal([
      allow(
        ["autoscaling:StartInstanceRefresh", "autoscaling:DeleteLifecycleHook"],
        [`arn:aws:autoscaling:eu-west-1:${account}:autoScalingGroup:*:autoScalingGroupName/*`],
        {
          StringEquals: {
            "autoscaling:ResourceTag/stack": "test",
            "autoscaling:ResourceTag/Name": "web",
          },
        },
      ),
      allow(["autoscaling:DescribeInstanceRefreshes"], ["*"]),
      allow(
        ["ec2:RunInstances"],
        [
          `arn:aws:ec2:eu-west-1:${account}:*/*`,
          "arn:aws:ec2:eu-west-1::image/*",
          "arn:aws:ec2:eu-west-1::snapshot/*",
        ],
        { ArnEquals: { "ec2:LaunchTemplate": later("web-template.arn") } },
      ),
      allow(["ec2:CreateTags"], [`arn:aws:ec2:eu-west-1:${account}:*/*`], {
        StringEquals: { "ec2:CreateAction": "RunInstances" },
      }),
      allow(["iam:PassRole"], [later("web-role.arn")], {
        StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] },
      }),
      allow(["cloudwatch:DescribeAlarms"], [`arn:aws:cloudwatch:eu-west-1:${account}:alarm:*`]),
    ]);
    const unwatched = asked(await declared(), "web-refresh-policy");
    expect(String(unwatched.policy)).to.not.include("cloudwatch:");
  });

  it("row 19: gives the group its new launch at once where it is told not to go back, and fails where AWS stops", async () => {
    const forGood = { instances: { refresh: { rollback: false } }, rollbackAlarms: ["web-burn-fast"] };
    const group = (await declared(forGood)).find(({ name }) => name === "web-group")!;
    expect(group.ignoreChanges).to.deep.equal(["desiredCapacity"]);
    const { mainSteps } = await runbook(forGood);
    expect(step(mainSteps, "Watched").inputs.Preferences).to.deep.include({ AutoRollback: false });
    expect(step(mainSteps, "WatchedEnd")).to.deep.include({ isEnd: false });
    expect(step(mainSteps, "WatchedWell")).to.deep.include({
      action: "aws:assertAwsResourceProperty",
      isEnd: true,
    });
    expect(step(mainSteps, "WatchedWell").inputs.DesiredValues).to.deep.equal(["Successful"]);
  });

  it("refuses more alarms than AWS watches", async () => {
    const alarms = Array.from({ length: 11 }, (_, i) => `burn-${i}`);
    expect(await refusal(() => declared({ rollbackAlarms: alarms }))).to.equal(
      "rollbackAlarms are 11; a refresh of instances watches 10 at most. Remove SLOs, or pass fewer.",
    );
    expect(
      ofType(await declared({ rollbackAlarms: alarms.slice(1) }), "aws:ssm/document:Document"),
    ).to.have.length(1);
  });

  it("shows the version that the group launches", async () => {
    let seen = "";
    await deploy(() => {
      const { network, security, target } = foundation(PROD, "instance");
      const { refresh }: { refresh: InstanceRefresh } = new WebTier("web", {
        ...{ network, security, target, tags: {}, key: undefined, logRetention: 365 },
        ...{ compute: { type: "ec2", instanceType: "t3.small" }, types: ["t3.small"], capacity: CAPACITY },
        ...{ controls: { min: 1, max: 2 }, deployment: DEFAULT_DEPLOYMENT },
      });
      refresh.version.apply((version) => {
        seen = version;
      });
    });
    expect(seen).to.equal(later("web-template.latestVersion"));
  });
});

describe("refuseRefresh", () => {
  const urn = "urn:pulumi:prod::setpoint::aws:ssm/association:Association::web-refresh-run";
  const plain = (version: string) => ({ version, types: [] });

  it("says what was asked for, what the group launches, where to read why, and how to try again (row 19)", () => {
    expect(() => refuseRefresh("web-1", plain("5"), plain("4"), urn)).to.throw(
      `web-1: AWS did not take the group to version 5 of its template; it launches version 4 of its template, as before. An alarm was on, or new instances did not become healthy: "aws autoscaling describe-instance-refreshes --auto-scaling-group-name web-1" says which. Mend it and deploy again; to try the same once more, pulumi up --replace '${urn}'.`,
    );
    expect(refuseRefresh("web-1", plain("5"), plain("5"), urn)).to.equal("5");
  });

  it("tells types apart where the version is the same", () => {
    const types = (...types: string[]) => ({ version: "5", types });
    expect(() => refuseRefresh("web-1", types("m5.large", "m6i.large"), types("m5.large"), urn)).to.throw(
      "to version 5 of its template on m5.large, m6i.large; it launches version 5 of its template on m5.large,",
    );
  });
});

describe("refuseKind", () => {
  it("lets a group go on with one type, or with several (row 19)", () => {
    refuseKind("web-1", [], []);
    refuseKind("web-1", ["m5.large", "m6i.large"], ["m5.large", "m7i.large"]);
  });

  it("refuses what would take it from the one to the other, and names the way (row 19)", () => {
    expect(() => refuseKind("web-1", ["m5.large", "m6i.large"], [])).to.throw(
      "web-1: it launches one type; m5.large, m6i.large cannot be rolled back to that. Set deploy.instances.refresh.rollback to false for this one update, and remove it after.",
    );
    expect(() => refuseKind("web-1", [], ["m5.large", "m6i.large"])).to.throw(
      "web-1: it launches m5.large, m6i.large; one type cannot be rolled back to that.",
    );
  });
});

describe("refreshTime", () => {
  const settings = (instances: object) => instanceSchema.parse(instances) as InstanceSettings;
  const rest = { capacity: CAPACITY, health: DEFAULT_DEPLOYMENT.health, drain: 20, warmup: 90, max: 40 };

  it("counts the rounds of the slowest size there and back, the bake, and an hour in which launches may fail", () => {
    // 19 rounds of 1, more than 40 in 10 rounds of 4: 91 s until healthy (75 s to start, two answers 8 s apart), 90 s of warm-up, 20 s to drain
    const there = 19 * (91 + 90 + 20);
    expect(refreshTime({ ...rest, settings: settings({}) }, 420)).to.equal(2 * there + 420 + 3600);
    const few = refreshTime({ ...rest, max: 19, settings: settings({}) }, 420);
    expect(few).to.equal(2 * there + 420 + 3600); // so a group may grow without another runbook
  });

  it("replaces one by one where a tenth is less, and waits for hooks", () => {
    const hooks = { launch: "5 min", terminate: "60 s" };
    const each = 91 + 90 + 20 + 300 + 60;
    expect(refreshTime({ ...rest, max: 3, settings: settings({ hooks }) }, 0)).to.equal(2 * 3 * each + 3600);
  });

  it("bakes until an alarm would be on, and not at all where there is none", () => {
    expect(bakeTime(300)).to.equal(420);
    expect(bakeTime(undefined)).to.equal(0);
  });
});
