import { spawnSync } from "node:child_process";
import { expect } from "chai";
import type { Registration } from "../../adapters/offline-preview.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { natScript } from "../../components/nat-script.ts";
import { Network } from "../../components/network.ts";
import { asked, DEV, deploy, later, ofType } from "../support/deploy.ts";

const settings = { ...DEV, nat: "instance" } as const;
const NAME = "net-nat-eu-west-1a";

describe("NatInstance", () => {
  let registered: readonly Registration[];
  before(async () => {
    registered = await deploy(() => new Network("net", settings));
  });

  it("is one small Graviton machine that passes on what is not its own, and is no gateway", () => {
    expect(asked(registered, `${NAME}-instance`)).to.deep.include({
      ami: later("ssm./aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"),
      instanceType: "t4g.nano",
      creditSpecification: { cpuCredits: "unlimited" },
      sourceDestCheck: false,
      userData: natScript("10.0.0.0/16"),
      userDataReplaceOnChange: true,
    });
    expect(ofType(registered, "aws:ec2/instance:Instance")).to.have.length(1);
    expect(ofType(registered, "aws:ec2/natGateway:NatGateway")).to.deep.equal([]);
  });

  it("may be replaced under its interface, which keeps the routes of all zones and the one public address", () => {
    const networkInterfaceId = later(`${NAME}-interface.id`);
    expect(asked(registered, `${NAME}-instance`)).to.deep.include({
      primaryNetworkInterface: { networkInterfaceId },
    });
    const routes = ofType(registered, "aws:ec2/route:Route").filter(
      ({ inputs }) => inputs.networkInterfaceId,
    );
    expect(routes.map(({ name, inputs }) => [name, inputs.networkInterfaceId])).to.deep.equal([
      ["net-private-eu-west-1a-out", networkInterfaceId],
      ["net-private-eu-west-1b-out", networkInterfaceId],
    ]);
    expect(asked(registered, `${NAME}-interface`)).to.deep.include({
      subnetId: later("net-public-eu-west-1a.id"),
      sourceDestCheck: false,
      securityGroups: [later(`${NAME}-group.id`)],
    });
    const addresses = ofType(registered, "aws:ec2/eip:Eip").map(({ inputs }) => inputs.networkInterface);
    expect(addresses).to.deep.equal([networkInterfaceId]);
  });

  it("accepts HTTPS of the private subnets, and nothing else of anybody (EC2.18, EC2.19)", () => {
    const of = (kind: "Ingress" | "Egress") =>
      ofType(registered, `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`).map(({ inputs }) => [
        inputs.securityGroupId,
        inputs.ipProtocol,
        inputs.fromPort,
        inputs.toPort,
        inputs.cidrIpv4,
      ]);
    const https = [later(`${NAME}-group.id`), "tcp", 443, 443];
    expect(of("Ingress")).to.deep.equal([
      [...https, "10.0.0.0/20"],
      [...https, "10.0.16.0/20"],
    ]);
    expect(of("Egress")).to.deep.equal([[...https, "0.0.0.0/0"]]);
  });

  it("is managed without SSH, answers metadata by token only, and encrypts its volume (EC2.8, EC2.3)", async () => {
    const instance = asked(registered, `${NAME}-instance`);
    expect(instance).to.not.have.property("keyName");
    expect(instance).to.deep.include({
      iamInstanceProfile: later(`${NAME}-profile.name`),
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 8, tags: { Name: NAME } },
    });
    const attached = ofType(registered, "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    expect(attached.map(({ inputs }) => inputs.policyArn)).to.deep.equal([
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]);
    const keyed = await deploy(() => {
      const key = new EncryptionKey("encryption", { region: "eu-west-1", protect: false });
      return new Network("net", { ...settings, key });
    });
    const { rootBlockDevice } = asked(keyed, `${NAME}-instance`);
    expect(rootBlockDevice).to.include({ kmsKeyId: later("encryption-key.arn") });
  });
});

describe("natScript", () => {
  it("is a shell script", () => {
    const { status, stderr } = spawnSync("bash", ["-n"], {
      input: natScript("10.0.0.0/16"),
      encoding: "utf8",
    });
    expect(status, stderr).to.equal(0);
  });

  it("makes room for dnf before it calls it, and translates what leaves the VPC, after every start", () => {
    const script = natScript("10.1.0.0/20");
    const order = [
      "swapon",
      "dnf install",
      "masquerade",
      "ip_forward = 1",
      "restart systemd-sysctl",
      "enable --now nftables",
    ];
    const places = order.map((step) => script.indexOf(step));
    expect(places)
      .to.deep.equal(places.toSorted((a, b) => a - b))
      .and.not.include(-1);
    expect(script).to.include("ip saddr 10.1.0.0/20 ip daddr != 10.1.0.0/20 masquerade");
    expect(script).to.include("/swapfile none swap defaults 0 0").and.include("/etc/sysctl.d/90-nat.conf");
  });
});
