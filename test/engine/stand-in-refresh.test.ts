import { expect } from "chai";
import { describeOnMoto } from "../support/moto.ts";
import { type Bag, type Cloud, emptyCloud } from "./aws/cloud.ts";
import { clientsOf } from "./aws/moto/clients.ts";
import { standInAws } from "./aws/provider.ts";

const GROUP = "aws:autoscaling/group:Group";

const urn = (type: string, name: string) => `urn:pulumi:test::setpoint::${type}::${name}`;

/** A runbook's step that asks for a refresh; and one that waits for its end. */
const start = (desired: Bag, more: Bag = {}, preferences: Bag = {}) => ({
  name: "Start",
  action: "aws:executeAwsApi",
  inputs: {
    ...{ Service: "autoscaling", Api: "StartInstanceRefresh", AutoScalingGroupName: "web" },
    DesiredConfiguration: { LaunchTemplate: desired },
    Preferences: { AutoRollback: true, ...preferences },
  },
  outputs: [{ Name: "Id", Selector: "$.InstanceRefreshId" }],
  ...more,
});
const ended = (...DesiredValues: readonly string[]) => ({
  name: "End",
  action: "aws:waitForAwsResourceProperty",
  inputs: {
    ...{ Service: "autoscaling", Api: "DescribeInstanceRefreshes", AutoScalingGroupName: "web" },
    InstanceRefreshIds: ["{{ Start.Id }}"],
    PropertySelector: "$.InstanceRefreshes[0].Status",
    DesiredValues,
  },
});

describeOnMoto("the stand-in AWS, at an instance refresh", (moto) => {
  let cloud: Cloud;
  let template: string;
  let role: string;
  let run: (steps: readonly object[], parameters?: Bag) => Promise<unknown>;
  const launched = () => (cloud.find(GROUP, "web")!.outputs.launchTemplate as Bag).version;

  before(async () => {
    cloud = emptyCloud();
    const aws = standInAws(cloud, clientsOf(moto.endpoint), () => {}, new Set(["3"]));
    const create = async (type: string, name: string, inputs: Bag) =>
      aws.create!(urn(type, name), inputs) as Promise<{ id: string; outs: Bag }>;
    const vpc = await create("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.3.0.0/16" });
    const place = { vpcId: vpc.id, cidrBlock: "10.3.0.0/24", availabilityZone: "eu-west-1a" };
    const subnet = await create("aws:ec2/subnet:Subnet", "subnet", place);
    const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
    const made = await create(TEMPLATE, "template", { instanceType: "t3.small" });
    template = made.id;
    for (const instanceType of ["t3.medium", "t3.large"])
      await aws.update!(template, urn(TEMPLATE, "template"), {}, { instanceType });
    await create(GROUP, "web", {
      ...{ name: "web", minSize: 0, maxSize: 1, vpcZoneIdentifiers: [subnet.id] },
      launchTemplate: { id: template, version: "1" },
    });
    const taken = await create("aws:iam/role:Role", "role", { assumeRolePolicy: "{}" });
    role = String(taken.outs.arn);
    const actions = ["autoscaling:StartInstanceRefresh", "autoscaling:DescribeInstanceRefreshes"];
    const policy = JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: ["*"] }] });
    await create("aws:iam/rolePolicy:RolePolicy", "policy", { role: taken.id, policy });
    let runs = 0;
    run = async (mainSteps, more = {}) => {
      runs += 1;
      const allowed = { AutomationAssumeRole: {}, Version: { allowedPattern: "^[0-9]+$" } };
      const content = JSON.stringify({ parameters: allowed, mainSteps });
      const document = { documentType: "Automation", content };
      const { outs } = await create("aws:ssm/document:Document", `runbook-${runs}`, document);
      return create("aws:ssm/association:Association", `run-${runs}`, {
        ...{ name: outs.name, waitForSuccessTimeoutSeconds: 60 },
        parameters: { AutomationAssumeRole: role, Version: "2", ...more },
      });
    };
  });

  const version = (Version: string) => ({ LaunchTemplateId: template, Version });

  it("gives the group what is desired once it succeeds, and nothing where an alarm undoes it", async () => {
    await run([start(version("{{ Version }}")), ended("Successful")]);
    expect(launched()).to.equal("2");
    await run([start(version("3"), {}, { AlarmSpecification: { Alarms: [] } }), ended("RollbackSuccessful")]);
    expect(launched()).to.equal("2");
  });

  it("fails where a step does, and tells Pulumi of what it made all the same", async () => {
    const failed = await run([
      start(version("3"), {}, { AlarmSpecification: { Alarms: [] } }),
      ended("Successful"),
    ]).then(
      () => undefined,
      (error: Error & { id: string }) => error,
    );
    expect(failed!.message).to.match(/'Failed': End: .* is RollbackSuccessful$/);
    expect(cloud.find("aws:ssm/association:Association", failed!.id)).to.not.equal(undefined);
  });

  it("refuses versions that there are not or that move, other alarms, other parameters, and calls that the role may not make", async () => {
    const refusal = (steps: readonly object[], more?: Bag) =>
      run(steps, more).then(
        () => "nothing was refused",
        ({ message }: Error) => message,
      );
    expect(await refusal([start(version("4"))])).to.match(/has no version 4/);
    expect(await refusal([start(version("$Latest"))])).to.match(/has no version \$Latest/);
    expect(await refusal([start(version("2"), {}, { AlarmSpecification: { Alarms: ["no"] } })])).to.match(
      /there is no alarm no/,
    );
    expect(await refusal([start(version("2"))], { Version: "$Latest" })).to.match(
      /InvalidParameters: Version/,
    );
    expect(await refusal([start(version("2"))], { Other: "1" })).to.match(/InvalidParameters: Other/);
    const alarms = { Service: "cloudwatch", Api: "DescribeAlarms", AlarmNames: [] };
    expect(await refusal([{ name: "Look", action: "aws:executeAwsApi", inputs: alarms }])).to.match(
      /AccessDenied: cloudwatch:DescribeAlarms/,
    );
    expect(launched()).to.equal("2");
  });

  it("goes on where a step that is not critical fails, and to the step that a branch chooses", async () => {
    const bad = start(version("4"), { name: "Bad", isCritical: false, onFailure: "Continue" });
    const branch = (StringEquals: string, NextStep = "Chosen") => ({
      name: "Branch",
      action: "aws:branch",
      inputs: { Choices: [{ NextStep, Variable: "{{ Version }}", StringEquals }] },
    });
    const passed = start(version("1"), { name: "Passed", isEnd: true });
    const steps = [passed, start(version("2"), { name: "Chosen" })];
    await run([bad, branch("3"), ...steps]);
    expect(launched()).to.equal("1");
    await run([bad, branch("2"), ...steps]);
    expect(launched()).to.equal("2");
    const error = await run([branch("2", "Nowhere"), ...steps]).catch(({ message }: Error) => message);
    expect(error).to.match(/there is no step Nowhere/);
  });
});
