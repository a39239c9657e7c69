import { expect } from "chai";
import { type InstanceSettings, instanceSchema } from "../../adapters/instance-settings.ts";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { instanceConflicts, instanceWarnings } from "../../components/instance-conflicts.ts";
import type { Tenant } from "../../components/tenant.ts";
import type { Compute } from "../../policy/service.ts";
import { CAPACITY, CONTROLS } from "../support/deploy.ts";

const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0123";
const notify = { page: ["on-call@example.com"] };
const PRODUCTION = stackSettings({ network, entry: { certificateArn }, notify });
const DEVELOPMENT = stackSettings({ profile: "dev", network, entry: { insecure: true } });
const M5: Compute = { type: "ec2", instanceType: "m5.large" };

interface More {
  readonly compute?: Compute;
  readonly controls?: Tenant["plan"]["controls"];
}

function tenant(
  instances: object | undefined,
  { compute = M5, controls = { min: 1, max: 4 } }: More = {},
): Tenant {
  const read =
    instances === undefined ? {} : { instances: instanceSchema.parse(instances) as InstanceSettings };
  return {
    service: { name: "web", compute, capacity: CAPACITY },
    deployment: { ...DEFAULT_DEPLOYMENT, ...read },
    plan: { feasibility: { possible: true }, controls },
  };
}

const faultsOf = (instances: object | undefined, more?: More, settings = DEVELOPMENT) =>
  instanceConflicts(settings, [tenant(instances, more)]).map(({ where, message }) => `${where}: ${message}`);

describe("instanceConflicts", () => {
  it("has nothing against instances of which nothing is said", () => {
    expect(faultsOf(undefined, {}, PRODUCTION)).to.deep.equal([]);
  });

  it("refuses instances of a service on Fargate", () => {
    const compute: Compute = { type: "fargate", cpu: 512, memory: 1024 };
    expect(faultsOf({}, { compute }).join()).to.match(
      /^services\.web\.deploy\.instances: .*compute is fargate/,
    );
    expect(faultsOf(undefined, { compute })).to.deep.equal([]);
  });

  it("row 15: refuses a single instance where the plan wants more", () => {
    expect(faultsOf({ single: true })).to.deep.equal([
      "services.web.deploy.instances.single: single is true; the plan goes up to 4 instances. Set bounds: { min: 1, max: 1 }, or remove single.",
    ]);
    expect(faultsOf({ single: true }, { controls: { min: 1, max: 1 } })).to.deep.equal([]);
  });

  const officeHours = { start: "Mon-Fri 08:00", stop: "Mon-Fri 20:00" };
  it("row 17: refuses office hours in production unless they are meant, and beside floors that would start instances at night", () => {
    expect(faultsOf({ officeHours })).to.deep.equal([]);
    expect(faultsOf({ officeHours }, {}, PRODUCTION).join()).to.match(/profile is prod.*evenInProd: true/);
    expect(faultsOf({ officeHours: { ...officeHours, evenInProd: true } }, {}, PRODUCTION)).to.deep.equal([]);
    expect(faultsOf({ officeHours }, { controls: CONTROLS }).join()).to.match(
      /officeHours: .*the plan has 1 scheduled floors.*remove officeHours\.$/,
    );
  });

  it("CMP-11, CMP-13: refuses types of another architecture or size than the plan counts on, naming equal ones", () => {
    expect(faultsOf({ types: ["m6i.large", "m6g.large", "c5.xlarge"] })).to.deep.equal([
      "services.web.deploy.instances.types[1]: types[1] is m6g.large; it differs from m5.large in architecture, and the plan counts on equal instances. Name equal ones, such as m6i.large, m7i.large.",
      "services.web.deploy.instances.types[2]: types[2] is c5.xlarge; it differs from m5.large in vCPUs (4 for 2), and the plan counts on equal instances. Name equal ones, such as m6i.large, m7i.large.",
    ]);
  });

  it("refuses a single instance of a stack with tags that no instance metadata shows: EC2 would not launch it", () => {
    const tagged = (tags: object) =>
      stackSettings({ profile: "dev", network, entry: { insecure: true }, tags });
    const one = { controls: { min: 1, max: 1 } };
    expect(faultsOf({ single: true }, one, tagged({ team: "shop" }))).to.deep.equal([]);
    expect(faultsOf({}, one, tagged({ "cost center": "7" }))).to.deep.equal([]);
    expect(faultsOf({ single: true }, one, tagged({ "cost center": "7", "a/b": "" })).join()).to.match(
      /tags have "cost center", "a\/b"; .* Rename them, or remove single/,
    );
  });

  it("refuses a terminate hook that ends before draining and stopping do", () => {
    // 180 s of draining and 30 s of stopping.
    expect(faultsOf({ hooks: { terminate: "210 s" } })).to.deep.equal([]);
    expect(faultsOf({ hooks: { terminate: "209 s" } }).join()).to.match(
      /terminate is 209 s; .*up to 210 s.*Write 210 s/,
    );
  });

  it("refuses hooks and warm pools where an instance cannot report to them", () => {
    const without = (endpoints: unknown) =>
      stackSettings({
        profile: "dev",
        network: { ...network, nat: "none", endpoints },
        entry: { insecure: true },
      });
    const closed = without(true);
    const open = without(["ecr.api", "ecr.dkr", "logs", "autoscaling"]);
    expect(faultsOf({ hooks: { launch: "5 min" } }, {}, open)).to.deep.equal([]);
    expect(faultsOf({}, {}, closed)).to.deep.equal([]);
    for (const instances of [{ warmPool: { size: 1 } }, { hooks: { launch: "5 min" } }])
      expect(faultsOf(instances, {}, closed).join()).to.match(
        /nat is none, and without NAT an instance cannot report/,
      );
  });

  it("CMP-20: refuses user data above 16 KB", () => {
    const lines = (count: number) => "echo ten.\n".repeat(count);
    expect(faultsOf({ setup: lines(1000) })).to.deep.equal([]);
    expect(faultsOf({ setup: lines(1700) }).join()).to.match(
      /setup is a text of 17000 characters; user data would be 1\d{4} bytes and takes 16384 \(CMP-20\)/,
    );
  });
});

describe("instanceWarnings", () => {
  const of = (instances: object | undefined, more?: More, settings = PRODUCTION) =>
    instanceWarnings(settings, [tenant(instances, more)]);
  const t2: Compute = { type: "ec2", instanceType: "t2.large", credits: "standard" };

  it("CMP-13: name one type alone, in production", () => {
    expect(of(undefined)).to.deep.equal([]); // m6i and m7i stand in
    expect(of(undefined, { compute: t2 }).join()).to.match(/types are t2\.large alone.*AutoScaling\.6/);
    expect(of(undefined, { compute: t2 }, DEVELOPMENT)).to.deep.equal([]);
    expect(of({ warmPool: { size: 1 } }).join()).to.match(/types are m5\.large alone/);
  });

  it("name a T3 beside a T2, which starts without its credits, and a single instance", () => {
    expect(of({ types: ["t3.large"] }, { compute: t2 }).join()).to.match(
      /types: t3\.large and t2\.large differ in CPU credits at the launch/,
    );
    expect(of({ single: true }).join()).to.match(/single is true: its zone's loss/);
  });
});
