import { expect } from "chai";
import { DEFAULT_INSTANCES } from "../../adapters/instance-settings.ts";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { reservedNames } from "../../components/reserved-names.ts";
import type { Compute } from "../../policy/service.ts";
import { CART } from "../support/services.ts";

const EC2: Compute = { type: "ec2", instanceType: "m5.large" };
const FARGATE: Compute = { type: "fargate", cpu: 512, memory: 1024 };

const tenant = (name: string, compute: Compute, single = false) => ({
  service: { ...CART, name, compute },
  deployment: { ...DEFAULT_DEPLOYMENT, instances: { ...DEFAULT_INSTANCES, single } },
});

const instances = {
  instanceTypes: ["m7i.large"],
  ...{ min: 0, max: 3, targetCapacity: 1, minStep: 1, maxStep: 1, warmup: 300 },
};

function faultsOf(
  platform: string | undefined,
  tenants: readonly ReturnType<typeof tenant>[],
  cluster: object = {},
): readonly string[] {
  const part = (name: string) => (platform === undefined ? name : `${platform}-${name}`);
  return reservedNames({ cluster: { execute: false, ...cluster } }, tenants, part).map(
    ({ where, message }) => `${where}: ${message}`,
  );
}

describe("names that AWS keeps to itself", () => {
  it("are refused of a service whose instances Systems Manager replaces, and of no other", () => {
    expect(faultsOf(undefined, [tenant("amazonia", EC2)])).to.deep.equal([
      "services.amazonia: the name is amazonia; Systems Manager, which replaces its instances, keeps names that begin with aws, amazon or amzn to AWS. Rename the service.",
    ]);
    for (const name of ["aws-x", "awshop", "amzn"])
      expect(faultsOf(undefined, [tenant(name, EC2)]), name).to.have.length(1);
    for (const name of ["laws", "x-aws", "ecs-x", "fargate", "sg-x", "internal-x"])
      expect(faultsOf(undefined, [tenant(name, EC2)], { instances }), name).to.deep.equal([]);
    expect(faultsOf(undefined, [tenant("aws-x", FARGATE), tenant("aws-y", EC2, true)])).to.deep.equal([]);
  });

  it("are the platform's where names begin with it, whatever a service is called", () => {
    expect(faultsOf("shop", [tenant("aws-x", EC2), tenant("amazonia", EC2)], { instances })).to.deep.equal(
      [],
    );
    expect(faultsOf("aws-shop", [tenant("web", EC2), tenant("api", EC2)])).to.deep.equal([
      'aws-shop: name is "aws-shop"; names of resources begin with it. Systems Manager, which replaces its instances, keeps names that begin with aws, amazon or amzn to AWS. Rename it.',
    ]);
    expect(faultsOf("aws-shop", [tenant("web", FARGATE), tenant("api", EC2, true)])).to.deep.equal([]);
  });

  it("are refused of a platform whose instances have a capacity provider, or that begins as ids of groups do", () => {
    for (const name of ["ecs-shop", "fargate", "awshop"]) {
      expect(faultsOf(name, [], { instances }).join(), name).to.match(/ECS, where instances have a capacity/);
      expect(faultsOf(name, []), name).to.deep.equal([]);
    }
    expect(faultsOf("sg-shop", [])).to.deep.equal([
      'sg-shop: name is "sg-shop"; names of resources begin with it. EC2 takes no security group whose name begins with sg-. Rename it.',
    ]);
    expect(faultsOf("sg", [])).to.have.length(1); // its groups are sg-security-…
    expect(faultsOf("sgs", [])).to.deep.equal([]);
  });
});
