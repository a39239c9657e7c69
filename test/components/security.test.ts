import { expect } from "chai";
import { Network } from "../../components/network.ts";
import { Security } from "../../components/security.ts";
import { DEV, deploy, later, ofType, PROD } from "../support/deploy.ts";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";

function secured(settings: typeof DEV | typeof PROD, nat: "none" | "single" | "per-zone" = settings.nat) {
  return deploy(() => {
    const network = new Network("net", { ...settings, nat });
    new Security("sec", {
      network,
      insecure: settings.insecure,
      taskPorts: [8080, 9090, 8080],
      instancePorts: [80],
    });
  });
}

describe("Security", () => {
  it("opens to the world 443, and 80 for the redirect, on the balancer and nowhere else (EC2.18)", async () => {
    const open = ofType(await secured(PROD), INGRESS).filter(({ inputs }) => "cidrIpv4" in inputs);
    expect(open.map(({ inputs }) => inputs)).to.deep.equal(
      [
        [80, "From the internet: HTTP, for the redirect only"],
        [443, "From the internet: HTTPS"],
      ].map(([port, description]) => ({
        securityGroupId: later("sec-balancer.id"),
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        description,
      })),
    );
  });

  it("opens 80 only where there is no certificate", async () => {
    const open = ofType(await secured(DEV), INGRESS).filter(({ inputs }) => "cidrIpv4" in inputs);
    expect(open.map(({ inputs }) => [inputs.securityGroupId, inputs.fromPort, inputs.toPort])).to.deep.equal([
      [later("sec-balancer.id"), 80, 80],
    ]);
  });

  it("NET-17: lets in only those who are named, where some are, on the listeners and no other port", async () => {
    const allowFrom = ["203.0.113.0/24", { prefixList: "pl-0123456789abcdef0", maxEntries: 20 }];
    const registered = await deploy(() => {
      const network = new Network("net", PROD);
      new Security("sec", { network, insecure: false, allowFrom, taskPorts: [8080], instancePorts: [] });
    });
    const into = ofType(registered, INGRESS).filter(
      ({ inputs }) => inputs.securityGroupId === later("sec-balancer.id"),
    );
    expect(
      into.map(({ name, inputs }) => [
        name,
        inputs.fromPort,
        inputs.toPort,
        inputs.cidrIpv4 ?? inputs.prefixListId,
      ]),
    ).to.deep.equal([
      ["sec-from-203-0-113-0-24-80-in", 80, 80, "203.0.113.0/24"],
      ["sec-from-pl-0123456789abcdef0-80-in", 80, 80, "pl-0123456789abcdef0"],
      ["sec-from-203-0-113-0-24-443-in", 443, 443, "203.0.113.0/24"],
      ["sec-from-pl-0123456789abcdef0-443-in", 443, 443, "pl-0123456789abcdef0"],
    ]);
  });

  it("shows its rules to whoever wants to change one", async () => {
    const seen: Security[] = [];
    const registered = await deploy(() => {
      const network = new Network("net", PROD);
      seen.push(new Security("sec", { network, insecure: false, taskPorts: [80], instancePorts: [80] }));
    });
    expect(seen[0]!.rules).to.have.length(
      [INGRESS, EGRESS].flatMap((type) => ofType(registered, type)).length,
    );
  });

  it("lets tasks and instances accept from the balancer's group only, on their ports only", async () => {
    const into = (group: string, registered: Awaited<ReturnType<typeof deploy>>) =>
      ofType(registered, INGRESS)
        .filter(({ inputs }) => inputs.securityGroupId === group)
        .map(({ inputs }) => [inputs.referencedSecurityGroupId, inputs.fromPort, inputs.toPort]);
    const registered = await secured(PROD);
    expect(into(later("sec-tasks.id"), registered)).to.deep.equal([
      [later("sec-balancer.id"), 8080, 8080],
      [later("sec-balancer.id"), 9090, 9090],
    ]);
    expect(into(later("sec-instances.id"), registered)).to.deep.equal([[later("sec-balancer.id"), 80, 80]]);
  });

  it("lets the balancer out to its targets only", async () => {
    const out = ofType(await secured(PROD), EGRESS).filter(
      ({ inputs }) => inputs.securityGroupId === later("sec-balancer.id"),
    );
    expect(out.map(({ inputs }) => [inputs.referencedSecurityGroupId, inputs.fromPort])).to.deep.equal([
      [later("sec-tasks.id"), 8080],
      [later("sec-tasks.id"), 9090],
      [later("sec-instances.id"), 80],
    ]);
  });

  it("lets tasks out over HTTPS alone, and without NAT to AWS alone (CKV_AWS_382)", async () => {
    const out = async (nat: "none" | "per-zone") =>
      ofType(await secured(PROD, nat), EGRESS)
        .filter(({ inputs }) => inputs.securityGroupId === later("sec-tasks.id"))
        .map(({ inputs: { fromPort, toPort, prefixListId, referencedSecurityGroupId, cidrIpv4 } }) => [
          `${String(fromPort)}-${String(toPort)}`,
          prefixListId ?? referencedSecurityGroupId ?? cidrIpv4,
        ]);
    const aws = [
      ["443-443", later("net-s3.prefixListId")],
      ["443-443", later("net-dynamodb.prefixListId")],
      ["443-443", later("net-endpoints.id")],
    ];
    expect(await out("none")).to.deep.equal(aws);
    expect(await out("per-zone")).to.deep.equal([...aws, ["443-443", "0.0.0.0/0"]]);
  });

  it("has a rule at both ends of each connection between groups", async () => {
    const registered = await secured(PROD);
    const ends = (type: string, from: string, to: string) =>
      ofType(registered, type)
        .filter(({ inputs }) => "referencedSecurityGroupId" in inputs)
        .map(({ inputs }) => `${String(inputs[from])} ${String(inputs[to])} ${String(inputs.fromPort)}`)
        .toSorted();
    const accepted = ends(INGRESS, "referencedSecurityGroupId", "securityGroupId");
    expect(accepted).to.deep.equal(ends(EGRESS, "securityGroupId", "referencedSecurityGroupId"));
    expect(accepted).to.have.length(5); // two task ports, one instance port, and both to the endpoints
  });

  it("makes no group that nothing is in", async () => {
    const registered = await deploy(() => {
      const network = new Network("net", DEV);
      new Security("sec", { network, insecure: true, taskPorts: [8080], instancePorts: [] });
    });
    expect(ofType(registered, GROUP).map(({ name }) => name)).to.deep.equal(["sec-balancer", "sec-tasks"]);
  });
});
